"""Rows of a few numbers, such as what each reason adds to a score, kept as one value of bytes.

Nobody asks the database for one of them, and an array of PostgreSQL takes it ten times as long to write. The numbers
are single floats in network order, as PostgreSQL's own `float4send` writes them; NaN stands for a number that is not
known.
"""

from collections.abc import Sequence
from math import isnan, nan
from struct import pack, unpack
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import models

__all__ = ["NUMBERS", "PackedNumbersField", "pack_columns", "stored", "unpacked"]

NUMBERS = pa.list_(pa.float32())
"""Such a row as the engines compute it."""
BYTES_A_NUMBER = 4

Numbers = list[float | None]
Rows = TypeVar("Rows", pa.RecordBatch, pa.Table)


class PackedNumbersField(models.BinaryField):
    """A list of numbers, some of which may be unknown."""

    def from_db_value(self, value: bytes | memoryview | None, expression: object, connection: object) -> Numbers | None:
        return None if value is None else unpacked(value)

    def get_prep_value(self, value: Sequence[float | None] | None) -> bytes | None:
        return None if value is None else pack(f">{len(value)}f", *(nan if each is None else each for each in value))


def unpacked(value: bytes | memoryview) -> Numbers:
    """The numbers of a stored row; None for one that is not known."""
    return [None if isnan(number) else number for number in unpack(f">{len(value) // BYTES_A_NUMBER}f", value)]


def stored(columns: pa.Schema) -> pa.Schema:
    """The columns as they are stored, of those that an engine computes."""
    return pa.schema([field.with_type(pa.binary()) if field.type == NUMBERS else field for field in columns])


def pack_columns(rows: Rows) -> Rows:
    """The same rows with their lists of numbers as they are stored."""
    columns = [_packed(column) if column.type == NUMBERS else column for column in rows.columns]
    return type(rows).from_arrays(columns, schema=stored(rows.schema))


def _packed(lists: pa.ListArray | pa.ChunkedArray) -> pa.BinaryArray:
    lists = lists.combine_chunks() if isinstance(lists, pa.ChunkedArray) else lists
    numbers = lists.flatten().fill_null(nan).to_numpy().astype(">f4")
    lengths = pc.list_value_length(lists).fill_null(0).to_numpy()
    ends = np.concatenate([[0], np.cumsum(lengths * BYTES_A_NUMBER)]).astype(np.int32)
    every = pa.BinaryArray.from_buffers(pa.binary(), len(lists), [None, pa.py_buffer(ends), pa.py_buffer(numbers)])
    return pc.if_else(lists.is_valid(), every, None)
