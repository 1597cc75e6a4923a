"""Segments follow each run, and the day's plan follows them."""

from django.db import transaction
from django.utils.timezone import localdate, now
from procrastinate.contrib.django import app

from shuke.core.jobs import enqueue
from shuke.scoring.models import Run
from shuke.segments import services


@app.task(name="segments.refresh")
def refresh(run_id: int) -> None:
    """Bring memberships and list to a run, then have it counted and today planned."""
    with transaction.atomic():
        services.refresh(run=Run.objects.get(pk=run_id), at=now())
        enqueue("reports.refresh", run_id=run_id)
        enqueue("followups.plan_day", on=localdate().isoformat(), run_id=run_id)
