"""What the readers owe to any bytes: Unusable, or every row once and no character changed."""

import atexit
import itertools
import os
import re
import resource
import signal
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NoReturn
from unittest.mock import patch

from shuke.intake.checks.checker import Checker
from shuke.intake.fields import FIELDS, Kind
from shuke.intake.mapping import DayOrder, Mapping, propose, validate
from shuke.intake.reading import (
    Chunk,
    Layout,
    Survey,
    Unusable,
    cells_of,
    chunk_of,
    lay_out,
    read_chunks,
    sheets,
    survey,
    texts,
)
from shuke.intake.reading.chunks import TOTAL_WORDS
from shuke.intake.reading.files import BLOCK_BYTES, opened
from shuke.intake.reading.workbooks import rows_of

FOLDER = tempfile.TemporaryDirectory(prefix="shuke-fuzz-")
atexit.register(FOLDER.cleanup)
ZONE = "Asia/Shanghai"
CELLS_APART = "\x1e"
CHOICES = tuple(itertools.product(Kind, DayOrder))
MEMORY_BYTES, SECONDS = 1 << 30, 20
"""More memory than a process has before it reads, and all the time that it may work."""
GOOD = {
    "order": "A1",
    "customer": "7",
    "name": "王芳",
    "phone": "13812345678",
    "email": "w@example.com",
    "at": "2026-01-05",
    "amount": "10",
    "quantity": "1",
    "price": "10",
    "product": "T1",
    "cost": "5",
    "on": "2026-01",
    "ends": "2026-12-31",
    "event": "E1",
    "kind": "visit",
}


def text(data: bytes) -> None:
    """A text in any encoding, packed or not."""
    _read(_written(data, "orders.csv"))


def workbook(data: bytes) -> None:
    """A workbook of either kind, in a process of its own: it may run out of memory, as the parser's own may."""
    path = _written(data, "orders.xlsx")
    child = os.fork()
    if not child:
        _with_limits(lambda: _read(path))
    _pid, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGABRT)


def rows(data: bytes) -> None:
    """A text, its rows read as what it seems to hold."""
    if read := _read(_written(data, "rows.csv")):
        _check(*read)


def cells(data: bytes) -> None:
    """Cells, each read in every form of a kind of file, between two rows that are as they should be."""
    choice = len(data) % len(CHOICES)
    _check_cells(data.decode("utf-8", "replace").replace("\0", "").split(CELLS_APART), *CHOICES[choice])


TARGETS: dict[str, Callable[[bytes], None]] = {"text": text, "workbook": workbook, "rows": rows, "cells": cells}


def _with_limits(work: Callable[[], object]) -> NoReturn:
    """Do the work and end this process: well, by an error, or by one of its limits."""
    (pages, *_rest) = Path("/proc/self/statm").read_text().split()
    limit = int(pages) * resource.getpagesize() + MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    for number in (signal.SIGABRT, signal.SIGSEGV):
        signal.signal(number, signal.SIG_DFL)
    exit_code = 1
    try:
        work()
        exit_code = 0
    except MemoryError:
        os.abort()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(exit_code)


def _written(data: bytes, name: str) -> Path:
    path = Path(FOLDER.name) / name
    path.write_bytes(data)
    return path


def _read(path: Path) -> tuple[Survey, Layout, list[Chunk]] | None:
    """A file and its rows, every letter of it accounted for; None if it is refused."""
    in_many_chunks = patch.object(texts, "CHUNK_BYTES", 1 << 10), patch.object(sheets, "CHUNK_ROWS", 7)
    try:
        found = survey(path)
        layout = lay_out(found)
        with in_many_chunks[0], in_many_chunks[1]:
            chunks = list(read_chunks(found, layout))
    except Unusable:
        return None
    rows = sorted(row for chunk in chunks for row in _rows(chunk))
    lines = [line for line, _text in rows]
    assert len(set(lines)) == len(lines)
    assert not lines or lines[0] > 0
    expected, written = "".join(map(_letters, _told(found, layout))), "".join(_letters(text) for _line, text in rows)
    if not any(word in expected.lower() for word in map(_letters, TOTAL_WORDS)):
        assert written == expected
    propose(layout)
    return found, layout, chunks


def _rows(chunk: Chunk) -> Iterator[tuple[int, str]]:
    """(line, what it says) of the rows of a chunk, whole or not."""
    columns = [column.to_pylist() for column in chunk.cells.columns]
    yield from ((line, "".join(row)) for line, *row in zip(chunk.lines.to_pylist(), *columns, strict=True))
    yield from ((row.line, row.text) for row in chunk.ragged)


def _told(found: Survey, layout: Layout) -> Iterator[str]:
    """What stands below the header, read without the readers of rows."""
    if not layout.parts:
        with opened(found.path, found.name) as file:
            told = b"".join(iter(lambda: file.read(BLOCK_BYTES), b""))
        yield told.decode(found.encoding)[layout.skip_characters :]
        return
    books = rows_of(found.path, found.name, [part.sheet for part in layout.parts])
    for part, rows in zip(layout.parts, books, strict=True):
        yield from ("".join(row) for row in list(rows)[part.first_row - 1 :])


def _letters(written: str) -> str:
    """What must not be lost: delimiters, quotes and blanks may stand differently in a record."""
    return "".join(filter(str.isalnum, written))


def _check(found: Survey, layout: Layout, chunks: Sequence[Chunk]) -> None:
    try:
        mapping = validate(propose(layout).mapping, layout, file=found.name)
    except Unusable:
        return
    checker = Checker(mapping, layout, zone=ZONE)
    for chunk in chunks:
        checked = checker.check(chunk)
        came_out = [*checked.rows["line"].to_pylist(), *(row.line for row in checked.refused)]
        assert Counter(came_out) == Counter(line for line, _text in _rows(chunk))


def _check_cells(written: Sequence[str], kind: Kind, day_order: DayOrder) -> None:
    checker, header = _checker(kind, day_order)
    good = [GOOD.get(key, "") for key in header]
    odd = [[cell] * len(header) for cell in written]
    partly = [[GOOD.get(key, cell) for key in header] for cell in written]
    rows = [good, *odd, *partly, good]
    checked = checker.check(chunk_of(dict(enumerate(rows, start=1)), header))
    kept = {row["line"]: row for row in checked.rows.to_pylist()}
    refused = {row.line: row for row in checked.refused}
    assert sorted([*kept, *refused]) == list(range(1, len(rows) + 1))
    assert kept[1] == kept[len(rows)] | {"line": 1}
    for line, row in refused.items():
        assert cells_of(row.text, ",") == rows[line - 1]
        assert row.problems
    for row in kept.values():
        _possible(row)


@cache
def _checker(kind: Kind, day_order: DayOrder) -> tuple[Checker, tuple[str, ...]]:
    header = tuple(known.key for known in FIELDS[kind])
    mapping = Mapping(kind, {key: key for key in header}, day_order=day_order)
    return Checker(mapping, Layout(header, ()), zone=ZONE), header


def _possible(row: dict[str, Any]) -> None:
    """What a row says lies within what it can mean, and fits into the database."""
    for value in row.values():
        if isinstance(value, str):
            assert "\0" not in value
            value.encode()
        if isinstance(value, int):
            assert abs(value) < 1 << 63
        if isinstance(value, datetime):
            assert datetime(1900, 1, 1, tzinfo=UTC) <= value < datetime(2101, 1, 1, tzinfo=UTC)
    assert re.fullmatch(r"\+\d{5,15}(;?ext.*)?", row.get("phone") or "+12345")
    assert "@" in (row.get("email") or "@")
    assert 1 <= (row.get("rating") or 1) <= 5
    assert re.fullmatch(r"(lunar )?(-|\d{4})-\d\d-\d\d", row.get("birthday") or "2000-01-01")
