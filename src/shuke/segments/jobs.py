"""Segments follow each run, and the day's plan follows them."""

from django.utils.timezone import localdate, now
from procrastinate.contrib.django import app

from shuke.core.jobs import RETRY, enqueue
from shuke.scoring.models import Run
from shuke.scoring.queries import live_run
from shuke.segments import services
from shuke.segments.models import Segment


@app.task(name="segments.refresh", retry=RETRY)
def refresh(run_id: int) -> None:
    """Bring memberships and list to a run, then have it counted and today planned.

    A try that comes after the next run went live leaves everything to that run's own refresh.
    """
    if live_run() == Run(pk=run_id):
        run = Run.objects.get(pk=run_id)
        services.refresh(run=run, at=now(), then=lambda: _count_and_plan(run_id))
        services.fill_all(on=run.as_of, at=now())


@app.task(name="segments.fill", retry=RETRY)
def fill(segment_id: int) -> None:
    """Hold everybody against a segment that is new or has changed; an archived one has nobody."""
    for segment in Segment.objects.standing().filter(pk=segment_id):
        services.fill(segment=segment, on=localdate(), at=now())


def _count_and_plan(run_id: int) -> None:
    enqueue("reports.refresh", run_id=run_id)
    enqueue("followups.plan_day", on=localdate().isoformat(), run_id=run_id)
