"""Reading runs and scores."""

from collections.abc import Iterator
from datetime import date

from shuke.scoring.models import LiveRun, Run, Score


def live_run() -> Run | None:
    """The run whose scores count, or None before the first."""
    live = LiveRun.objects.select_related("run").first()
    return live.run if live else None


def has_nightly(as_of: date) -> bool:
    """Has the nightly run of this business date been done?"""
    return Run.objects.filter(kind=Run.Kind.NIGHTLY, as_of=as_of, status=Run.Status.DONE).exists()


def faults() -> Iterator[str]:
    """What does not hold: the live run is a finished one, and its scores are as many as it says."""
    run = live_run()
    if run is None:
        return
    if run.status != Run.Status.DONE:
        yield f"the live run {run.pk} is {run.status}"
    scores = Score.objects.live().count()
    if scores != run.counts.get("customers"):
        yield f"run {run.pk} says {run.counts.get('customers')} customers and has {scores} scores"
