"""Workbooks: their sheets as rows of text, opened only where their real size is known to be bearable."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetVisibleEnum,
    XmlError,
    ZipError,
)

from shuke.core.words import mark as _
from shuke.intake.reading.files import MAX_RATIO, Damaged, Unusable, raw

ZIP_MAGIC, OLE_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_BYTES = 200 << 20
"""Unpacked; a larger sheet is better saved as CSV, which needs no memory."""

HEAD_ROWS = 200
LINES_A_SHEET = 10_000_000
"""Row 7 of the third sheet has the line 20,000,007: one number finds a row again, and sorts as people read."""

EXACT_UP_TO = 10**15
"""A spreadsheet keeps fifteen digits of a number."""

IN_A_WORKBOOK = {"[Content_Types].xml", "mimetype"}


class TooLarge(Unusable):
    code = "workbook_too_large"
    message = _("%(file)s unpacks to more than %(megabytes)s MB. Save the sheet as CSV and import that.")


class Archive(Unusable):
    code = "file_is_an_archive"
    message = _("%(file)s is an archive. Unpack it and import the files in it, one after the other.")


class Locked(Unusable):
    code = "workbook_locked"
    message = _("%(file)s is locked with a password. Save it without one and import that.")


class NoSheet(Unusable):
    code = "workbook_without_sheet"
    message = _("%(file)s has no sheet with anything in it.")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that people see, and its first rows; blank rows count, so that row n of the sheet is `head[n - 1]`."""

    name: str
    rows: int
    head: tuple[tuple[str, ...], ...]


def is_workbook(head: bytes) -> bool:
    return head.startswith((ZIP_MAGIC, OLE_MAGIC))


def sheets_of(path: Path, name: str, key: bytes = b"") -> tuple[Sheet, ...]:
    """The sheets of a workbook that are visible and not empty; Unusable where there is none or it cannot be opened."""
    book = _opened(path, name, key)
    with _unreadable_named(name):
        shown = [each.name for each in book.sheets_metadata if each.visible == SheetVisibleEnum.Visible]
        found = [(title, _rows(book.get_sheet_by_name(title))) for title in shown]
        sheets = (Sheet(title, rows, tuple(islice(cells, HEAD_ROWS))) for title, (rows, cells) in found if rows)
        filled = tuple(sheet for sheet in sheets if any(map(any, sheet.head)))
    if not filled:
        raise NoSheet(file=name)
    return filled


def rows_of(path: Path, name: str, sheets: Sequence[str], key: bytes = b"") -> Iterator[Iterator[tuple[str, ...]]]:
    """All rows of each of the `sheets`, from the first; Unusable as `sheets_of`."""
    book = _opened(path, name, key)
    for title in sheets:
        yield _rows_named(book, title, name)


def _rows_named(book: CalamineWorkbook, title: str, name: str) -> Iterator[tuple[str, ...]]:
    with _unreadable_named(name):
        yield from _rows(book.get_sheet_by_name(title))[1]


def _opened(path: Path, name: str, key: bytes) -> CalamineWorkbook:
    with raw(path, key) as file:
        packed = file.read(MAX_BYTES + 1)
    if _real_size(packed, name) > min(MAX_BYTES, MAX_RATIO * len(packed)):
        raise TooLarge(file=name, megabytes=MAX_BYTES >> 20)
    with _unreadable_named(name):
        return CalamineWorkbook.from_filelike(io.BytesIO(packed))


@contextmanager
def _unreadable_named(name: str) -> Iterator[None]:
    """Locked or Damaged for what the library says of a workbook that it cannot read."""
    try:
        yield
    except PasswordError:
        raise Locked(file=name) from None
    except (CalamineError, XmlError, ZipError):
        raise Damaged(file=name) from None
    except BaseException as failure:
        if type(failure).__name__ != "PanicException":  # what it raises where it is lost; no module exports it
            raise
        raise Damaged(file=name) from None


def _real_size(packed: bytes, name: str) -> int:
    """What a workbook unpacks to, by what the archive says of itself; nothing is unpacked."""
    if len(packed) > MAX_BYTES or not packed.startswith(ZIP_MAGIC):
        return len(packed)
    try:
        entries = zipfile.ZipFile(io.BytesIO(packed)).infolist()
    except zipfile.BadZipFile:
        raise Damaged(file=name) from None
    if not IN_A_WORKBOOK & {entry.filename for entry in entries}:
        raise Archive(file=name)
    return sum(entry.file_size for entry in entries)


def _rows(sheet: CalamineSheet) -> tuple[int, Iterator[tuple[str, ...]]]:
    """How many rows a sheet has, and their cells as text."""
    if sheet.start is None:
        return 0, iter(())
    return sheet.end[0] + 1, _cells(sheet)


def _cells(sheet: CalamineSheet) -> Iterator[tuple[str, ...]]:
    """The rows of a sheet; cells that were merged below one another all say the same."""
    merged, above = _merged(sheet), []
    for number, cells in enumerate(sheet.iter_rows()):
        for column in merged.get(number, ()):
            cells[column] = above[column]
        yield tuple(map(text_of, cells))
        above = cells


def _merged(sheet: CalamineSheet) -> dict[int, set[int]]:
    """For each row the columns in which a cell belongs to the one above."""
    below: dict[int, set[int]] = {}
    left = sheet.start[1]
    for (top, first), (bottom, _last) in sheet.merged_cell_ranges or ():
        for row in range(top + 1, bottom + 1):
            below.setdefault(row, set()).add(first - left)
    return below


def text_of(cell: Any) -> str:
    """What stands in a cell, as the file would say it as CSV; a number that lost digits is written so that it shows."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, datetime):
        return (cell + timedelta(milliseconds=500)).isoformat(" ", "seconds").removesuffix(" 00:00:00")
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(cell, date | time):
        return cell.isoformat()
    return _number(cell)


def _number(number: float) -> str:
    if abs(number) >= EXACT_UP_TO:
        return f"{number:.14E}"
    return str(int(number)) if float(number).is_integer() else repr(number)
