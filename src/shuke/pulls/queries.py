"""Reading about pulls: how each goes, what was fetched before, what was agreed for files that look like this."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from shuke.core.errors import ShukeError, told_again
from shuke.customers.models import Source
from shuke.intake.mapping import Mapping
from shuke.intake.models import Import
from shuke.pulls.fetching import Access, File
from shuke.pulls.models import Fetched, Pull, PullRun

__all__ = [
    "Standing",
    "access",
    "agreed",
    "failure",
    "fresh",
    "imported_last",
    "last_agreed",
    "last_fetched",
    "listing",
    "needing",
    "runs",
]

RUNS = 30
NOT_TAKEN = (Import.Status.FAILED, Import.Status.UNDOING, Import.Status.UNDONE)
"""An import with such an end has taken nothing of its file."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A pull and how its last run went."""

    pull: Pull
    last: PullRun | None

    @property
    def is_asking(self) -> bool:
        """Only a person can go on: what columns mean, or whether a server is the right one."""
        return bool(self.last and self.last.status == PullRun.Status.ASKING)


def listing() -> list[Standing]:
    """All pulls by name, each with its last run."""
    latest = _with_imports(PullRun.objects.order_by("pull_id", "-pk").distinct("pull_id"))
    last = {run.pull_id: run for run in latest}
    return [Standing(pull, last.get(pull.pk)) for pull in Pull.objects.select_related("source")]


def needing() -> list[Standing]:
    """Pulls that somebody has to look at, because they do not mend themselves."""
    return [each for each in listing() if not each.pull.paused_at and (each.pull.is_failing or each.is_asking)]


def runs(pull: Pull, *, limit: int = RUNS) -> QuerySet[PullRun]:
    """The last runs with what they handed to intake, the newest first."""
    return _with_imports(pull.runs.select_related("by"))[:limit]


def failure(this: PullRun) -> ShukeError | None:
    """Why a run failed or needs somebody; None if neither."""
    return told_again(this.failure["code"], this.failure["params"]) if this.failure else None


def access(pull: Pull) -> Access:
    """How to get where a pull fetches; whoever holds it, holds the secret."""
    secret = settings.KEY_RING.decrypt(pull.secret, field=Pull.FIELD) if pull.secret else ""
    plain = {name: getattr(pull, name) for name in "way name address user host_key folder pattern query".split()}
    return Access(**plain, secret=secret, zone=settings.TIME_ZONE, allowed=settings.SHUKE.pull_networks)


def fresh(pull: Pull, files: Sequence[File]) -> list[File]:
    """The files that were not fetched before; those whose marks do not tell have to be read to know."""
    known = defaultdict(list)
    for name, marks in _taken(pull).filter(name__in=[file.name for file in files]).values_list("name", "marks"):
        known[name].append(marks)
    return [file for file in files if not file.marks or file.marks not in known[file.name]]


def last_fetched(pull: Pull, name: str) -> Fetched | None:
    """What was fetched last under this name."""
    return _taken(pull).filter(name=name).first()


def imported_last(pull: Pull) -> Import | None:
    """The last file of the source and kind that came in, by whatever way."""
    return _of(pull.source, pull.kind).exclude(status__in=NOT_TAKEN).first()


def agreed(pull: Pull, header: Sequence[str]) -> Mapping | None:
    """What somebody has agreed to, and seen come in, for files of the source and kind with these very columns."""
    before = _done(pull).filter(header=list(header)).first()
    return Mapping.from_json(before.mapping) if before else None


def last_agreed(pull: Pull) -> Import | None:
    """The last file of the source and kind that came in, whatever its columns."""
    return _done(pull).first()


def _taken(pull: Pull) -> QuerySet[Fetched]:
    """Whose import failed, was undone, or was for another source or kind, is not taken, and may be fetched again."""
    theirs = pull.fetched.filter(of_import__source=pull.source, of_import__kind=pull.kind)
    return theirs.exclude(of_import__status__in=NOT_TAKEN)


def _of(source: Source, kind: str) -> QuerySet[Import]:
    return Import.objects.filter(source=source, kind=kind, dry_run=False).exclude(header=[])


def _done(pull: Pull) -> QuerySet[Import]:
    return _of(pull.source, pull.kind).filter(status=Import.Status.DONE)


def _with_imports(runs: QuerySet[PullRun]) -> QuerySet[PullRun]:
    return runs.prefetch_related(Prefetch("fetched", Fetched.objects.select_related("of_import").order_by("pk")))
