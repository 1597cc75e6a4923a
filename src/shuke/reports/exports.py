"""Whole lists as files: customers, scores, follow-ups; streamed from the database, in CSV or Parquet."""

from collections.abc import Iterator
from contextlib import closing
from functools import reduce
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from shuke.core.cells import FORMULA_STARTS, GUARD
from shuke.core.databases import columnar

__all__ = ["LISTS", "Format", "write"]

Format = Literal["csv", "parquet"]

PLAIN_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"

CUSTOMER_KEY = """
(SELECT min(identity.source_key) FROM identity WHERE identity.customer_id = {customer}) AS customer_key
"""

LISTS = {
    "customers": f"""
SELECT {CUSTOMER_KEY.format(customer="customer.id")}, customer.name, customer.registered_on::text AS registered_on,
    listed.tier, listed.activity, listed.orders, (listed.money / 100.0)::numeric(18, 2)::text AS money,
    (listed.net_money_365 / 100.0)::numeric(18, 2)::text AS net_money_365,
    (listed.value_at_risk / 100.0)::numeric(18, 2)::text AS value_at_risk,
    listed.first_ordered_on::text AS first_ordered_on, listed.last_ordered_on::text AS last_ordered_on,
    listed.last_contact_on::text AS last_contact_on, owner.name AS owner
FROM customer JOIN customer_list AS listed ON listed.customer_id = customer.id
LEFT JOIN staff_user AS owner ON owner.id = listed.owner_id
ORDER BY customer.id
""",
    "scores": f"""
SELECT {CUSTOMER_KEY.format(customer="score.customer_id")},
    score.as_of::text AS as_of, score.days_since_last, score.orders,
    (score.money / 100.0)::numeric(18, 2)::text AS money,
    (score.net_money / 100.0)::numeric(18, 2)::text AS net_money,
    (score.net_money_365 / 100.0)::numeric(18, 2)::text AS net_money_365,
    score.r, score.f, score.m, score.t, score.r_quintile, score.f_quintile, score.m_quintile,
    score.orders_per_month, (score.average_order / 100.0)::numeric(18, 2)::text AS average_order,
    score.trend, score.median_gap, score.tier, score.activity,
    (score.value_at_risk / 100.0)::numeric(18, 2)::text AS value_at_risk,
    run.id AS run, (run.policies ->> 'tier')::integer AS tier_policy_version
FROM live_score AS score JOIN run ON run.id = score.run_id
WHERE EXISTS (SELECT FROM identity WHERE identity.customer_id = score.customer_id)
ORDER BY score.customer_id
""",
    "followups": f"""
SELECT follow_up.id AS follow_up, {CUSTOMER_KEY.format(customer="follow_up.customer_id")}, customer.name,
    follow_up.cause, owner.username AS owner,
    follow_up.due_on::text AS due_on, follow_up.overdue_on::text AS overdue_on,
    follow_up.attempt, (follow_up.value_at_risk / 100.0)::numeric(18, 2)::text AS value_at_risk,
    follow_up.reasons::text AS reasons, follow_up.outcome, closer.username AS closed_by,
    follow_up.closed_at::text AS closed_at, follow_up.note
FROM follow_up JOIN customer ON customer.id = follow_up.customer_id
JOIN staff_user AS owner ON owner.id = follow_up.owner_id
LEFT JOIN staff_user AS closer ON closer.id = follow_up.closed_by_id
WHERE follow_up.withdrawn IS NULL
ORDER BY follow_up.id
""",
}


def write(list_: str, *, format_: Format, target: Path) -> int:
    """Write one of `LISTS` to `target`, whole or not at all; returns the rows. Amounts in units, two decimals."""
    draft = target.with_name(f".{target.name}.part")
    try:
        with columnar() as database, closing(database.cursor()) as cursor:
            cursor.execute(LISTS[list_])
            reader = cursor.fetch_record_batch()
            rows = _WRITERS[format_](reader.schema, reader, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return rows


def _write_parquet(schema: pa.Schema, batches: Iterator[pa.RecordBatch], draft: Path) -> int:
    rows = 0
    with pq.ParquetWriter(draft, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _write_csv(schema: pa.Schema, batches: Iterator[pa.RecordBatch], draft: Path) -> int:
    rows = 0
    with draft.open("wb") as file:
        file.write(b"\xef\xbb\xbf")  # spreadsheet programs take the file for a local encoding without it
        with pa.csv.CSVWriter(file, schema) as writer:
            for batch in batches:
                writer.write_batch(_harmless(batch))
                rows += batch.num_rows
    return rows


def _harmless(batch: pa.RecordBatch) -> pa.RecordBatch:
    """No cell is a formula: text that begins like one gets an apostrophe in front; numbers stay numbers."""
    columns = [_quoted(column) if pa.types.is_string(column.type) else column for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _quoted(column: pa.Array) -> pa.Array:
    begins_like_one = reduce(pc.or_, (pc.starts_with(column, start) for start in FORMULA_STARTS))
    is_formula = pc.and_(begins_like_one, pc.invert(pc.match_substring_regex(column, PLAIN_NUMBER)))
    return pc.if_else(is_formula, pc.binary_join_element_wise(GUARD, column, ""), column)


_WRITERS = {"csv": _write_csv, "parquet": _write_parquet}
