"""The figures of the dashboard follow each run."""

from procrastinate.contrib.django import app

from shuke.core.jobs import RETRY
from shuke.reports import services
from shuke.scoring.models import Run
from shuke.scoring.queries import live_run


@app.task(name="reports.refresh", retry=RETRY)
def refresh(run_id: int) -> None:
    """Count anew what the dashboard shows; once the next run is live, its own refresh does."""
    if live_run() == Run(pk=run_id):
        services.refresh(run_id=run_id)
