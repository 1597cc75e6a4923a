"""Writing a batch: one transaction, one audit entry, the statements of imports, an answer for every record."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils.timezone import localdate

from shuke.core import audit
from shuke.core.databases import planned_once
from shuke.core.errors import Conflict
from shuke.core.words import mark as _
from shuke.customers.models import Source
from shuke.customers.registries import profile_changed
from shuke.intake.apply.outcome import APPLIERS
from shuke.intake.apply.work import SOURCE_LOCK, lock_source
from shuke.intake.fields import Kind
from shuke.intake.live import marks
from shuke.intake.live.days import Day
from shuke.intake.live.problems import Problem
from shuke.intake.live.reading import Taken, Untaken
from shuke.intake.live.work import OUTCOMES, LiveWork, Tables
from shuke.intake.mapping import Grain, Mapping
from shuke.intake.models import Import

ORDER_OF_KINDS = (Kind.CUSTOMERS, Kind.ORDERS, Kind.INTERACTIONS, Kind.BEHAVIOURS)
SAID_FOR_ALL = frozenset({"status", "channel", "refund"})
"""Fields of an order whose absence means something: records that tell other ones of these are applied apart."""

PATIENCE = 3
"""Seconds that a batch waits for a file of the same source before its sender is asked to come again."""


class SourceBusy(Conflict):
    code = "source_busy"
    message = _("A file of this source is being written. Nothing of this request was kept; send it again in a moment.")


class Result(StrEnum):
    """What became of a record."""

    INSERTED = "inserted"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of one record of a batch; one that is taken may have a problem too, told for the sender's sake."""

    index: int
    key: str
    result: Result
    problems: tuple[Problem, ...] = ()


def is_free(*, source: str) -> bool:
    """Whether a batch can be written without waiting; if so, nobody else writes to `source` in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [SOURCE_LOCK, _source(source).pk])
        return cursor.fetchone()[0]


@transaction.atomic
def receive(*, source: str, records: Sequence[Taken | Untaken], at: datetime, token: str = "") -> list[Answer]:
    """Write what can be written of a batch, and say for each record what became of it, in the batch's order.

    Records of one key are written one after the other as they stand. `token` names the sender in the audit trail.
    SourceBusy while a file of the source is being written.
    """
    taken = [record for record in records if isinstance(record, Taken)]
    answers = [
        Answer(each.index, each.key, Result.REFUSED, each.problems) for each in records if isinstance(each, Untaken)
    ]
    if taken:
        answers += _write(_source(source), taken, refused=len(answers), at=at, token=token)
    return sorted(answers, key=lambda answer: answer.index)


def _write(source: Source, taken: Sequence[Taken], *, refused: int, at: datetime, token: str) -> list[Answer]:
    answers: list[Answer] = []
    _wait_for_turn(source)
    with planned_once() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL enable_seqscan = off")  # kept plans may be older than what the tables grew by
        tables, day = Tables(cursor), Day(source, at=at)
        for group in _groups(taken):
            results = _apply(tables, day.of(group[0].kind), group, at=at)
            day.count(group[0].kind, Counter(results.values()))
            answers += [Answer(each.index, each.key, results[each.key], each.problems) for each in group]
        day.close()
    counts = Counter(answer.result for answer in answers)
    if counts[Result.INSERTED] or counts[Result.UPDATED]:
        told = {result: counts[result] for result in Result} | {Result.REFUSED: refused}
        audit.record(None, "records.received", source, at=at, token=token, **told)
    return answers


def _wait_for_turn(source: Source) -> None:
    """Have the source to ourselves until the transaction ends. SourceBusy while a large file of it is being written."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
        try:
            lock_source(cursor, source.pk)
        except OperationalError:
            raise SourceBusy from None
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")


def _source(code: str) -> Source:
    return Source.objects.get_or_create(code=code, defaults={"name": code})[0]


def _groups(taken: Iterable[Taken]) -> list[list[Taken]]:
    """Records that one set of statements can write: of one kind and shape, and each key once."""
    groups: dict[tuple[Any, ...], list[Taken]] = defaultdict(list)
    seen: Counter[tuple[Kind, str]] = Counter()
    for record in taken:
        turn = seen[record.kind, record.key]
        seen[record.kind, record.key] += 1
        said = sorted(SAID_FOR_ALL & record.tells) if record.kind == Kind.ORDERS else []
        groups[turn, ORDER_OF_KINDS.index(record.kind), record.has_lines, *said].append(record)
    return [groups[shape] for shape in sorted(groups)]


def _apply(tables: Tables, this: Import, group: Sequence[Taken], *, at: datetime) -> dict[str, Result]:
    """Bring the records of a group into customers and history; returns what became of each key."""
    kind = group[0].kind
    work = LiveWork(tables.cursor, this, _mapping(group), _params(this, at), tables)
    work.stage(row for record in group for row in record.rows)
    held = marks.holders(work)
    APPLIERS[Import.Kind(kind)](work)
    results = {key: Result(outcome) for key, outcome in work.rows(OUTCOMES[kind])}
    marks.leave(work, held, results)
    if kind == Kind.CUSTOMERS:
        _tell(work)
    tables.clear()
    return results


def _mapping(group: Sequence[Taken]) -> Mapping:
    """As if the batch were a file that has a column for everything that any of its records tells."""
    tells = frozenset().union(*(record.tells for record in group))
    contacts = {column.removesuffix("_index") for column in tells if column.endswith("_index")}
    grain = Grain.LINE if group[0].has_lines else Grain.ORDER
    return Mapping(group[0].kind, {key: key for key in {*tells, *contacts, "customer", "order"}}, grain)


def _params(this: Import, at: datetime) -> dict[str, Any]:
    zone = settings.TIME_ZONE
    return {"zone": zone, "source": this.source_id, "import": this.pk, "at": at, "today": localdate(at)}


def _tell(work: LiveWork) -> None:
    changed = work.column("SELECT customer_id FROM profile WHERE outcome = 'updated'")
    if changed:
        for follow in profile_changed:
            follow(changed)
