"""The rows of a file in chunks of columns, each row with the line it begins on; memory does not grow with the file."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from shuke.core.words import mark as _
from shuke.intake.reading.layout import Layout, clean
from shuke.intake.reading.sources import LINE_BREAK, Survey, Unusable, Utf8Stream, opened

CHUNK_BYTES = 3 << 19
"""About 18,000 rows of eight columns; also the longest row that can be read."""

ENDING = "\0"
"""Follows the last record, so that a quote left open cannot swallow the end of a file unnoticed. No text holds it."""

TOTAL_WORDS = pa.array(["合计", "总计", "小计", "共计", "汇总", "total", "grand total", "subtotal", "sum"])


class RowTooLong(Unusable):
    code = "row_too_long"
    message = _("%(file)s, line %(line)s: this row is longer than %(megabytes)s MB. Is a closing quote missing?")


class QuoteLeftOpen(Unusable):
    code = "quote_left_open"
    message = _("%(file)s: a quotation mark opened on or after line %(line)s is never closed.")


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


def read_chunks(found: Survey, layout: Layout) -> Iterator[Chunk]:
    """All rows below the header, in the same chunks every time; RowTooLong or QuoteLeftOpen stops them."""
    with opened(found.path, found.name, found.key) as file:
        text = io.BufferedReader(Utf8Stream(file, found.encoding, ending="\n" + ENDING), CHUNK_BYTES)
        text.read(len(found.sample[: layout.skip_characters].encode()))
        yield from _Rows(found, layout).chunks(text)


def raw_text(chunk: Chunk, row: int, delimiter: str) -> str:
    """Row `row` of a chunk as one CSV record: every cell as it came, quoted where it must be."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, lineterminator="").writerow(
        column[row].as_py() for column in chunk.cells.columns
    )
    return written.getvalue()


@dataclass(slots=True)
class _Rows:
    """The place in a file while its rows are read."""

    found: Survey
    layout: Layout
    row: int = 1
    line: int = field(init=False)
    last_row_from: int = field(init=False)
    ended: bool = False
    ragged: list[pacsv.InvalidRow] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.line = self.last_row_from = self.layout.first_line

    def chunks(self, text: BinaryIO) -> Iterator[Chunk]:
        try:
            number = 0
            for batch in self._batches(text):
                if batch.num_rows or self.ragged:
                    yield self._chunk(number, batch)
                    number += 1
            if self.ragged:
                yield self._chunk(number, batch.slice(0, 0))
        except pa.ArrowInvalid as failure:
            if "straddling" not in str(failure):
                raise
            raise RowTooLong(file=self.found.name, line=self.line, megabytes=CHUNK_BYTES / (1 << 20)) from None
        if not self.ended:
            raise QuoteLeftOpen(file=self.found.name, line=self.last_row_from)

    def _batches(self, text: BinaryIO) -> Iterator[pa.RecordBatch]:
        names = [f"c{place}" for place in range(len(self.layout.header))]
        return pacsv.open_csv(
            text,
            read_options=pacsv.ReadOptions(use_threads=False, block_size=CHUNK_BYTES, column_names=names),
            parse_options=pacsv.ParseOptions(
                delimiter=self.layout.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=self._set_aside,
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
                check_utf8=False,  # the survey decoded every byte
            ),
        )

    def _set_aside(self, row: Any) -> str:
        if row.text == ENDING:
            self.ended = True
        else:
            self.ragged.append(row)
        return "skip"

    def _chunk(self, number: int, batch: pa.RecordBatch) -> Chunk:
        """Give every row of a batch, whole or ragged, the line that it begins on."""
        ragged = self._ragged_within(batch.num_rows)
        rows = np.arange(self.row, self.row + batch.num_rows + len(ragged))
        is_ragged = np.isin(rows, [row.number for row in ragged])
        extents = np.ones(len(rows), dtype=np.int64)
        extents[~is_ragged] += _line_breaks(batch)
        extents[is_ragged] += np.array([len(LINE_BREAK.findall(row.text)) for row in ragged], dtype=np.int64)
        ends = self.line + np.cumsum(extents)
        starts = ends - extents
        self.row += len(rows)
        self.line = int(ends[-1])
        self.last_row_from = int(starts[-1])
        set_aside = zip(ragged, starts[is_ragged], strict=True)
        return Chunk(
            number=number,
            **_without_empty(pa.array(starts[~is_ragged]), batch),
            ragged=tuple(Ragged(int(at), row.text, row.actual_columns) for row, at in set_aside if not _is_total(row)),
            last_line=self.line - 1,
        )

    def _ragged_within(self, good: int) -> list[Any]:
        """The ragged rows among the next `good` whole ones; the reader runs ahead, so some belong to later chunks."""
        end = self.row + good
        taken = []
        while self.ragged and self.ragged[0].number <= end:
            taken.append(self.ragged.pop(0))
            end += 1
        return taken


def _line_breaks(batch: pa.RecordBatch) -> np.ndarray:
    """How many line breaks the cells of each row hold."""
    breaks = np.zeros(batch.num_rows, dtype=np.int64)
    for column in batch.columns:
        if re.search(rb"[\r\n]", column.buffers()[2] or b""):
            breaks += pc.count_substring_regex(column, LINE_BREAK.pattern).to_numpy()
    return breaks


def _without_empty(lines: pa.Array, batch: pa.RecordBatch) -> dict[str, Any]:
    """Leave out rows that are blank or hold a total: they are no records."""
    first = pc.utf8_lower(pc.utf8_trim(batch.column(0), " \t\u3000:："))
    suspects = pc.indices_nonzero(pc.or_(pc.equal(first, ""), pc.is_in(first, TOTAL_WORDS)))
    blanks = np.zeros(len(suspects), dtype=np.int64)
    for column in batch.take(suspects).columns:
        blanks += pc.equal(pc.utf8_trim(column, " \t\u3000"), "").to_numpy(zero_copy_only=False)
    is_total = pc.is_in(first.take(suspects), TOTAL_WORDS).to_numpy(zero_copy_only=False)
    no_record = (blanks == batch.num_columns) | (is_total & (blanks > 0))
    kept = np.ones(batch.num_rows, dtype=bool)
    kept[suspects.to_numpy()[no_record]] = False
    return {"lines": lines.filter(pa.array(kept)), "cells": batch.filter(pa.array(kept))}


def _is_total(row: Any) -> bool:
    """Whether a ragged row is blank or a total."""
    first = clean(re.split(r"[,;\t|]", row.text, maxsplit=1)[0]).lower().rstrip(":：")
    return not row.text.strip(" ,;\t|") or first in TOTAL_WORDS.to_pylist()
