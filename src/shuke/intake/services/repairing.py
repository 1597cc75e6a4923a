"""Rows that were set aside: written anew by people, one or all alike, and read once more with their file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from shuke.core import audit
from shuke.core.errors import Conflict, Invalid
from shuke.core.words import mark as _
from shuke.intake.checks import Problem
from shuke.intake.mapping import Mapping as FileMapping
from shuke.intake.models import Import, QuarantinedRow
from shuke.intake.parsing.parent import tried
from shuke.intake.parsing.wire import Trial
from shuke.intake.queries import layout_of, text_of
from shuke.intake.reading import Layout, cells_of, record
from shuke.intake.services.importing import found_again, note
from shuke.staff.models import User

WAITS_FOR_OTHERS = Q(problems__contains=[{"code": "order_unknown"}])
CAN_BE_READ_AGAIN = Q(repair__isnull=False) | WAITS_FOR_OTHERS
"""Rows that may be in order by now: somebody has repaired them, or what they are about may have come since."""


class RepeatedAlready(Conflict):
    code = "import_repeated_already"
    message = _("This file has been read once more since. Repair what is left there.")


class NothingRepaired(Invalid):
    code = "nothing_repaired"
    message = _("No row of this import has been repaired yet.")


@dataclass(frozen=True, slots=True)
class Repair:
    """What came of writing a row anew: how many rows are in order now, or what is still wrong with this one."""

    rows: int = 0
    problems: Sequence[Problem] = ()


@transaction.atomic
def repair(
    *, row: QuarantinedRow, cells: Mapping[str, str], text: str = "", alike: bool = False, by: User, at: datetime
) -> Repair:
    """Write some `cells` of a row anew, by column; or, as `text`, the whole record. Nothing is kept while it is wrong.

    With `alike` all rows that had the same in those cells are written the same way; those that still are wrong stay.
    RepeatedAlready if the file has been read once more since.
    """
    this = Import.objects.select_for_update(of=("self",)).get(pk=row.of_import_id)
    if this.repeated_by.exists():
        raise RepeatedAlready
    layout = layout_of(this)
    before = cells_of(text_of(row), layout.delimiter)
    rows = {row.line: (row, cells_of(text, layout.delimiter) if text else _with(before, cells, layout))}
    if alike and cells:
        rows |= _alike(this, before, cells, layout)
    return _keep(this, row, rows, layout, by=by, at=at)


def repeat_repaired(*, this: Import, by: User, at: datetime) -> Import:
    """Note the import that reads the file of `this` once more with its repaired rows.

    NothingRepaired, RepeatedAlready; FileGone or FileChanged if the file is not there any more.
    """
    if this.repeated_by.exists():
        raise RepeatedAlready
    if not this.quarantined.filter(CAN_BE_READ_AGAIN).exists():
        raise NothingRepaired
    return note(found_again(this), FileMapping.from_json(this.mapping), this.source, repeats=this, by=by, at=at)


def _with(before: Sequence[str], cells: Mapping[str, str], layout: Layout) -> list[str]:
    return [cells.get(column, cell) for column, cell in zip(layout.header, before, strict=False)]


def _alike(
    this: Import, before: Sequence[str], cells: Mapping[str, str], layout: Layout
) -> dict[int, tuple[QuarantinedRow, list[str]]]:
    """The rows, not repaired yet, that say in all those columns what this one said."""
    old = dict(zip(layout.header, before, strict=False))
    found = {}
    for other in this.quarantined.filter(repair=None):
        says = cells_of(text_of(other), layout.delimiter)
        told = dict(zip(layout.header, says, strict=False))
        if len(says) == len(layout.header) and all(told[column] == old[column] for column in cells):
            found[other.line] = (other, _with(says, cells, layout))
    return found


def _keep(
    this: Import,
    row: QuarantinedRow,
    rows: Mapping[int, tuple[QuarantinedRow, Sequence[str]]],
    layout: Layout,
    *,
    by: User,
    at: datetime,
) -> Repair:
    """Check the rows as they are written now, and keep those that can be taken if `row` is one of them."""
    if len(rows[row.line][1]) != len(layout.header):
        return Repair(problems=[Problem("cells")])
    written = {line: cells for line, (_row, cells) in rows.items()}
    agreed = FileMapping.from_json(this.mapping)
    checked = tried(Trial(layout, agreed, settings.TIME_ZONE, settings.SHUKE.region, written))
    refused = {refusal.line: refusal.problems for refusal in checked.refused}
    if row.line in refused:
        return Repair(problems=refused[row.line])
    mended = [each for line, (each, _cells) in rows.items() if line not in refused]
    for each in mended:
        text = record(written[each.line], layout.delimiter)
        each.repair = settings.KEY_RING.encrypt(text, field=QuarantinedRow.FIELD)
    QuarantinedRow.objects.bulk_update(mended, ["repair"], batch_size=1_000)
    audit.record(by, "import.rows_repaired", this, at=at, rows=len(mended))
    return Repair(rows=len(mended))
