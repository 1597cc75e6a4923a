"""Segments follow each run, and the day's plan follows them."""

from django.utils.timezone import localdate, now
from procrastinate.contrib.django import app

from shuke.core.jobs import RETRY, enqueue
from shuke.scoring.models import Run
from shuke.scoring.queries import live_run
from shuke.segments import services


@app.task(name="segments.refresh", retry=RETRY)
def refresh(run_id: int) -> None:
    """Bring memberships and list to a run, then have it counted and today planned.

    A try that comes after the next run went live leaves everything to that run's own refresh.
    """
    if live_run() == Run(pk=run_id):
        run = Run.objects.get(pk=run_id)
        services.refresh(run=run, at=now(), then=lambda: _count_and_plan(run_id))


def _count_and_plan(run_id: int) -> None:
    enqueue("reports.refresh", run_id=run_id)
    enqueue("followups.plan_day", on=localdate().isoformat(), run_id=run_id)
