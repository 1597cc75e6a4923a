"""Count customers and sales as a run saw them."""

from datetime import date, timedelta

from django.db.backends.utils import CursorWrapper

__all__ = ["SALES_DAYS", "count"]

SALES_DAYS = 60
"""Days of sales that are kept: the last 30 and the 30 before."""

COUNT_CUSTOMERS = """
INSERT INTO report_customer_tally (owner_id, tier, activity, r_quintile, f_quintile, customers, value_at_risk)
SELECT owner_id, tier, activity, r_quintile, f_quintile, count(*), sum(value_at_risk)
FROM customer_list
GROUP BY owner_id, tier, activity, r_quintile, f_quintile
"""

COUNT_VALUE = """
INSERT INTO report_value_tally (owner_id, quadrant, customers, money, net_money_365, value_at_risk)
SELECT owner_id, value_quadrant, count(*), sum(money), sum(net_money_365), sum(value_at_risk)
FROM customer_list WHERE value_quadrant IS NOT NULL
GROUP BY owner_id, value_quadrant
"""

# Net as scores count it: a cancelled order never was, and what was paid back for it went with it.
COUNT_SALES = """
WITH cancelled AS (
    SELECT order_id FROM order_event WHERE kind = 'cancellation' AND happened_on < %(until)s
), movement AS (
    SELECT o.ordered_on AS day, o.identity_id, o.amount, (o.kind = 'sale' AND o.amount > 0)::int AS orders
    FROM customer_order o
    WHERE o.ordered_on >= %(since)s AND o.ordered_on < %(until)s
      AND NOT EXISTS (SELECT FROM cancelled c WHERE c.order_id = o.id)
    UNION ALL
    SELECT e.happened_on, o.identity_id, -abs(e.amount), 0
    FROM order_event e JOIN customer_order o ON o.id = e.order_id
    WHERE e.kind IN ('refund', 'return') AND e.happened_on >= %(since)s AND e.happened_on < %(until)s
      AND NOT EXISTS (SELECT FROM cancelled c WHERE c.order_id = o.id)
)
INSERT INTO report_sales_tally (day, owner_id, named, orders, net_revenue)
SELECT m.day, l.owner_id, m.identity_id IS NOT NULL, sum(m.orders), sum(m.amount)
FROM movement m
LEFT JOIN identity i ON i.id = m.identity_id
LEFT JOIN customer_list l ON l.customer_id = i.customer_id
GROUP BY m.day, l.owner_id, m.identity_id IS NOT NULL
"""


def count(cursor: CursorWrapper, *, as_of: date) -> None:
    """Count anew who there is, what they are worth, and what was sold."""
    cursor.execute("DELETE FROM report_customer_tally")
    cursor.execute(COUNT_CUSTOMERS)
    cursor.execute("DELETE FROM report_value_tally")
    cursor.execute(COUNT_VALUE)
    cursor.execute("DELETE FROM report_sales_tally")
    cursor.execute(COUNT_SALES, {"since": as_of - timedelta(SALES_DAYS), "until": as_of})
