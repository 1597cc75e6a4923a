"""Runs: score everybody as of a day, write the scores beside the old ones, and switch in one step."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, now

from shuke.core import audit
from shuke.core.databases import advisory_lock
from shuke.core.errors import Conflict, Invalid
from shuke.core.words import mark as _
from shuke.scoring import engines, facts, partitions, pilots, policies, queries
from shuke.scoring.locks import RUN_LOCK
from shuke.scoring.mirror import Mirror, Refreshed
from shuke.scoring.models import LiveRun, Run, Score
from shuke.scoring.services import inday

__all__ = ["AlreadyScored", "FutureDay", "NothingYet", "mirror", "run"]


class AlreadyScored(Conflict):
    code = "already_scored"
    message = _("The nightly run of %(as_of)s has been done, or is under way.")


class FutureDay(Invalid):
    code = "future_day"
    message = _("%(as_of)s lies ahead; scores are computed for today or an earlier day.")


class NothingYet(Invalid):
    code = "nothing_before_day"
    message = _("There is no order before %(as_of)s: the scores stay as they are.")


def mirror() -> Mirror:
    """The mirror of this installation."""
    return Mirror(Path(settings.SHUKE.home) / "mirror")


def run(
    *,
    as_of: date | None = None,
    kind: Run.Kind = Run.Kind.ASKED,
    then: Callable[[Run], None] = lambda run: None,
    at: datetime | None = None,
) -> Run:
    """Score every customer as of a day (today if left out) and make the run the live one.

    `then` is called inside the transaction that switches. A failed run leaves the live one in place.
    FutureDay; NothingYet for a day before the first order where there are scores; AlreadyScored for a second nightly
    run of one business date.
    """
    as_of = as_of or localdate()
    if as_of > localdate():
        raise FutureDay(as_of=as_of)
    in_force = policies.in_force()
    with advisory_lock(RUN_LOCK):
        _bury_the_dead()
        this = _begin(as_of, kind, in_force, at or now())
        try:
            refreshed = _score(this, in_force)
            _switch(this, then, refreshed)
        except BaseException as failure:
            _give_up(this, type(failure).__name__)
            raise
        _drop_old_partitions(this)
    return this


def _bury_the_dead() -> None:
    """We hold the lock of all runs, so whatever still calls itself running was killed."""
    for dead in Run.objects.filter(status=Run.Status.RUNNING):
        _give_up(dead, "killed")


def _begin(as_of: date, kind: Run.Kind, in_force: policies.InForce, at: datetime) -> Run:
    obeyed = {"policies": in_force.versions, "pilot": in_force.pilot}
    try:
        with transaction.atomic():
            return Run.objects.create(as_of=as_of, kind=kind, started_at=at, **obeyed)
    except IntegrityError:
        raise AlreadyScored(as_of=as_of) from None


def _score(this: Run, in_force: policies.InForce) -> Refreshed:
    """Compute and write the scores; returns what the run has seen."""
    store = mirror()
    columns = queries.columns()
    with facts.snapshot() as snapshot:
        obeyed = {"policies": in_force.bodies, "pilot": pilots.piloted(in_force.pilot, in_force.bodies, snapshot)}
    with store.fresh() as refreshed, engines.opened(store) as (engine, tables):
        former = queries.groups_before(this.as_of)
        scored = engines.score(engine, tables, as_of=this.as_of, columns=columns.remove(0), former=former, **obeyed)
        rows = partitions.write(this, scored.rows, columns)
    if not rows and Score.objects.live().exists():
        raise NothingYet(as_of=this.as_of)
    this.parameters = scored.parameters.model_dump(mode="json")
    this.counts = {"customers": rows, "months_refreshed": len(refreshed.months)}
    return refreshed


@transaction.atomic
def _switch(this: Run, then: Callable[[Run], None], seen: Refreshed) -> None:
    partitions.attach(this)
    this.status, this.finished_at = Run.Status.DONE, now()
    this.save()
    LiveRun.objects.update_or_create(id=1, defaults={"run": this})
    inday.hand_over(this, marks=seen.customer_marks, rows=seen.rescored)
    audit.record(None, "run.done", this, at=this.finished_at, as_of=str(this.as_of), **this.counts)
    then(this)


def _give_up(this: Run, reason: str) -> None:
    this.status, this.finished_at, this.error = Run.Status.FAILED, now(), reason
    this.save()
    partitions.drop(this)


def _drop_old_partitions(this: Run) -> None:
    """Nightly scores stay 35 days, month ends for good; the live run and later ones always."""
    oldest = this.as_of - timedelta(days=queries.KEEP_DAYS)
    for old in Run.objects.filter(as_of__lt=oldest, pk__lt=this.pk, counts__has_key="customers"):
        if not queries.stays(old.as_of, until=this.as_of):
            partitions.drop(old)
