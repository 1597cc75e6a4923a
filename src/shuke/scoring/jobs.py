"""The nightly run: once per business date, caught up whenever the machine was off."""

from contextlib import suppress
from datetime import date

from django.utils.timezone import localdate, localtime, now
from procrastinate.contrib.django import app

from shuke.core.databases import advisory_lock_if_free
from shuke.core.jobs import RETRY, enqueue
from shuke.scoring import queries, services
from shuke.scoring.models import Run

NIGHTLY_FROM_HOUR = 2


@app.periodic(cron="* * * * *")
@app.task(name="scoring.nightly_if_due", queueing_lock="scoring.nightly_if_due")
def nightly_if_due(timestamp: int) -> None:
    """Every minute: is today's run still missing? Asking by business date catches up after any outage."""
    if localtime().hour >= NIGHTLY_FROM_HOUR and queries.nightly_is_due(localdate(), at=now()):
        enqueue("scoring.nightly", key="scoring.nightly", as_of=localdate().isoformat())


@app.task(name="scoring.nightly", retry=RETRY)
def nightly(as_of: str) -> None:
    """The run of a business date, and behind it who is in which segment and who is due.

    While another run works it ends at once instead of keeping a worker waiting; the next minute asks again.
    """
    with advisory_lock_if_free(services.RUN_LOCK) as free, suppress(services.AlreadyScored):
        if free:
            services.run(as_of=date.fromisoformat(as_of), kind=Run.Kind.NIGHTLY, then=_segments_next)


@app.task(name="scoring.run", queueing_lock="scoring.run", retry=RETRY)
def run() -> None:
    """A run that somebody or an import asked for."""
    services.run(then=_segments_next)


def _segments_next(done: Run) -> None:
    enqueue("segments.refresh", run_id=done.pk)
