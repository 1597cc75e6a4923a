"""The facts that scores read: their tables and columns."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

ORDERS = ibis.schema(
    {
        "order_id": "int64",
        "identity_id": "int64",
        "source_id": "int64",
        "store_id": "int64",
        "line_id": "int64",
        "kind": "string",
        "ordered_on": "date",
        "amount": "int64",
    }
)
ORDER_EVENTS = ibis.schema(
    {
        "order_id": "int64",
        "identity_id": "int64",
        "kind": "string",
        "happened_on": "date",
        "amount": "int64",
    }
)
IDENTITIES = ibis.schema({"identity_id": "int64", "customer_id": "int64"})


@dataclass(frozen=True, slots=True)
class Tables:
    """The mirror, or for a re-score in the day the same columns of a few customers.

    `orders`: kind "sale" or "return"; a return has a negative amount. `order_events`: what happened to an
    order later, kind "payment", "cancellation", "refund" or "return"; the kind says the direction, `amount`
    how much. `identities`: whose record an identity is now. Amounts in minor units, days in the store's zone.
    """

    orders: ir.Table
    order_events: ir.Table
    identities: ir.Table
