"""What a merge means for lists and memberships: the absorbed customer leaves both, and undoing brings them back."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import connection
from django.utils.timezone import localdate

from shuke.segments.services import copy_profiles

LEAVE_LIST = """
WITH gone AS (
    DELETE FROM customer_list USING customer_merge AS merge
    WHERE merge.id = ANY(%(merges)s) AND customer_list.customer_id = merge.absorbed_id
    RETURNING merge.id AS merge_id, customer_list.*
)
INSERT INTO merge_trace (merge_id, "table", record_id, body)
SELECT merge_id, 'customer_list', customer_id, to_jsonb(gone) - 'merge_id' FROM gone
"""
END_MEMBERSHIPS = """
WITH open AS (
    SELECT merge.id AS merge_id, membership.id FROM {table} AS membership
    JOIN customer_merge AS merge ON merge.absorbed_id = membership.customer_id
    WHERE merge.id = ANY(%(merges)s) AND membership.until IS NULL FOR UPDATE OF membership
), ended AS (
    UPDATE {table} AS membership SET until = greatest(since, %(on)s) FROM open WHERE open.id = membership.id
)
INSERT INTO merge_trace (merge_id, "table", record_id) SELECT merge_id, '{table}', id FROM open
"""
# A row that left before the list had these columns knows nothing of them.
RETURN_TO_LIST = """
INSERT INTO customer_list
SELECT (jsonb_populate_record(NULL::customer_list, '{"at_risk": false, "lifetime_value": 0}' || trace.body)).*
FROM merge_trace AS trace
WHERE trace.merge_id = ANY(%(merges)s) AND trace."table" = 'customer_list'
ON CONFLICT DO NOTHING
"""
RESUME_MEMBERSHIPS = """
UPDATE {table} AS membership SET until = NULL FROM merge_trace AS trace
WHERE trace.merge_id = ANY(%(merges)s) AND trace."table" = '{table}' AND trace.record_id = membership.id
  AND NOT EXISTS (
      SELECT FROM {table} AS newer WHERE newer.customer_id = membership.customer_id
        AND newer.{of} = membership.{of} AND newer.until IS NULL)
"""
MEMBERSHIPS = {"membership": "kind", "segment_membership": "segment_id"}
"""The tables of memberships, and of what there is one at a time in each."""
BOTH = "SELECT DISTINCT unnest(ARRAY[kept_id, absorbed_id]) FROM customer_merge WHERE id = ANY(%(merges)s)"


def follow(merges: Sequence[int], at: datetime) -> None:
    """Take the absorbed customers off the list, and show the kept ones with all that was said to both."""
    _run(merges, LEAVE_LIST, *_for_each_table(END_MEMBERSHIPS), on=localdate(at))
    copy_profiles(_both(merges))


def take_back(merges: Sequence[int], at: datetime) -> None:
    """List the absorbed customers again as they were; the next run brings their scores up to date."""
    _run(merges, RETURN_TO_LIST, *_for_each_table(RESUME_MEMBERSHIPS))
    copy_profiles(_both(merges))


def _for_each_table(statement: str) -> Iterator[str]:
    for table, of in MEMBERSHIPS.items():
        yield statement.format(table=table, of=of)


def _both(merges: Sequence[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(BOTH, {"merges": list(merges)})
        return [customer for (customer,) in cursor.fetchall()]


def _run(merges: Sequence[int], *statements: str, **values: object) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, {"merges": list(merges), **values})
