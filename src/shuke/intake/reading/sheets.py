"""The rows of a workbook's sheets, each with its row number."""

from collections.abc import Iterator
from itertools import islice

import pyarrow as pa

from shuke.intake.reading.chunks import Chunk, Ragged, column_names, no_rows, record, without_empty
from shuke.intake.reading.layout import Layout
from shuke.intake.reading.sources import Survey
from shuke.intake.reading.workbooks import LINES_A_SHEET, rows_of

CHUNK_ROWS = 20_000

Row = tuple[int, tuple[str, ...]]


def chunks_of_sheets(found: Survey, layout: Layout) -> Iterator[Chunk]:
    """All rows below each sheet's header; no chunk holds rows of two sheets."""
    rows_in_all = sum(sheet.rows for sheet in found.sheets if sheet.name in {part.sheet for part in layout.parts})
    chunks, read = 0, 0
    books = rows_of(found.path, found.name, [part.sheet for part in layout.parts], found.key)
    for place, (part, rows) in enumerate(zip(layout.parts, books, strict=True)):
        numbered = islice(enumerate(rows, start=place * LINES_A_SHEET + 1), part.first_row - 1, None)
        while block := list(islice(numbered, CHUNK_ROWS)):
            read += len(block)
            yield _chunk(chunks, block, layout, share=min(read / max(rows_in_all, 1), 1.0))
            chunks += 1


def _chunk(number: int, block: list[Row], layout: Layout, *, share: float) -> Chunk:
    width = len(layout.header)
    whole = [row for row in block if not any(row[1][width:])]
    columns = zip(*(cells[:width] + ("",) * (width - len(cells)) for _line, cells in whole), strict=True)
    arrays = [pa.array(column, pa.string()) for column in columns]
    names = column_names(layout.header)
    batch = pa.RecordBatch.from_arrays(arrays, names) if whole else no_rows(layout.header)
    lines, cells = without_empty(pa.array([line for line, _cells in whole], pa.int64()), batch)
    ragged = (Ragged(line, record(cells, layout.delimiter), len(cells)) for line, cells in block if any(cells[width:]))
    return Chunk(number, lines, cells, tuple(ragged), block[-1][0], share)
