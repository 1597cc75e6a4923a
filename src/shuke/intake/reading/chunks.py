"""Rows in columns, a chunk at a time: what every reader makes, and what is no record in it."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuke.intake.reading.layout import clean

TOTAL_WORDS = ("合计", "总计", "小计", "共计", "汇总", "total", "grand total", "subtotal", "sum")


@dataclass(frozen=True, slots=True)
class Ragged:
    """A row with another number of cells than the header."""

    line: int
    text: str
    cells: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive rows: `lines[i]` is where row i of `cells` begins; blank and total lines are left out."""

    number: int
    lines: pa.Array
    cells: pa.RecordBatch
    ragged: tuple[Ragged, ...]
    last_line: int
    share: float
    """How much of the file is read with this chunk, at most 1."""
    filled: int = 0
    """Rows that say the same as the one above."""


def chunk_of(rows: Mapping[int, Sequence[str]], header: Sequence[str]) -> Chunk:
    """Rows by their lines as a chunk by itself."""
    columns = [pa.array(column, pa.string()) for column in zip(*rows.values(), strict=True)]
    cells = pa.RecordBatch.from_arrays(columns, column_names(header))
    return Chunk(0, pa.array(rows, pa.int64()), cells, (), max(rows), 1.0)


def column_names(header: Sequence[str]) -> list[str]:
    """What the columns of `Chunk.cells` are called."""
    return [f"c{place}" for place in range(len(header))]


def no_rows(header: Sequence[str]) -> pa.RecordBatch:
    """The cells of a chunk that has no whole row."""
    names = column_names(header)
    return pa.RecordBatch.from_arrays([pa.array([], pa.string()) for _name in names], names)


def raw_text(chunk: Chunk, row: int, delimiter: str) -> str:
    """Row `row` of a chunk as one CSV record: every cell as it came, quoted where it must be."""
    return record([column[row].as_py() for column in chunk.cells.columns], delimiter)


def record(cells: Sequence[str], delimiter: str) -> str:
    """Cells as one CSV record; a cell with a line break of either kind is quoted."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return written.getvalue().removesuffix("\r\n")


def cells_of(text: str, delimiter: str) -> list[str]:
    """The cells of one CSV record."""
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])


def without_empty(lines: pa.Array, batch: pa.RecordBatch) -> tuple[pa.Array, pa.RecordBatch]:
    """Leave out rows that are blank or hold a total: they are no records."""
    totals = pa.array(TOTAL_WORDS)
    first = pc.utf8_lower(pc.utf8_trim(batch.column(0), " \t\u3000:："))
    suspects = pc.indices_nonzero(pc.or_(pc.equal(first, ""), pc.is_in(first, totals)))
    blanks = np.zeros(len(suspects), dtype=np.int64)
    for column in batch.take(suspects).columns:
        blanks += pc.equal(pc.utf8_trim(column, " \t\u3000"), "").to_numpy(zero_copy_only=False)
    is_total = pc.is_in(first.take(suspects), totals).to_numpy(zero_copy_only=False)
    no_record = (blanks == batch.num_columns) | (is_total & (blanks > 0))
    kept = np.ones(batch.num_rows, dtype=bool)
    kept[suspects.to_numpy()[no_record]] = False
    return lines.filter(pa.array(kept)), batch.filter(pa.array(kept))


def is_total(text: str) -> bool:
    """Whether a record with another number of cells than the header is blank or a total."""
    first = clean(re.split(r"[,;\t|]", text, maxsplit=1)[0]).lower().rstrip(":：")
    return not text.strip(" ,;\t|") or first in TOTAL_WORDS
