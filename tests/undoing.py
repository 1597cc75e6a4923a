"""What a test of undo compares."""

from django.db import connection
from django.utils import timezone

from shuke.intake import services

KEPT = """
SELECT string_agg(told, E'\\n' ORDER BY told) FROM (
    SELECT 'customer ' || (to_jsonb(customer) - 'version')::text AS told FROM customer
    UNION ALL SELECT 'identity ' || to_jsonb(identity)::text FROM identity
    UNION ALL SELECT 'contact ' || to_jsonb(contact_point)::text FROM contact_point
    UNION ALL SELECT 'tag ' || to_jsonb(customer_tag)::text FROM customer_tag
    UNION ALL SELECT 'order ' || to_jsonb(customer_order)::text FROM customer_order
    UNION ALL SELECT 'line ' || to_jsonb(order_line)::text FROM order_line
    UNION ALL SELECT 'event ' || to_jsonb(order_event)::text FROM order_event
    UNION ALL SELECT 'interaction ' || to_jsonb(interaction)::text FROM interaction
    UNION ALL SELECT 'behaviour ' || to_jsonb(behaviour)::text FROM behaviour
    UNION ALL SELECT 'contract ' || to_jsonb(contract)::text FROM contract
    UNION ALL SELECT 'cost ' || to_jsonb(product_cost)::text FROM product_cost
    UNION ALL SELECT 'acquisition ' || to_jsonb(acquisition_cost)::text FROM acquisition_cost
    UNION ALL SELECT 'spend ' || to_jsonb(marketing_spend)::text FROM marketing_spend
) AS content
"""


def content():
    """All that imports write, as one text."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT)
        return cursor.fetchone()[0]


def undone(this):
    services.ask_undo(this=this, by=None, at=timezone.now())
    return services.undo(import_id=this.pk)
