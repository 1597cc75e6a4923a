"""Keep the tables behind the dashboard."""

from datetime import timedelta

from django.db import connection, transaction

from shuke.scoring.models import Run

__all__ = ["SALES_DAYS", "refresh"]

SALES_DAYS = 60
"""Days of sales that are kept: the last 30 and the 30 before."""

COUNT_CUSTOMERS = """
INSERT INTO report_customer_tally (owner_id, tier, activity, r_quintile, f_quintile, customers, value_at_risk)
SELECT owner_id, tier, activity, r_quintile, f_quintile, count(*), sum(value_at_risk)
FROM customer_list
GROUP BY owner_id, tier, activity, r_quintile, f_quintile
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


@transaction.atomic
def refresh(*, run_id: int) -> None:
    """Count customers and sales anew as the run saw them; readers see the figures of before or of after.

    Call it when the run has gone live and `customer_list` follows it. Doing it twice changes nothing.
    """
    as_of = Run.objects.values_list("as_of", flat=True).get(pk=run_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('reports.refresh'))")
        cursor.execute("DELETE FROM report_customer_tally")
        cursor.execute(COUNT_CUSTOMERS)
        cursor.execute("DELETE FROM report_sales_tally")
        cursor.execute(COUNT_SALES, {"since": as_of - timedelta(SALES_DAYS), "until": as_of})
