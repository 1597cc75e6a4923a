"""Where the table is: a text's delimiter, a workbook's sheets; the header, and the title lines above."""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count, islice
from typing import Any, Self

from shuke.core.words import mark as _
from shuke.intake.reading.files import Unusable
from shuke.intake.reading.sources import LINE_BREAK, Survey
from shuke.intake.reading.workbooks import Sheet

DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x01", "\x1f")
HEADER_WITHIN_ROWS = 20
SHAPE_FROM_ROWS = 200
EXCEL_GUARD = re.compile(r'^="(.*)"$|^\'(.*)$', re.DOTALL)


class NotATable(Unusable):
    code = "file_not_a_table"
    message = _("%(file)s is not a table: no comma, semicolon, tab or bar divides its lines into columns.")


class NoHeader(Unusable):
    code = "file_without_header"
    message = _("%(file)s has no line with column names above its data.")


class NoSuchSheet(Unusable):
    code = "no_such_sheet"
    message = _("%(file)s has no sheet “%(sheet)s”. Its sheets: %(sheets)s.")


class UnlikeSheets(Unusable):
    code = "sheets_not_alike"
    message = _("%(file)s: the sheets “%(first)s” and “%(second)s” have other columns. Import one after the other.")


@dataclass(frozen=True, slots=True)
class Part:
    """A sheet that is read, and the row on which its data begins."""

    sheet: str
    first_row: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How to cut a file into rows. A text's data begins on `first_line` (1-based), after `skip_characters`."""

    header: tuple[str, ...]
    examples: tuple[tuple[str, ...], ...]
    """The first rows of data, for the mapping's proposal and the page that shows it."""
    delimiter: str = ","
    first_line: int = 0
    skip_characters: int = 0
    parts: tuple[Part, ...] = ()
    """The sheets that are read as one table; none of a text."""

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        parts = tuple(Part(**part) for part in told["parts"])
        examples = tuple(tuple(cells) for cells in told["examples"])
        return cls(**{**told, "header": tuple(told["header"]), "examples": examples, "parts": parts})


def lay_out(found: Survey, *, sheets: Sequence[str] = (), delimiter: str = "") -> Layout:
    """The layout of a surveyed file; Unusable where there is none.

    Of a workbook these `sheets`, else the longest one that is a table and those with the same columns.
    """
    return _of_sheets(found, sheets) if found.sheets else _of_text(found, delimiter)


def _of_text(found: Survey, delimiter: str) -> Layout:
    delimiter = delimiter or max(DELIMITERS, key=lambda candidate: _agreement(_rows(found, candidate)))
    rows = _rows(found, delimiter)
    agreement, width = _agreement(rows)
    if agreement <= 0.5:
        raise NotATable(file=found.name)
    place = _header_place([cells for _line, cells in rows[:HEADER_WITHIN_ROWS]], width)
    if place is None:
        raise NoHeader(file=found.name)
    last_line, names = rows[place]
    return Layout(
        header=_distinct(names + [""] * (width - len(names))),
        examples=tuple(tuple(cells) for _line, cells in rows[place + 1 :]),
        delimiter=delimiter,
        first_line=last_line + 1,
        skip_characters=_length_of_lines(found.sample, last_line),
    )


def _of_sheets(found: Survey, wanted: Sequence[str]) -> Layout:
    laid_out = {sheet.name: table for sheet in found.sheets if (table := _of_sheet(sheet))}
    if not laid_out:
        raise NoHeader(file=found.name)
    if not wanted:
        longest = max((sheet for sheet in found.sheets if sheet.name in laid_out), key=lambda sheet: sheet.rows)
        wanted = [name for name, table in laid_out.items() if table.header == laid_out[longest.name].header]
    for name in wanted:
        if name not in laid_out:
            raise NoSuchSheet(file=found.name, sheet=name, sheets=", ".join(laid_out))
        if laid_out[name].header != laid_out[wanted[0]].header:
            raise UnlikeSheets(file=found.name, first=wanted[0], second=name)
    tables = [laid_out[name] for name in wanted]
    return replace(
        tables[0],
        parts=tuple(part for table in tables for part in table.parts),
        examples=tuple(chain.from_iterable(table.examples for table in tables)),
    )


def _of_sheet(sheet: Sheet) -> Layout | None:
    """The layout of one sheet; None where no table is."""
    rows = [(number, cells) for number, cells in enumerate(sheet.head, start=1) if any(map(clean, cells))]
    width = max((place for _number, cells in rows for place, cell in enumerate(cells, start=1) if cell), default=0)
    place = _header_place([list(cells) for _number, cells in rows[:HEADER_WITHIN_ROWS]], width)
    if width < 2 or place is None:
        return None
    number, names = rows[place]
    return Layout(
        header=_distinct(list(names[:width])),
        examples=tuple(cells[:width] for _number, cells in rows[place + 1 :]),
        parts=(Part(sheet.name, number + 1),),
    )


def clean(cell: str) -> str:
    """A cell without the blanks around it and without the marks that keep spreadsheets from reading it as a number."""
    text = cell.strip(" \t\r\n\u3000\u00a0\ufeff\u200b")
    guard = EXCEL_GUARD.match(text)
    return (guard[1] or guard[2] or "").strip() if guard else text


def _rows(found: Survey, delimiter: str) -> list[tuple[int, list[str]]]:
    """The sample's first rows that are not blank, each with the number of its last line."""
    reader = csv.reader(io.StringIO(found.sample, newline=""), delimiter=delimiter)
    rows = [(reader.line_num, cells) for cells in islice(reader, SHAPE_FROM_ROWS + 1) if any(map(clean, cells))]
    cut_off = len(rows) > SHAPE_FROM_ROWS or not found.whole
    return rows[:-1] if cut_off and len(rows) > 1 else rows


def _agreement(rows: list[tuple[int, list[str]]]) -> tuple[float, int]:
    """The share of rows that have the commonest number of columns, and that number."""
    widths = Counter(len(cells) for _line, cells in rows if len(cells) > 1)
    return max(((count / len(rows), width) for width, count in widths.items()), default=(0, 0))


def _header_place(rows: list[list[str]], width: int) -> int | None:
    """The fullest row of words above the first row of values."""
    filled = [[clean(cell) for cell in cells if clean(cell)] for cells in rows]
    wide = [place for place, cells in enumerate(filled) if len(cells) > width / 2]
    of_words = [place for place in wide if all(any(map(str.isalpha, cell)) for cell in filled[place])]
    values_from = min((place for place in wide if place not in of_words), default=len(rows))
    above = [place for place in of_words if place < values_from]
    return max(above, key=lambda place: (len(filled[place]), -place), default=None)


def _distinct(names: list[str]) -> tuple[str, ...]:
    """Column names, each once: a blank one is called by its place, a repeated one is numbered."""
    distinct: dict[str, None] = {}
    for place, cell in enumerate(names, start=1):
        name = " ".join(clean(cell).split()) or f"#{place}"
        numbered = (f"{name} ({number})" for number in count(2))
        distinct[next(each for each in chain([name], numbered) if each not in distinct)] = None
    return tuple(distinct)


def _length_of_lines(text: str, lines: int) -> int:
    ends = (found.end() for found in LINE_BREAK.finditer(text))
    return next(islice(ends, lines - 1, None), len(text))
