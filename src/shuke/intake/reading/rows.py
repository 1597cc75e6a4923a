"""All rows of a file in chunks, whatever kind of file it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial, reduce

import pyarrow as pa
import pyarrow.compute as pc

from shuke.intake.reading.chunks import Chunk
from shuke.intake.reading.layout import Layout
from shuke.intake.reading.sheets import chunks_of_sheets
from shuke.intake.reading.sources import Survey
from shuke.intake.reading.texts import chunks_of_text
from shuke.intake.reading.workbooks import LINES_A_SHEET

Repairs = Mapping[int, Sequence[str]]
"""The cells of rows that people have written anew, by line; as many as the header has."""


def read_chunks(
    found: Survey, layout: Layout, *, continued: Sequence[str] = (), repairs: Repairs | None = None
) -> Iterator[Chunk]:
    """All rows below the header, in the same chunks every time; Unusable where the file cannot be read on.

    In a row where all of the columns `continued` are blank they say the same as in the row above. Rows of the lines
    in `repairs` read as they stand there.
    """
    chunks = chunks_of_sheets(found, layout) if layout.parts else chunks_of_text(found, layout)
    if continued:
        chunks = _continued(chunks, [layout.header.index(name) for name in continued])
    return map(partial(_repaired, repairs=repairs), chunks) if repairs else chunks


def _repaired(chunk: Chunk, *, repairs: Repairs) -> Chunk:
    rows = {line: repairs[line] for line in chunk.lines.to_pylist() if line in repairs}
    rows |= {row.line: repairs[row.line] for row in chunk.ragged if row.line in repairs}
    if not rows:
        return chunk
    as_it_was = pc.invert(pc.is_in(chunk.lines, pa.array(rows, pa.int64())))
    cells, names = chunk.cells.filter(as_it_was), chunk.cells.schema.names
    mended = [pa.array(column, pa.string()) for column in zip(*rows.values(), strict=True)]
    columns = [pa.concat_arrays([before, after]) for before, after in zip(cells.columns, mended, strict=True)]
    return replace(
        chunk,
        lines=pa.concat_arrays([chunk.lines.filter(as_it_was), pa.array(rows, pa.int64())]),
        cells=pa.RecordBatch.from_arrays(columns, names),
        ragged=tuple(row for row in chunk.ragged if row.line not in repairs),
    )


def _continued(chunks: Iterator[Chunk], places: Sequence[int]) -> Iterator[Chunk]:
    above: list[str | None] = [None] * len(places)
    sheet = 0
    for chunk in chunks:
        if chunk.last_line // LINES_A_SHEET != sheet:
            sheet, above = chunk.last_line // LINES_A_SHEET, [None] * len(places)
        columns = [chunk.cells.column(place) for place in places]
        blank = _all_blank(columns)
        filled = _filled_down(columns, above, where=blank)
        if len(chunk.lines):
            above = [column[-1].as_py() for column in filled]
        arrays = list(chunk.cells.columns)
        for place, column in zip(places, filled, strict=True):
            arrays[place] = column
        cells = pa.RecordBatch.from_arrays(arrays, chunk.cells.schema.names)
        yield replace(chunk, cells=cells, filled=pc.sum(blank).as_py() or 0)


def _all_blank(columns: Sequence[pa.Array]) -> pa.Array:
    return reduce(pc.and_, (pc.equal(pc.utf8_trim_whitespace(column), "") for column in columns))


def _filled_down(columns: Sequence[pa.Array], above: Sequence[str | None], *, where: pa.Array) -> list[pa.Array]:
    """The columns with the value of the last row that had one."""
    filled = []
    for column, last in zip(columns, above, strict=True):
        known = pa.concat_arrays([pa.array([last], pa.string()), pc.if_else(where, None, column)])
        filled.append(pc.fill_null(pc.fill_null_forward(known), "").slice(1))
    return filled
