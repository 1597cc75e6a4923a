"""What rules read: people, one row each, and what they did and were given, by customer."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from shuke.analytics.rules.fields import CATALOGUE

PEOPLE = ibis.schema({"customer_id": "int64"} | {field.key: field.dtype for field in CATALOGUE})
ORDERS = ibis.schema(
    {
        "customer_id": "int64",
        "order_id": "int64",
        "ordered_on": "date",
        "amount": "int64",
        "store_id": "int64",
        "channel": "string",
    }
)
LINES = ibis.schema({**dict(ORDERS.items()), "category": "string"})
TAGS = ibis.schema({"customer_id": "int64", "tag_id": "int64"})


@dataclass(frozen=True, slots=True)
class RuleTables:
    """The tables of any engine with these columns; what is not known is NULL.

    `orders` are those that count: sales above zero that were not cancelled. `lines` are their articles, each with its
    own amount. Amounts in minor units, days in the store's zone.
    """

    people: ir.Table
    orders: ir.Table
    lines: ir.Table
    tags: ir.Table
