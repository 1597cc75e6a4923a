"""What customers put into their baskets, for tests: tables of orders with lines from tuples."""

from collections.abc import Iterable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from shuke.analytics.tables import IDENTITIES, LINES, ORDER_EVENTS, ORDERS, PRODUCTS, Tables
from unit.analytics.shop import ago

Row = dict[str, Any]


def basket(customer: int | None, days_ago: int, items: Mapping[str, int] | Iterable[str], **order: Any) -> Row:
    """One order: the money of each item in minor units (1,000 where only names are given), one piece each.

    A name that begins with "-" was sent back.
    """
    told = items if isinstance(items, Mapping) else dict.fromkeys(items, 1_000)
    return {"customer": customer, "days_ago": days_ago, "items": told, "quantity": 1.0, **order}


def tables(
    orders: Iterable[Row],
    *,
    categories: bool = True,
    events: Iterable[Row] = (),
    identities: Mapping[int, int] | None = None,
) -> Tables:
    """Orders are numbered from 1; articles by their names, which are their categories too unless told otherwise."""
    orders = list(orders)
    articles = {
        name: number for number, name in enumerate(sorted({_name(item) for o in orders for item in o["items"]}), 1)
    }
    known = sorted({order["customer"] for order in orders if order["customer"] is not None})
    whose = {each: each for each in known} | dict(identities or {})
    return Tables(
        orders=_table([_order(number, order) for number, order in enumerate(orders, 1)], ORDERS),
        order_events=_table(list(events), ORDER_EVENTS),
        identities=_table([{"identity_id": own, "customer_id": whom} for own, whom in whose.items()], IDENTITIES),
        lines=_table(
            [line for number, order in enumerate(orders, 1) for line in _lines(number, order, articles)], LINES
        ),
        products=_table(
            [
                {"product_id": number, "source_id": 1, "code": name, "category": name if categories else ""}
                for name, number in articles.items()
            ],
            PRODUCTS,
        ),
    )


def _name(item: str) -> str:
    return item.removeprefix("-")


def _order(number: int, order: Row) -> Row:
    amount = sum(-money if item.startswith("-") else money for item, money in order["items"].items())
    return {
        "order_id": number,
        "identity_id": order["customer"],
        "source_id": 1,
        "kind": "sale" if amount > 0 else "return",
        "ordered_on": ago(order["days_ago"]),
        "amount": amount,
        "hour": order.get("hour"),
        "channel": order.get("channel", ""),
    }


def _lines(number: int, order: Row, articles: Mapping[str, int]) -> Iterable[Row]:
    for item, money in order["items"].items():
        sign = -1 if item.startswith("-") else 1
        yield {
            "order_id": number,
            "identity_id": order["customer"],
            "product_id": articles[_name(item)],
            "ordered_on": ago(order["days_ago"]),
            "quantity": sign * order["quantity"],
            "amount": sign * money,
        }


def _table(rows: list[Row], schema: ibis.Schema) -> ir.Table:
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema.to_pyarrow()), schema=schema)
