"""The nightly run: once per business date, caught up whenever the machine was off."""

from contextlib import suppress
from datetime import date

from django.utils.timezone import localdate, localtime
from procrastinate.contrib.django import app

from shuke.core.jobs import enqueue
from shuke.scoring import queries, services
from shuke.scoring.models import Run

NIGHTLY_FROM_HOUR = 2


@app.periodic(cron="* * * * *")
@app.task(name="scoring.nightly_if_due", queueing_lock="scoring.nightly_if_due")
def nightly_if_due(timestamp: int) -> None:
    """Every minute: is today's run still missing? Asking by business date catches up after any outage."""
    if localtime().hour >= NIGHTLY_FROM_HOUR and not queries.has_nightly(localdate()):
        enqueue("scoring.nightly", key="scoring.nightly", as_of=localdate().isoformat())


@app.task(name="scoring.nightly")
def nightly(as_of: str) -> None:
    """The run of a business date, and behind it who is in which segment and who is due."""
    with suppress(services.AlreadyScored):
        services.run(as_of=date.fromisoformat(as_of), kind=Run.Kind.NIGHTLY, then=_segments_next)


@app.task(name="scoring.run", queueing_lock="scoring.run")
def run() -> None:
    """A run that somebody or an import asked for."""
    services.run(then=_segments_next)


def _segments_next(done: Run) -> None:
    enqueue("segments.refresh", run_id=done.pk)
