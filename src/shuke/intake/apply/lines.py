"""Articles of orders from a file of their own: they become the lines of orders that the same source has told."""

from typing import Any

from shuke.intake.apply.orders import (
    BEFORE,
    CORRECTED_LINES,
    DELETE_LINES,
    INSERT_LINES,
    ITEM,
    MARKS_BEFORE,
    PRODUCTS,
    TWINS,
)
from shuke.intake.apply.work import Work

HEAD = """
CREATE TEMP TABLE head ON COMMIT DROP AS
SELECT orders.source_key AS order_key, orders.id AS order_id, orders.id AS present_id, 'paid' AS standing,
    'unchanged' AS outcome, EXISTS (SELECT FROM order_line WHERE order_id = orders.id) AS had_lines
FROM customer_order AS orders
WHERE orders.source_id = %(source)s AND orders.source_key IN (SELECT "order" FROM {staged})
"""
COUNTS = """
SELECT count(*) FILTER (WHERE outcome = 'updated' AND NOT had_lines) AS inserted,
    count(*) FILTER (WHERE outcome = 'updated' AND had_lines) AS updated,
    count(DISTINCT order_id) AS orders
FROM item JOIN head USING (order_id)
"""


def apply(work: Work) -> dict[str, Any]:
    """Give the orders the lines that the file tells, each order's as a whole; what was paid stays as the order says."""
    work.run_all(HEAD, "ANALYZE head", PRODUCTS, ITEM, "ANALYZE item (order_id)")
    work.run_all(CORRECTED_LINES, BEFORE, MARKS_BEFORE, DELETE_LINES)
    work.run_in_slices(INSERT_LINES, "item")
    twins = work.column(TWINS)[0]
    warnings = [{"code": "lines_alike", "column": "", "count": int(twins)}] if twins else []
    return {**work.one(COUNTS), "warnings": warnings}
