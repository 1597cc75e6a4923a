"""The rows of a text, each with the line it begins on; memory does not grow with the file."""

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
from shuke.intake.reading.chunks import Chunk, Ragged, column_names, is_total, no_rows, without_empty
from shuke.intake.reading.files import Unusable, Utf8Stream, opened
from shuke.intake.reading.layout import Layout
from shuke.intake.reading.sources import LINE_BREAK, Survey

CHUNK_BYTES = 3 << 19
"""About 18,000 rows of eight columns; also the longest row that can be read."""

ENDING = "\0"
"""Follows the last record, so that a quote left open cannot swallow the end of a file unnoticed. No text holds it."""


class RowTooLong(Unusable):
    code = "row_too_long"
    message = _("%(file)s, line %(line)s: this row is longer than %(megabytes)s MB. Is a closing quote missing?")


class QuoteLeftOpen(Unusable):
    code = "quote_left_open"
    message = _("%(file)s: a quotation mark opened on or after line %(line)s is never closed.")


def chunks_of_text(found: Survey, layout: Layout) -> Iterator[Chunk]:
    """All rows below the header, in the same chunks every time; RowTooLong or QuoteLeftOpen stops them."""
    with opened(found.path, found.name, found.key) as file:
        text = io.BufferedReader(Utf8Stream(file, found.encoding, ending="\n" + ENDING), CHUNK_BYTES)
        text.read(len(found.sample[: layout.skip_characters].encode()))
        yield from _Rows(found, layout).chunks(text)


class _Blocks(io.RawIOBase):
    """A text in blocks, none of which ends within a line break: Arrow would drop its second half, in quotes too."""

    def __init__(self, text: BinaryIO) -> None:
        super().__init__()
        self._text, self._held = text, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._held + self._text.read(len(buffer) - len(self._held))
        self._held = b"\r" if block.endswith(b"\r") else b""  # never the last byte, which is that of ENDING
        block = block.removesuffix(self._held)
        buffer[: len(block)] = block
        return len(block)


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
                yield self._chunk(number, no_rows(self.layout.header))
        except pa.ArrowInvalid as failure:
            if "straddling" not in str(failure):
                raise
            raise RowTooLong(file=self.found.name, line=self.line, megabytes=CHUNK_BYTES / (1 << 20)) from None
        if not self.ended:
            raise QuoteLeftOpen(file=self.found.name, line=self.last_row_from)

    def _batches(self, text: BinaryIO) -> Iterator[pa.RecordBatch]:
        names = column_names(self.layout.header)
        return pacsv.open_csv(
            _Blocks(text),
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
        lines, cells = without_empty(pa.array(starts[~is_ragged]), batch)
        return Chunk(
            number=number,
            lines=lines,
            cells=cells,
            ragged=tuple(
                Ragged(int(at), row.text, row.actual_columns) for row, at in set_aside if not is_total(row.text)
            ),
            last_line=self.line - 1,
            share=min((number + 1) * CHUNK_BYTES / max(self.found.unpacked_bytes, 1), 1.0),
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
