"""Importing a file: begun once, resumed as often as it is killed, applied in one transaction."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from shuke.core import audit
from shuke.core.databases import advisory_lock, advisory_lock_if_free
from shuke.core.errors import Conflict, ShukeError
from shuke.core.jobs import enqueue
from shuke.core.words import mark as _
from shuke.customers.models import Source
from shuke.intake import staging
from shuke.intake.apply import apply, set_aside
from shuke.intake.fields import Kind
from shuke.intake.mapping import Mapping, validate
from shuke.intake.models import Import
from shuke.intake.parsing.parent import looked, parsed
from shuke.intake.parsing.wire import Look, Plan, Question
from shuke.intake.queries import DEFAULT_SOURCE, proposal, repairs_for, source_code
from shuke.intake.reading import Unusable
from shuke.intake.reading.sealed import new_key, seal
from shuke.intake.staging import Progress
from shuke.staff.models import User

IMPORT_LOCKS = 7_303_000_000


class FileChanged(Unusable):
    code = "file_changed"
    message = _("%(file)s is no longer the file that this import began with.")


class FileGone(Unusable):
    code = "file_gone"
    message = _("%(file)s is no longer where it was when this import began.")


class ReadOtherwise(Conflict):
    code = "import_reads_otherwise"
    message = _("%(file)s is already being imported, with other columns or another encoding.")


class Stopped(ShukeError):
    code = "import_stopped"
    message = _("An error of the program has stopped this import. If that happens again, tell your administrator.")


def uploads_folder() -> Path:
    """Where what people send and what is fetched lies, encrypted."""
    folder = Path(settings.SHUKE.home) / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keep(upload: BinaryIO) -> tuple[Path, bytes]:
    """Store what somebody sent, encrypted with a key of its own; returns where it lies, and the key for `begin`."""
    path, key = uploads_folder() / uuid.uuid4().hex, new_key()
    with path.open("xb") as file:
        seal(upload, file, key)
    return path, key


def begin(
    *,
    path: Path,
    name: str = "",
    source: str = DEFAULT_SOURCE,
    kind: Kind | str | None = None,
    mapping: Mapping | None = None,
    encoding: str = "",
    sheets: Sequence[str] = (),
    delimiter: str = "",
    continued: bool | None = None,
    dry_run: bool = False,
    key: bytes = b"",
    by: User | None = None,
    at: datetime | None = None,
) -> Import:
    """Note an import that `run` will do; the one under way if this file of this source is already being imported.

    What is left out is found in the file: kind, mapping, encoding, sheets, delimiter. `continued` says whether blank
    means the same as above where it seems to; left out, it does only if it was so agreed for a file like this one.
    Unusable if the file cannot be imported.
    """
    if mapping:
        sheets, delimiter = mapping.sheets, mapping.delimiter
    look = looked(Question(path.resolve(), name or path.name, encoding, tuple(sheets), delimiter, key))
    of = _source(source)
    agreed = mapping or _proposed(look, of, kind=Kind(kind) if kind else None, continued=continued)
    validate(agreed, look.layout, file=look.survey.name)
    return note(look, agreed, of, dry_run=dry_run, by=by, at=at or now())


def repeat(*, this: Import, by: User | None = None, at: datetime | None = None) -> Import:
    """Note an import that does for good what the dry run `this` has tried; FileGone or FileChanged if it cannot."""
    look, agreed = found_again(this), Mapping.from_json(this.mapping)
    return note(look, agreed, this.source, dry_run=False, by=by, at=at or now())


@transaction.atomic
def start(*, this: Import) -> None:
    """Have the worker run an import."""
    enqueue("intake.run", key=f"intake.run:{this.pk}", import_id=this.pk)


def run(*, import_id: int, on_progress: Callable[[Progress], None] = lambda progress: None) -> Import:
    """Bring an import to its end, from wherever an earlier run was killed; a finished one is left as it is.

    Unusable if the file turns out to be unfit; the import is then failed and nothing of it was applied.
    """
    with advisory_lock(IMPORT_LOCKS + import_id):
        this = Import.objects.select_related("source").get(pk=import_id)
        if this.is_finished:
            return this
        try:
            _read(this, on_progress)
            _apply(this, on_progress)
        except Unusable as failure:
            _fail(this, failure)
            raise
    return this


def give_up(*, import_id: int) -> None:
    """End an import that an error of ours has stopped as often as it was tried, so that nobody waits for it."""
    with advisory_lock(IMPORT_LOCKS + import_id):
        this = Import.objects.get(pk=import_id)
        if not this.is_finished:
            _fail(this, Stopped())


def _source(name: str) -> Source:
    return Source.objects.get_or_create(code=source_code(name), defaults={"name": name[:100]})[0]


def _proposed(look: Look, source: Source, *, kind: Kind | None, continued: bool | None) -> Mapping:
    """What nobody was asked about: a blank cell then stays blank, unless it was agreed otherwise before."""
    found = proposal(look, source=source.name, kind=kind)
    keep = found.is_recalled if continued is None else continued
    return found.mapping if keep else replace(found.mapping, continued=())


def note(
    look: Look,
    agreed: Mapping,
    source: Source,
    *,
    dry_run: bool = False,
    repeats: Import | None = None,
    by: User | None,
    at: datetime,
) -> Import:
    """The import of a file as it was agreed, noted for `run`; the one under way if it is the same."""
    found = look.survey
    same = {"source": source, "kind": agreed.kind, "sha256": found.sha256, "dry_run": dry_run}
    under_way = Import.objects.filter(**same, status__in=Import.UNFINISHED)
    this = under_way.first()
    if this and (this.mapping, this.encoding, this.repeats) == (agreed.as_json(), found.encoding, repeats):
        return this
    if this:
        _give_way(this)
    try:
        with transaction.atomic():
            return Import.objects.create(
                **same,
                file_name=found.name[:255],
                path=str(found.path),
                upload_key=settings.KEY_RING.encrypt(found.key.hex(), field=Import.UPLOAD_KEY) if found.key else None,
                size=found.unpacked_bytes,
                encoding=found.encoding,
                header=look.layout.header,
                mapping=agreed.as_json(),
                repeats=repeats,
                by=by,
                begun_at=at,
            )
    except IntegrityError:
        return under_way.get()


def _give_way(this: Import) -> None:
    """End an import that nobody runs any more, for one that reads the file otherwise; ReadOtherwise if it runs."""
    with advisory_lock_if_free(IMPORT_LOCKS + this.pk) as free:
        if not free:
            raise ReadOtherwise(file=this.file_name)
        _fail(this, ReadOtherwise(file=this.file_name))


def _read(this: Import, on_progress: Callable[[Progress], None]) -> None:
    """Fill the staging table with what is not there yet."""
    staging.create(this)
    if not staging.is_whole(this):
        staging.begin_again(this)
    elif this.status == Import.Status.APPLYING:
        return
    look, agreed = found_again(this), Mapping.from_json(this.mapping)
    _enter(this, Import.Status.READING)
    plan = Plan(look, agreed, settings.TIME_ZONE, settings.SHUKE.region, this.chunks, repairs_for(this))
    with staging.fill(this, customer_by=agreed.customer_by) as stage:
        for checked in parsed(plan):
            on_progress(stage.take(checked))
    this.refresh_from_db()
    _enter(this, Import.Status.APPLYING)


def found_again(this: Import) -> Look:
    """The file as it was looked at; FileGone or FileChanged if it is not."""
    agreed = Mapping.from_json(this.mapping)
    key = settings.KEY_RING.decrypt(this.upload_key, field=Import.UPLOAD_KEY) if this.upload_key else ""
    question = Question(
        Path(this.path), this.file_name, this.encoding, agreed.sheets, agreed.delimiter, bytes.fromhex(key)
    )
    try:
        look = looked(question, may_be_empty=True)
    except FileNotFoundError:
        raise FileGone(file=this.file_name) from None
    if look.survey.sha256 != this.sha256:
        raise FileChanged(file=this.file_name)
    return look


def _apply(this: Import, on_progress: Callable[[Progress], None]) -> None:
    """All or nothing; of a dry run only the report is kept."""
    on_progress(Progress(Import.Status.APPLYING, this.rows_read, 1.0))
    at = now()
    with transaction.atomic():
        set_aside(this, at=at)
        before = transaction.savepoint()
        this.report = apply(this, at=at)
        if this.dry_run:
            transaction.savepoint_rollback(before)
        else:
            transaction.savepoint_commit(before)
            counts = {key: value for key, value in this.report.items() if isinstance(value, int)}
            audit.record(this.by, "import.applied", this, at=at, **counts)
            if counts["inserted"] or counts["updated"]:
                enqueue("scoring.run", key="scoring.run")
            enqueue("intake.measure", key=f"intake.measure:{this.source_id}", source_id=this.source_id)
        staging.drop(this)
        this.finished_at = at
        _enter(this, Import.Status.DONE)


def _fail(this: Import, failure: ShukeError) -> None:
    with transaction.atomic():
        staging.drop(this)
        this.failure = {"code": failure.code, "params": failure.params}
        this.finished_at = now()
        _enter(this, Import.Status.FAILED)


def _enter(this: Import, status: Import.Status) -> None:
    this.status = status
    this.save(update_fields=["status", "report", "failure", "finished_at"])
