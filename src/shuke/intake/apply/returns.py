"""Returns and refunds: what a file of their own says came back of orders that the same source has told."""

from typing import Any

from shuke.intake.apply.orders import BEFORE, MARKS_BEFORE
from shuke.intake.apply.work import Work
from shuke.intake.meanings import brings_goods_back, is_through

# A file without refund numbers is keyed by what it says. Rows of one refund are its articles, each once; if the file
# names none, they are one row told again.
RETURNED = """
CREATE TEMP TABLE returned ON COMMIT DROP AS
SELECT order_id, source_key, min(line) AS line, count(*) AS lines, count(*) FILTER (WHERE place = 1) AS articles,
    min(told_on) AS told_on, bool_or(goods) AS goods, bool_and(through) AS through,
    sum(amount) FILTER (WHERE place = 1)::bigint AS amount
FROM (
    SELECT *, CASE WHEN %(by_article)s
        THEN row_number() OVER (PARTITION BY order_id, source_key, product, amount ORDER BY line)
        ELSE row_number() OVER (PARTITION BY order_id, source_key ORDER BY line) END AS place
    FROM (
        SELECT staged.line, orders.id AS order_id, staged.product, abs(staged.amount) AS amount,
            staged.at_on AS told_on,
            coalesce(type_meaning.goods, false) AS goods, coalesce(status_meaning.through, true) AS through,
            coalesce(staged.entry, 'row:' || content.digest || ':'
                || row_number() OVER (PARTITION BY content.digest ORDER BY staged.line)) AS source_key
        FROM {staged} AS staged
        JOIN customer_order AS orders ON orders.source_id = %(source)s AND orders.source_key = staged."order"
        LEFT JOIN type_meaning ON type_meaning.word = staged.type
        LEFT JOIN status_meaning ON status_meaning.word = staged.status,
        md5(jsonb_build_array(staged."order", staged.at, staged.amount, staged.product)::text) AS content(digest)
    ) AS row
) AS told
GROUP BY order_id, source_key
"""
NEWS = """
CREATE TEMP TABLE news ON COMMIT DROP AS
SELECT returned.*, present.id AS present_id, coalesce(present.amount, 0) AS amount_before,
    CASE WHEN %(tells_type)s AND goods OR NOT %(tells_type)s AND present.kind = 'return'
        THEN 'return' ELSE 'refund' END AS kind,
    CASE
        WHEN present.id IS NULL THEN CASE WHEN through THEN 'inserted' ELSE 'unchanged' END
        WHEN NOT through OR present.amount <> returned.amount OR present.happened_on <> told_on
            OR (%(tells_type)s AND (present.kind = 'return') <> goods) THEN 'updated'
        ELSE 'unchanged' END AS outcome
FROM returned
LEFT JOIN order_event AS present ON present.order_id = returned.order_id AND present.source_key = returned.source_key
    AND present.kind IN ('refund', 'return')
"""
HEAD = """
CREATE TEMP TABLE head ON COMMIT DROP AS
SELECT DISTINCT order_id AS present_id, 'updated' AS outcome FROM news WHERE outcome <> 'unchanged'
"""
MARKS = """
INSERT INTO month_mark (month)
SELECT DISTINCT date_trunc('month', coalesce(told_on, %(today)s))::date FROM news WHERE outcome <> 'unchanged'
"""
WITHDRAW = "DELETE FROM order_event USING news WHERE order_event.id = news.present_id AND NOT news.through"
UPDATE = """
UPDATE order_event SET kind = news.kind, amount = news.amount, happened_on = coalesce(told_on, happened_on),
    dated_by_import = dated_by_import AND told_on IS NULL
FROM news WHERE order_event.id = news.present_id AND news.through AND news.outcome = 'updated'
"""
INSERT = """
INSERT INTO order_event (order_id, kind, source_key, happened_on, dated_by_import, amount, import_id)
SELECT order_id, kind, source_key, coalesce(told_on, %(today)s), told_on IS NULL, amount, %(import)s
FROM news WHERE outcome = 'inserted' ORDER BY line
"""
# What the order's own file said was paid back in all holds the parts of until then: what it says beyond them stays.
LESS_IN_ALL = """
UPDATE order_event AS in_all SET amount = greatest(0, in_all.amount - more.amount)
FROM (
    SELECT news.order_id, sum(CASE WHEN through THEN news.amount ELSE 0 END - news.amount_before) AS amount
    FROM news
    JOIN order_event AS told ON told.order_id = news.order_id AND told.kind = 'refund' AND told.source_key = ''
    LEFT JOIN import ON import.id = told.import_id
    WHERE news.outcome <> 'unchanged'
        AND (news.told_on <= (import.begun_at AT TIME ZONE %(zone)s)::date OR news.told_on IS NULL OR import.id IS NULL)
    GROUP BY news.order_id
) AS more
WHERE in_all.order_id = more.order_id AND in_all.kind = 'refund' AND in_all.source_key = '' AND more.amount > 0
"""
NOTHING_IN_ALL = """
DELETE FROM order_event USING head
WHERE order_event.order_id = head.present_id AND kind = 'refund' AND source_key = '' AND amount = 0
"""
COUNTS = """
SELECT coalesce(sum(articles) FILTER (WHERE outcome = 'inserted'), 0)::bigint AS inserted,
    coalesce(sum(articles) FILTER (WHERE outcome = 'updated'), 0)::bigint AS updated,
    count(DISTINCT order_id) AS orders,
    (SELECT count(*) FROM news JOIN customer_order AS orders ON orders.id = news.order_id
     WHERE news.told_on < orders.ordered_on) AS too_early,
    (SELECT count(*) FROM (
        SELECT orders.id FROM head JOIN customer_order AS orders ON orders.id = head.present_id
        JOIN order_event AS event ON event.order_id = orders.id AND event.kind IN ('refund', 'return')
        WHERE orders.amount > 0 GROUP BY orders.id HAVING sum(event.amount) > orders.amount) AS over) AS too_much,
    coalesce(sum(lines - articles), 0)::bigint AS further_rows,
    coalesce(sum(lines) FILTER (WHERE NOT through), 0)::bigint AS not_through
FROM news
"""

REMARKS = (
    ("too_early", "refund_before_order", "at"),
    ("further_rows", "entry_repeated", "entry"),
    ("not_through", "return_not_done", "status"),
    ("too_much", "refunds_exceed_order", "amount"),
)
"""What is counted, the code of its warning, and the field that it is about."""

MEANINGS = {"type": ("goods", brings_goods_back), "status": ("through", is_through)}
"""Columns whose words of the source become a yes or no."""


def apply(work: Work) -> dict[str, Any]:
    """Add the staged returns to their orders; returns counts of rows and orders.

    An order that gets or loses one is corrected by that: its old form is kept whole, for undo.
    """
    for field, (name, meaning) in MEANINGS.items():
        words = work.column(f"SELECT DISTINCT {field} FROM {{staged}} WHERE {field} IS NOT NULL")
        work.words(f"{field}_meaning", f"word text, {name} boolean", [(word, meaning(word)) for word in words])
    work.run(RETURNED, by_article=work.maps("product"))
    work.run(NEWS, tells_type=work.maps("type"))
    work.run_all(HEAD, BEFORE, MARKS_BEFORE, MARKS, WITHDRAW, UPDATE, INSERT, LESS_IN_ALL, NOTHING_IN_ALL)
    counts = work.one(COUNTS)
    found = [(code, work.mapping.columns.get(field, ""), counts.pop(count)) for count, code, field in REMARKS]
    warnings = [{"code": code, "column": column, "count": count} for code, column, count in found if count]
    return {**counts, "warnings": warnings}
