"""What the worker does for follow-ups."""

from datetime import date

from django.utils.timezone import now
from procrastinate.contrib.django import app

from shuke.core.jobs import RETRY
from shuke.followups import services


@app.task(name="followups.plan_day", retry=RETRY)
def plan_day(on: str, run_id: int | None = None) -> None:
    """Plan the business date `on` (ISO); a second run of the same opens nothing more."""
    services.plan(on=date.fromisoformat(on), run_id=run_id, at=now())
