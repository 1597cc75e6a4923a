"""The figures of the dashboard and of the shop as a whole follow each run."""

from procrastinate.contrib.django import app

from shuke.core.jobs import RETRY, enqueue
from shuke.reports import services
from shuke.scoring.models import Run
from shuke.scoring.queries import live_run


@app.task(name="reports.refresh", retry=RETRY)
def refresh(run_id: int) -> None:
    """Count anew what the dashboard shows, then have the shop studied; once the next run is live, its own refresh does.

    What is studied is read from all facts, so it is a job by itself, behind what people wait for.
    """
    if live_run() == Run(pk=run_id):
        services.refresh(run_id=run_id)
        enqueue("reports.study", run_id=run_id)


@app.task(name="reports.study", retry=RETRY)
def study(run_id: int) -> None:
    """Compute cohorts and survival; once the next run is live, its own study does."""
    if live_run() == Run(pk=run_id):
        services.study(run_id=run_id)
