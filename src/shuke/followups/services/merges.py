"""What a merge means for follow-ups: they go to the kept customer, of whom never two are open for one cause or day.

Undoing brings back what is still as the merge left it; what somebody has worked on since stays with the kept customer.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

# All follow-ups of the absorbed, each with its form of before. Of the open ones of a customer to be, the kept
# customer's own count first, then the earliest; whoever meets one of the same cause or day is withdrawn.
TRACE = """
INSERT INTO merge_trace (merge_id, "table", record_id, body)
SELECT merge.id, 'follow_up', follow_up.id, to_jsonb(follow_up)
FROM customer_merge AS merge JOIN follow_up ON follow_up.customer_id = merge.absorbed_id
WHERE merge.id = ANY(%(merges)s)
"""
WITHDRAW = """
WITH open AS (
    SELECT follow_up.id, coalesce(merge.kept_id, follow_up.customer_id) AS customer_id, follow_up.cause,
        follow_up.due_on, merge.id AS merge_id, (merge.id IS NOT NULL, follow_up.due_on, follow_up.id) AS turn
    FROM follow_up LEFT JOIN customer_merge AS merge
        ON merge.absorbed_id = follow_up.customer_id AND merge.id = ANY(%(merges)s)
    WHERE follow_up.closed_at IS NULL AND (merge.id IS NOT NULL OR follow_up.customer_id IN (
        SELECT kept_id FROM customer_merge WHERE id = ANY(%(merges)s)))
)
UPDATE follow_up SET closed_at = %(at)s, stage = 'done', version = version + 1,
    withdrawn = jsonb_build_object('code', 'merged', 'customer', open.customer_id)
FROM open WHERE follow_up.id = open.id AND open.merge_id IS NOT NULL AND EXISTS (
    SELECT FROM open AS first WHERE first.customer_id = open.customer_id AND first.turn < open.turn
      AND (first.cause = open.cause OR first.due_on = open.due_on))
"""
HAND_ON = """
UPDATE follow_up SET customer_id = merge.kept_id, version = version + 1
FROM customer_merge AS merge
WHERE merge.id = ANY(%(merges)s) AND follow_up.customer_id = merge.absorbed_id AND follow_up.withdrawn IS NULL
"""
STOP_WAITING = """
DELETE FROM follow_up_waiting USING customer_merge AS merge
WHERE merge.id = ANY(%(merges)s) AND follow_up_waiting.customer_id = merge.absorbed_id
"""

# One version further means: nobody but the merge has touched it.
TAKE_BACK = """
UPDATE follow_up SET customer_id = (trace.body ->> 'customer_id')::bigint,
    version = (trace.body ->> 'version')::integer, stage = trace.body ->> 'stage',
    closed_at = (trace.body ->> 'closed_at')::timestamptz, withdrawn = NULLIF(trace.body -> 'withdrawn', 'null')
FROM merge_trace AS trace
WHERE trace.merge_id = ANY(%(merges)s) AND trace."table" = 'follow_up' AND trace.record_id = follow_up.id
  AND follow_up.version = (trace.body ->> 'version')::integer + 1
"""


def follow(merges: Sequence[int], at: datetime) -> None:
    """Hand the follow-ups of the absorbed customers on, and withdraw those that would be one too many."""
    _run(merges, TRACE, WITHDRAW, HAND_ON, STOP_WAITING, at=at)


def take_back(merges: Sequence[int], at: datetime) -> None:
    """Give the absorbed customers their follow-ups back. Who waited is found again by the next plan."""
    _run(merges, TAKE_BACK)


def _run(merges: Sequence[int], *statements: str, **values: object) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, {"merges": list(merges), **values})
