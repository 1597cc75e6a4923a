"""Orders, their lines and what became of them."""

from typing import Any

from shuke.intake.apply import people
from shuke.intake.apply.work import Work
from shuke.intake.meanings import standing_of

# A file without order numbers: who bought when, and which of those of the moment it is.
NUMBERED = """
UPDATE {staged} AS staged SET "order" = numbered.key
FROM (
    SELECT line, 'row:' || md5(jsonb_build_array(customer_key, extract(epoch FROM at))::text) || ':'
        || row_number() OVER (PARTITION BY customer_key, at ORDER BY line) AS key
    FROM {staged}
) AS numbered
WHERE numbered.line = staged.line
"""
# One row per order number of the file. An order's moment is its first, its other facts are those of its first line.
TOLD = """
CREATE TEMP TABLE told ON COMMIT DROP AS
SELECT "order" AS order_key, count(*) AS lines, min(line) AS first_line, min(at) AS at, min(at_on) AS at_on,
    min(customer_key) AS customer_key, sum(line_amount)::bigint AS amount, sum(quantity) AS quantity,
    sum(amount)::bigint AS paid_by_line, min(amount) AS paid, count(DISTINCT amount) > 1 AS paid_differs
FROM {staged} GROUP BY "order"
"""
# Beside quantity and price a file may say what was paid: of each line, or of the whole order on the first or every
# line, less discounts and with postage. It is of the lines where those of an order differ or each is quantity x price.
PAID_BY_LINE = """
SELECT coalesce(bool_or(paid_differs), false)
    OR NOT EXISTS (SELECT FROM {staged} WHERE amount IS DISTINCT FROM line_amount)
FROM told
"""
HEAD = """
CREATE TEMP TABLE head ON COMMIT DROP AS
WITH first AS (
    SELECT told.order_key, told.lines, told.at, told.at_on, told.quantity,
        coalesce(staged.customer_key, told.customer_key) AS customer_key,
        CASE WHEN NOT %(by_line)s THEN staged.amount
            WHEN %(paid_by_line)s THEN coalesce(told.paid_by_line, told.amount)
            ELSE coalesce(told.paid, told.amount) END AS amount,
        coalesce(staged.status, '') AS status, coalesce(staged.channel, '') AS channel, staged.store,
        abs(coalesce(staged.refund, 0)) AS refund,
        (staged.refunded_at AT TIME ZONE %(zone)s)::date AS refunded_on,
        coalesce(status_meaning.standing, 'paid') AS meaning
    FROM told JOIN {staged} AS staged ON staged.line = told.first_line
    LEFT JOIN status_meaning ON status_meaning.status = staged.status
), judged AS (
    SELECT *,
        CASE WHEN amount < 0 OR (amount = 0 AND quantity < 0) THEN 'return' ELSE 'sale' END AS kind,
        CASE
            WHEN amount < 0 OR (amount = 0 AND quantity < 0) THEN 'returned'
            WHEN meaning = 'unpaid' THEN 'unpaid'
            WHEN amount > 0 AND (refund >= amount OR meaning = 'refunded') THEN 'refunded'
            WHEN meaning = 'cancelled' THEN 'cancelled'
            ELSE 'paid' END AS standing
    FROM first
)
SELECT judged.order_key, judged.lines, judged.at, judged.at_on, judged.kind, judged.standing,
    judged.customer_key, person.identity_id, store.id AS store_id,
    -- What nobody has paid yet is no money; the file that says it was paid will bring amount and lines.
    CASE WHEN standing = 'unpaid' THEN 0 ELSE judged.amount END AS amount,
    CASE WHEN %(tells_status)s THEN judged.status ELSE coalesce(present.status, '') END AS status,
    CASE WHEN %(tells_channel)s THEN judged.channel ELSE coalesce(present.channel, '') END AS channel,
    CASE WHEN standing = 'refunded' AND meaning = 'refunded' AND refund = 0 THEN judged.amount
        WHEN standing = 'unpaid' THEN 0 ELSE refund END AS refund,
    judged.refunded_on,
    meaning = 'cancelled' AND judged.amount > 0 AS is_cancelled,
    present.id AS present_id,
    coalesce(present.id, nextval((SELECT pg_get_serial_sequence('customer_order', 'id')::regclass))) AS order_id,
    CASE WHEN present.id IS NULL THEN 'inserted' ELSE 'unchanged' END AS outcome
FROM judged
LEFT JOIN person ON person.customer_key = judged.customer_key
LEFT JOIN store ON store.code = left(judged.store, 60)
LEFT JOIN customer_order AS present
    ON present.source_id = %(source)s AND present.source_key = judged.order_key
"""
CORRECTED_ORDERS = """
UPDATE head SET outcome = 'updated' FROM customer_order AS present
WHERE present.id = head.present_id AND (present.identity_id, present.kind, present.ordered_at, present.amount,
    present.status, present.channel, present.store_id) IS DISTINCT FROM
    (head.identity_id, head.kind, head.at, head.amount, head.status, head.channel,
     coalesce(head.store_id, present.store_id))
"""

PRODUCTS = """
INSERT INTO product (source_id, code, name, category)
SELECT %(source)s, coded.code, coalesce(named.product_name, ''), coalesce(named.category, '')
FROM (
    SELECT coalesce(product, left(product_name, 100), '') AS code,
        coalesce(min(line) FILTER (WHERE product_name IS NOT NULL), min(line)) AS named_line
    FROM {staged} GROUP BY 1
) AS coded
JOIN {staged} AS named ON named.line = coded.named_line
ON CONFLICT (source_id, code) DO NOTHING
"""
ITEM = """
CREATE TEMP TABLE item ON COMMIT DROP AS
SELECT head.order_id, row_number() OVER (PARTITION BY head.order_id ORDER BY staged.line)::int AS ordinal,
    product.id AS product_id, staged.quantity,
    staged.price, staged.line_amount AS amount, head.present_id
FROM {staged} AS staged
JOIN head ON head.order_key = staged."order" AND head.standing <> 'unpaid'
JOIN product ON product.source_id = %(source)s
    AND product.code = coalesce(staged.product, left(staged.product_name, 100), '')
"""
SOME_ARE_KNOWN = "SELECT EXISTS (SELECT FROM head WHERE present_id IS NOT NULL)"
CORRECTED_LINES = """
UPDATE head SET outcome = 'updated' WHERE outcome = 'unchanged' AND order_id IN (
    SELECT coalesce(item.order_id, line.order_id)
    FROM (SELECT * FROM item WHERE present_id IS NOT NULL) AS item
    FULL JOIN (
        SELECT order_line.* FROM order_line JOIN head ON head.present_id = order_line.order_id
    ) AS line ON line.order_id = item.order_id AND line.ordinal = item.ordinal
    WHERE (line.product_id, line.quantity, line.unit_price, line.amount)
        IS DISTINCT FROM (item.product_id, item.quantity / 1000.0, item.price, item.amount)
)
"""

# What an order file says was paid back in all has come in parts already where a file of returns told them one by one.
EVENT = """
CREATE TEMP TABLE event ON COMMIT DROP AS
SELECT told.order_id, told.kind, told.amount, told.happened_on AS told_on,
    coalesce(told.happened_on, %(today)s) AS happened_on, present.id AS present_id, told.present_order
FROM (
    SELECT order_id, present_id AS present_order, 'refund' AS kind, refund - coalesce(itemised.amount, 0) AS amount,
        refunded_on AS happened_on
    FROM head LEFT JOIN LATERAL (
        SELECT sum(amount)::bigint AS amount FROM order_event
        WHERE order_id = head.present_id AND source_key <> '' AND kind IN ('refund', 'return')
    ) AS itemised ON head.present_id IS NOT NULL
    WHERE refund > coalesce(itemised.amount, 0)
    UNION ALL
    SELECT order_id, present_id, 'cancellation', amount, NULL FROM head WHERE is_cancelled
) AS told
LEFT JOIN order_event AS present
    ON present.order_id = told.present_order AND present.kind = told.kind AND present.source_key = ''
"""
# Only what this file can tell, it can take back: a file without a refund column says nothing about refunds.
WITHDRAWN = """
CREATE TEMP TABLE withdrawn ON COMMIT DROP AS
SELECT present.id, present.order_id, present.happened_on
FROM order_event AS present JOIN head ON head.present_id = present.order_id
LEFT JOIN event ON event.present_id = present.id
WHERE present.source_key = '' AND event.order_id IS NULL
    AND ((present.kind = 'refund' AND %(tells_refund)s) OR (present.kind = 'cancellation' AND %(tells_status)s))
"""
CORRECTED_EVENTS = """
UPDATE head SET outcome = 'updated' WHERE outcome = 'unchanged' AND order_id IN (
    SELECT event.order_id FROM event LEFT JOIN order_event AS present ON present.id = event.present_id
    WHERE present.id IS NULL OR present.amount <> event.amount OR present.happened_on <> event.told_on
    UNION ALL SELECT order_id FROM withdrawn
)
"""

BEFORE = """
INSERT INTO import_before_image (of_import_id, "table", record_id, body)
SELECT %(import)s, 'customer_order', present.id, jsonb_build_object(
    'order', to_jsonb(present),
    'lines', (SELECT jsonb_agg(to_jsonb(line) ORDER BY line.ordinal)
              FROM order_line AS line WHERE line.order_id = present.id),
    'events', (SELECT jsonb_agg(to_jsonb(event) ORDER BY event.id)
               FROM order_event AS event WHERE event.order_id = present.id))
FROM customer_order AS present JOIN head ON head.present_id = present.id
WHERE head.outcome = 'updated'
ON CONFLICT (of_import_id, "table", record_id) DO UPDATE SET last_at = clock_timestamp()
"""
MARKS = """
INSERT INTO month_mark (month)
SELECT DISTINCT date_trunc('month', touched.day)::date FROM (
    SELECT at_on AS day FROM head WHERE outcome <> 'unchanged'
    UNION ALL SELECT event.happened_on FROM event JOIN head USING (order_id) WHERE head.outcome <> 'unchanged'
) AS touched
"""
MARKS_BEFORE = """
INSERT INTO month_mark (month)
SELECT DISTINCT date_trunc('month', touched.day)::date FROM (
    SELECT present.ordered_on AS day FROM customer_order AS present
        JOIN head ON head.present_id = present.id WHERE head.outcome = 'updated'
    UNION ALL SELECT present.happened_on FROM order_event AS present
        JOIN head ON head.present_id = present.order_id WHERE head.outcome = 'updated'
) AS touched
"""
INSERT_ORDERS = """
INSERT INTO customer_order (id, source_id, source_key, identity_id, kind, ordered_at, ordered_on, amount, status,
    channel, store_id, original_currency, import_id)
SELECT order_id, %(source)s, order_key, identity_id, kind, at, at_on, amount, status, channel, store_id, '', %(import)s
FROM head WHERE outcome = 'inserted' AND ctid >= %(first)s AND ctid < %(after)s
"""
UPDATE_ORDERS = """
UPDATE customer_order AS present SET identity_id = head.identity_id, kind = head.kind, ordered_at = head.at,
    ordered_on = head.at_on, amount = head.amount, status = head.status, channel = head.channel,
    store_id = coalesce(head.store_id, present.store_id)
FROM head WHERE head.present_id = present.id AND head.outcome = 'updated'
"""
DELETE_LINES = """
DELETE FROM order_line USING head WHERE order_line.order_id = head.present_id AND head.outcome = 'updated'
"""
INSERT_LINES = """
INSERT INTO order_line (order_id, ordinal, product_id, quantity, unit_price, amount)
SELECT item.order_id, item.ordinal, item.product_id, item.quantity / 1000.0, item.price, item.amount
FROM item JOIN head ON head.order_id = item.order_id
WHERE head.outcome <> 'unchanged' AND item.ctid >= %(first)s AND item.ctid < %(after)s
"""
WITHDRAW_EVENTS = "DELETE FROM order_event USING withdrawn WHERE order_event.id = withdrawn.id"
INSERT_EVENTS = """
INSERT INTO order_event (order_id, kind, source_key, happened_on, dated_by_import, amount, import_id)
SELECT order_id, kind, '', happened_on, told_on IS NULL, amount, %(import)s FROM event
ON CONFLICT (order_id, kind, source_key) DO UPDATE SET amount = excluded.amount, import_id = excluded.import_id,
    happened_on = CASE WHEN excluded.dated_by_import THEN order_event.happened_on ELSE excluded.happened_on END,
    dated_by_import = excluded.dated_by_import AND order_event.dated_by_import
WHERE order_event.amount <> excluded.amount
    OR (NOT excluded.dated_by_import AND order_event.happened_on <> excluded.happened_on)
"""

COUNTS = """
SELECT sum(weight) FILTER (WHERE outcome = 'inserted') AS inserted,
    sum(weight) FILTER (WHERE outcome = 'updated') AS updated,
    count(*) AS orders,
    -- A present for which the shop says that it was paid has a paying customer too.
    count(DISTINCT customer_key) FILTER (WHERE standing = 'paid' AND (amount > 0 OR status <> '')) AS customers,
    sum(net) FILTER (WHERE customer_key IS NOT NULL) AS net_amount,
    count(*) FILTER (WHERE customer_key IS NULL) AS orders_without_customer,
    sum(net) FILTER (WHERE customer_key IS NULL) AS net_amount_without_customer,
    sum(lines) - count(*) AS further_lines
FROM (
    SELECT *, CASE WHEN %(by_line)s THEN lines ELSE 1 END AS weight,
        CASE WHEN is_cancelled THEN 0 ELSE amount - refund END AS net
    FROM head
) AS head
"""
BY_STANDING = "SELECT standing, count(*) FROM head GROUP BY standing ORDER BY standing"
TWINS = """
SELECT coalesce(sum(copies - 1), 0)::bigint FROM (
    SELECT count(*) AS copies FROM item GROUP BY order_id, product_id, quantity, price HAVING count(*) > 1
) AS twins
"""


def apply(work: Work) -> dict[str, Any]:
    """Bring the staged orders into history; returns counts of rows, orders, people and money."""
    by_line = work.mapping.by_line
    if not work.maps("order"):
        work.run(NUMBERED)
    people.identify(work)
    people.admit(work)
    people.reach(work)
    people.locate(work)
    _judge(work, by_line=by_line)
    if work.column(SOME_ARE_KNOWN)[0]:
        _correct(work, by_line=by_line)
    _add(work, by_line=by_line)
    return _report(work, by_line=by_line)


def _judge(work: Work, *, by_line: bool) -> None:
    """Leave the working tables: `head`, every order of the file, its `item`s, and the `event`s told of it."""
    statuses = work.column("SELECT DISTINCT status FROM {staged} WHERE status IS NOT NULL")
    work.words("status_meaning", "status text, standing text", [(text, standing_of(text)) for text in statuses])
    work.run_all(TOLD, "ANALYZE told")
    work.run(
        HEAD,
        by_line=by_line,
        paid_by_line=by_line and work.column(PAID_BY_LINE)[0],
        tells_status=work.maps("status"),
        tells_channel=work.maps("channel"),
    )
    work.run_all("CREATE UNIQUE INDEX ON head (order_id)", "ANALYZE head")
    if by_line:
        work.run_all(PRODUCTS, ITEM, "ANALYZE item (order_id)")
    work.run(EVENT)


def _correct(work: Work, *, by_line: bool) -> None:
    """Find what is told otherwise than before, keep its old form, and change it.

    Before anything is added: while many rows are new and not yet committed, the planner takes their table for empty.
    """
    work.run(CORRECTED_ORDERS)
    if by_line:
        work.run(CORRECTED_LINES)
    work.run(WITHDRAWN, tells_status=work.maps("status"), tells_refund=work.maps("refund"))
    work.run_all(CORRECTED_EVENTS, BEFORE, MARKS_BEFORE, UPDATE_ORDERS, WITHDRAW_EVENTS)
    if by_line:
        work.run(DELETE_LINES)


def _add(work: Work, *, by_line: bool) -> None:
    work.run(MARKS)
    work.run_in_slices(INSERT_ORDERS, "head")
    if by_line:
        work.run_in_slices(INSERT_LINES, "item")
    work.run(INSERT_EVENTS)


def _report(work: Work, *, by_line: bool) -> dict[str, Any]:
    counts = work.one(COUNTS, by_line=by_line)
    further = counts.pop("further_lines") or 0
    warnings = []
    if by_line and (twins := work.column(TWINS)[0]):
        warnings.append({"code": "lines_alike", "column": "", "count": int(twins)})
    if not by_line and further:
        warnings.append({"code": "order_repeated", "column": work.mapping.columns["order"], "count": int(further)})
    return {
        **{key: int(value or 0) for key, value in counts.items()},
        "by_status": dict(work.rows(BY_STANDING)),
        "warnings": warnings,
    }
