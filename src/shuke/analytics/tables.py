"""The facts that scores read: their tables and columns."""

from dataclasses import dataclass, field
from functools import partial

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
        "hour": "int16",
        "channel": "string",
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
LINES = ibis.schema(
    {
        "order_id": "int64",
        "identity_id": "int64",
        "product_id": "int64",
        "ordered_on": "date",
        "quantity": "float64",
        "amount": "int64",
    }
)
PRODUCTS = ibis.schema({"product_id": "int64", "source_id": "int64", "code": "string", "category": "string"})
INTERACTIONS = ibis.schema(
    {
        "interaction_id": "int64",
        "identity_id": "int64",
        "happened_on": "date",
        "hour": "int16",
        "channel": "string",
        "direction": "string",
        "outcome": "string",
        "satisfaction": "int16",
        "promised_on": "date",
    }
)
DISPUTES = ibis.schema({"identity_id": "int64", "interaction_id": "int64", "order_id": "int64", "accepted_on": "date"})
BEHAVIOURS = ibis.schema({"identity_id": "int64", "happened_on": "date", "kind": "string", "times": "int64"})
CONTRACTS = ibis.schema(
    {
        "contract_id": "int64",
        "identity_id": "int64",
        "starts_on": "date",
        "ends_on": "date",
        "amount": "int64",
        "is_cancelled": "boolean",
    }
)
PRODUCT_COSTS = ibis.schema({"product_id": "int64", "since": "date", "unit_cost": "int64", "margin": "int64"})
ACQUISITION_COSTS = ibis.schema({"identity_id": "int64", "channel": "string", "on": "date", "amount": "int64"})


def _none(schema: ibis.Schema) -> ir.Table:
    return ibis.memtable(schema.to_pyarrow().empty_table(), schema=schema)


@dataclass(frozen=True, slots=True)
class Tables:
    """The mirror, or for a re-score in the day the same columns of a few customers. What a shop does not tell is empty.

    `orders`: kind "sale" or "return"; a return has a negative amount; `hour` of the day, null where only the day is
    known. `order_events`: what happened to an order later, kind "payment", "cancellation", "refund" or "return"; the
    kind says the direction, `amount` how much. `identities`: whose record an identity is now. `lines`: the articles of
    orders. `interactions`: contacts as they stand, corrections applied; outcome in the codes of follow-ups,
    satisfaction 1 to 5, `promised_on` the day until which the next contact was promised. `disputes`: contacts and
    orders that count no more for the emotional account from `accepted_on` on. `behaviours`: how many times somebody did
    what on a day. `product_costs`: `unit_cost` in 1/10,000, `margin` in basis points. `acquisition_costs`: of an
    identity, or of each who came by a channel.
    Amounts in minor units, days and hours in the store's zone.
    """

    orders: ir.Table
    order_events: ir.Table
    identities: ir.Table
    lines: ir.Table = field(default_factory=partial(_none, LINES))
    products: ir.Table = field(default_factory=partial(_none, PRODUCTS))
    interactions: ir.Table = field(default_factory=partial(_none, INTERACTIONS))
    disputes: ir.Table = field(default_factory=partial(_none, DISPUTES))
    behaviours: ir.Table = field(default_factory=partial(_none, BEHAVIOURS))
    contracts: ir.Table = field(default_factory=partial(_none, CONTRACTS))
    product_costs: ir.Table = field(default_factory=partial(_none, PRODUCT_COSTS))
    acquisition_costs: ir.Table = field(default_factory=partial(_none, ACQUISITION_COSTS))
