"""Rows of a database as the lines of a file, the same whichever server they come from."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Protocol

ROWS = 2_000
Row = tuple[Any, ...]


class Cursor(Protocol):
    """A result that is read piece by piece. Source: PEP 249."""

    @property
    def description(self) -> Sequence[Sequence[Any]] | None: ...

    def fetchmany(self, size: int) -> Sequence[Row]: ...


def as_csv(cursor: Cursor) -> Iterator[bytes]:
    """The names of the columns, then the rows, in blocks of `ROWS`."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(column[0] for column in cursor.description or ())
    while rows := cursor.fetchmany(ROWS):
        writer.writerows(map(_cells, rows))
        yield sheet.getvalue().encode()
        sheet.seek(0)
        sheet.truncate()
    yield sheet.getvalue().encode()


def _cells(row: Row) -> list[str]:
    return [_cell(value) for value in row]


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bytes():
            return value.hex()
        case Decimal():
            return format(value, "f")
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)
