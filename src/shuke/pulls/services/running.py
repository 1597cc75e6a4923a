"""Fetching: asked for by the clock or a person, taken up again wherever a worker was killed, no file imported twice."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.timezone import now

from shuke.core import audit
from shuke.core.databases import advisory_lock, advisory_lock_if_free
from shuke.core.errors import ShukeError
from shuke.core.jobs import enqueue
from shuke.intake import services as intake
from shuke.intake.mapping import Mapping
from shuke.intake.models import Import
from shuke.intake.parsing.wire import Look
from shuke.intake.reading import Unusable
from shuke.pulls import agreement, fetching, keeping, queries
from shuke.pulls.fetching import File, Place, Unchanged
from shuke.pulls.keeping import Kept
from shuke.pulls.models import Fetched, Pull, PullRun
from shuke.pulls.problems import ColumnsChanged, HostKeyChanged, HostKeyUnknown, NeverAgreed, Stopped
from shuke.pulls.services.locks import PULL_LOCKS
from shuke.staff.models import User

FILES_A_RUN = 100
"""Of a folder that was full before anybody came; the next run goes on."""
KEPT_FOR = timedelta(days=90)
FOR_A_PERSON = (NeverAgreed, ColumnsChanged, HostKeyUnknown, HostKeyChanged)
"""What another try does not mend: somebody has to look at it first."""


def start_due(*, at: datetime) -> int:
    """Have the worker fetch what is due; returns how much that is. What was missed for long is fetched once."""
    return sum(_start_if_due(pull.pk, at) for pull in Pull.objects.due(at=at))


@transaction.atomic
def ask(*, pull: Pull, trial: bool = False, by: User | None, at: datetime) -> PullRun:
    """Have the worker fetch now; the run under way if there is one. A trial imports nothing."""
    pull = Pull.objects.select_for_update().get(pk=pull.pk)
    this = pull.runs.unfinished().first() or pull.runs.create(trial=trial, by=by, begun_at=at)
    enqueue("pulls.run", key=f"pulls.run:{this.pk}", run_id=this.pk)
    return this


def run(*, run_id: int, wait: bool = False) -> PullRun | None:
    """Bring a run to its end; a finished one is left as it is, and one that another worker is at, unless we `wait`."""
    this = PullRun.objects.select_related("pull__source").filter(pk=run_id).first()
    if this is None:
        return None
    lock = advisory_lock if wait else advisory_lock_if_free
    with lock(PULL_LOCKS + this.pull_id) as free:
        if wait or free:
            _run(this)
    return this


def give_up(*, run_id: int) -> None:
    """End a run that an error of ours has stopped as often as it was tried, so that the next can begin."""
    this = PullRun.objects.unfinished().select_related("pull").filter(pk=run_id).first()
    if this:
        for begun in _begun(this):
            intake.start(this=begun)
        _end(this, PullRun.Status.FAILED, Stopped())


def sweep(*, at: datetime) -> None:
    """Forget runs of long ago; what was fetched stays known."""
    old = PullRun.objects.exclude(status__in=PullRun.UNFINISHED).filter(begun_at__lte=at - KEPT_FOR)
    for path in old.exclude(path="").values_list("path", flat=True):
        keeping.discard_unless_imported(Path(path))
    old.delete()


@transaction.atomic
def _start_if_due(pull_id: int, at: datetime) -> bool:
    pull = Pull.objects.select_for_update(skip_locked=True).due(at=at).filter(pk=pull_id).first()
    if pull is None:
        return False
    this = ask(pull=pull, by=None, at=at)
    if this.trial:  # its turn comes when the trial is done
        return False
    pull.put_off(after=at)
    pull.save(update_fields=["due_at"])
    return True


def _run(this: PullRun) -> None:
    this.refresh_from_db(fields=["status"])
    if this.is_finished:
        return
    keeping.discard_half_done(this)
    this.status, this.found, this.known = PullRun.Status.RUNNING, [], 0
    this.save(update_fields=["status", "found", "known"])
    try:
        for begun in _begun(this):
            _bring_in(begun)
        with fetching.reached(queries.access(this.pull)) as place:
            _take_all(this, place)
    except ShukeError as failure:
        asking = isinstance(failure, FOR_A_PERSON)
        _end(this, PullRun.Status.ASKING if asking else PullRun.Status.FAILED, failure)
    else:
        _end(this, PullRun.Status.DONE)


def _begun(this: PullRun) -> list[Import]:
    """What a killed attempt has noted and not brought to its end."""
    unfinished = this.fetched.filter(of_import__status__in=Import.UNFINISHED).select_related("of_import").order_by("pk")
    return [fetched.of_import for fetched in unfinished]


def _take_all(this: PullRun, place: Place) -> None:
    """The oldest file first, each brought in before the next; one that is no table stands in no other's way."""
    files = place.files()
    fresh = queries.fresh(this.pull, files)
    this.known = len(files) - len(fresh)
    chosen = (fresh or files[-1:])[:1] if this.trial else fresh[:FILES_A_RUN]
    refused: list[Unusable] = []
    for file in chosen:
        try:
            _take(this, place, file)
        except Unusable as failure:
            _note(this, file, "refused")
            refused.append(failure)
    for file in fresh[len(chosen) :][:FILES_A_RUN]:
        _note(this, file, "later")
    if refused:
        raise refused[0]


def _take(this: PullRun, place: Place, file: File) -> None:
    """Fetch one file and hand it to intake, unless it was there before; of a trial only what it looks like is kept."""
    before = None if this.trial else queries.last_fetched(this.pull, file.name)
    try:
        with place.opened(file, before=before.marks if before else {}) as stream:
            kept = keeping.keep(stream.chunks, run=this, host=this.pull.name)
            marks = dict(stream.marks)
    except Unchanged:
        _note(this, file, "unchanged")
        return
    there = _there_already(this.pull, kept, before)
    if not kept.size:
        kept.discard()
        _note(this, file, "empty")
    elif there and not this.trial:
        kept.discard()
        _fetched(this, file, kept, marks, there)
        _note(this, file, "unchanged", size=kept.size)
    else:
        _look_and_import(this, file, kept, marks)


def _there_already(pull: Pull, kept: Kept, before: Fetched | None) -> Import | None:
    """The import that has brought this very content last, by this pull or by hand."""
    if before and before.sha256 == kept.sha256:
        return before.of_import
    last = queries.imported_last(pull)
    return last if last and last.sha256 == kept.sha256 else None


def _look_and_import(this: PullRun, file: File, kept: Kept, marks: dict[str, Any]) -> None:
    try:
        look, agreed = agreement.found(this.pull, file.name, kept)
    except ShukeError:
        kept.discard()
        raise
    if agreed is None or this.trial:
        _keep_for_a_person(this, file, kept, look, agreed)
        if agreed is None:
            raise agreement.missing(this.pull, file.name, look)
        _note(this, file, "agreed", size=kept.size)
    else:
        begun = _hand_over(this, file, kept, marks, look, agreed)
        if begun.path != str(kept.path):  # the same file is on its way in already
            kept.discard()
        _bring_in(begun)
        _note(this, file, "imported", size=kept.size)


@transaction.atomic
def _hand_over(this: PullRun, file: File, kept: Kept, marks: dict[str, Any], look: Look, agreed: Mapping) -> Import:
    """The file is known as fetched if, and only if, its import is noted."""
    begun = intake.note(look, agreed, this.pull.source, by=None, at=now())
    _fetched(this, file, kept, marks, begun)
    return begun


def _bring_in(begun: Import) -> None:
    """Run the import here and now: what a source sent later must not be overtaken by what it sent before."""
    intake.run(import_id=begun.pk)


def _fetched(this: PullRun, file: File, kept: Kept, marks: dict[str, Any], of_import: Import) -> None:
    told = {"name": file.name, "size": kept.size, "marks": marks, "sha256": kept.sha256}
    this.pull.fetched.create(run=this, of_import=of_import, at=now(), **told)


def _keep_for_a_person(this: PullRun, file: File, kept: Kept, look: Look, agreed: Mapping | None) -> None:
    """Leave the file where its columns can be looked at, with what is agreed for them."""
    taken = {column: field for field, column in agreed.columns.items()} if agreed else {}
    this.columns = [[column, taken.get(column, "")] for column in look.layout.header]
    this.file_name, this.path, this.file_key = file.name, str(kept.path), kept.sealed_key
    this.save(update_fields=["columns", "file_name", "path", "file_key"])
    for older in _kept_before(this):
        keeping.discard_unless_imported(Path(older))


def _kept_before(this: PullRun) -> Iterator[str]:
    """Files that nobody looks at any more: the one before stays, for somebody may have it open."""
    kept = this.pull.runs.exclude(path="").filter(pk__lt=this.pk).values_list("path", flat=True)
    yield from kept[1:]


def _note(this: PullRun, file: File, state: str, *, size: int | None = None) -> None:
    this.found.append({"name": file.name, "size": file.size if size is None else size, "state": state})
    this.save(update_fields=["found", "known"])


@transaction.atomic
def _end(this: PullRun, status: PullRun.Status, failure: ShukeError | None = None) -> None:
    at = now()
    this.status, this.finished_at = status, at
    this.failure = {"code": failure.code, "params": failure.params} if failure else {}
    this.save(update_fields=["status", "finished_at", "failure", "found", "known"])
    if not this.trial:
        this.pull.failures = this.pull.failures + 1 if status == PullRun.Status.FAILED else 0
        this.pull.save(update_fields=["failures"])
    counts = {"imported": sum(file["state"] == "imported" for file in this.found), "known": this.known}
    told = {"name": this.pull.name, "trial": this.trial, "status": str(status), **counts}
    audit.record(this.by, "pull.ran", this.pull, at=at, **told, **({"failure": failure.code} if failure else {}))
