"""Rows of numbers: what an engine computes is what is read back, whatever is missing of it."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from shuke.scoring.packing import NUMBERS, PackedNumbersField, pack_columns, stored

numbers = st.lists(st.one_of(st.none(), st.floats(width=32, allow_nan=False)), max_size=12)
rows = st.lists(st.one_of(st.none(), numbers), max_size=20)
field = PackedNumbersField(null=True)


@given(rows, st.integers(0, 3))
def test_packed_rows_are_read_as_they_were(values, skipped):
    computed = pa.record_batch({"customer_id": range(len(values)), "parts": pa.array(values, NUMBERS)}).slice(skipped)
    packed = pack_columns(computed)
    assert packed.schema == stored(computed.schema)
    assert packed["customer_id"].to_pylist() == computed["customer_id"].to_pylist()
    assert [field.from_db_value(each, None, None) for each in packed["parts"].to_pylist()] == values[skipped:]


@given(st.one_of(st.none(), numbers))
def test_what_the_model_writes_is_what_a_run_writes(value):
    (packed,) = pack_columns(pa.table({"parts": pa.array([value], NUMBERS)}))["parts"].to_pylist()
    assert field.get_prep_value(value) == packed


def test_the_bytes_are_those_of_postgresql():
    assert field.get_prep_value([1.0, -2.5]) == bytes.fromhex("3f800000c0200000")
