"""Exclusions follow merges: what either of the two does not want, the one person does not want."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

__all__ = ["follow", "take_back"]

# What several merges brought is traced by each of them, so that it goes with the last one undone.
CARRY = """
WITH carried AS (
    INSERT INTO exclusion (customer_id, category, product_id, reason, source, by_id, at)
    SELECT DISTINCT ON (merge.kept_id, theirs.category, theirs.product_id)
        merge.kept_id, theirs.category, theirs.product_id, theirs.reason, theirs.source, theirs.by_id, theirs.at
    FROM customer_merge AS merge JOIN exclusion AS theirs ON theirs.customer_id = merge.absorbed_id
    WHERE merge.id = ANY(%(merges)s) AND theirs.lifted_at IS NULL
    ORDER BY merge.kept_id, theirs.category, theirs.product_id, theirs.at, theirs.id
    ON CONFLICT DO NOTHING RETURNING id, customer_id, category, product_id
), brought AS (
    SELECT * FROM carried
    UNION ALL SELECT held.id, held.customer_id, held.category, held.product_id
    FROM exclusion AS held JOIN merge_trace AS trace ON trace."table" = 'exclusion' AND trace.record_id = held.id
    JOIN customer_merge AS standing ON standing.id = trace.merge_id AND standing.undone_at IS NULL
    WHERE held.lifted_at IS NULL
)
INSERT INTO merge_trace (merge_id, "table", record_id)
SELECT DISTINCT merge.id, 'exclusion', brought.id
FROM customer_merge AS merge JOIN exclusion AS theirs ON theirs.customer_id = merge.absorbed_id
JOIN brought ON brought.customer_id = merge.kept_id AND brought.category = theirs.category
    AND brought.product_id IS NOT DISTINCT FROM theirs.product_id
WHERE merge.id = ANY(%(merges)s) AND theirs.lifted_at IS NULL
"""
TAKE_BACK = """
DELETE FROM exclusion USING merge_trace AS trace
WHERE trace.merge_id = ANY(%(merges)s) AND trace."table" = 'exclusion' AND trace.record_id = exclusion.id
  AND NOT EXISTS (
      SELECT FROM merge_trace AS other JOIN customer_merge AS standing ON standing.id = other.merge_id
      WHERE other."table" = 'exclusion' AND other.record_id = exclusion.id AND standing.undone_at IS NULL)
"""


def follow(merges: Sequence[int], at: datetime) -> None:
    """Give the kept customers what the absorbed ones do not want."""
    _run(CARRY, merges)


def take_back(merges: Sequence[int], at: datetime) -> None:
    """Take it off them again; what somebody wrote about the kept customer stays."""
    _run(TAKE_BACK, merges)


def _run(statement: str, merges: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"merges": list(merges)})
