"""What customers bought: the lines of orders that stand, by category, or by article where a shop has no categories."""

from datetime import date
from typing import Literal

import ibis.expr.types as ir

from shuke.analytics.tables import Tables

__all__ = ["Goods", "bought", "by_order", "standing_sales"]

Goods = Literal["category", "article"]


def bought(tables: Tables, *, seen_until: date, goods: Goods) -> ir.Table:
    """One row per line: `customer_id`, `order_id`, `ordered_on`, `item`, `quantity` and `amount`.

    `item` is the category, or the article's id as text. Lines without a category, of returns, of cancelled orders and
    of orders without a customer are left out, as is whatever is dated on or after `seen_until`.
    """
    lines = tables.lines
    sold = lines.filter(lines.ordered_on < seen_until, lines.identity_id.notnull(), lines.amount > 0)
    standing = _standing(sold, tables, seen_until=seen_until)
    named = standing.inner_join(_named(tables.products, goods), "product_id")
    known = named.inner_join(tables.identities, "identity_id")
    return known.select("customer_id", "order_id", "ordered_on", "item", "quantity", "amount")


def by_order(lines: ir.Table) -> ir.Table:
    """Lines of one order and item as one."""
    return lines.group_by("customer_id", "order_id", "ordered_on", "item").agg(
        amount=lines.amount.sum(), quantity=lines.quantity.sum()
    )


def standing_sales(tables: Tables, *, seen_until: date) -> ir.Table:
    """The sales of customers that were not cancelled: `customer_id`, `ordered_on`, `hour` and `channel`."""
    orders = tables.orders
    sales = orders.filter(orders.ordered_on < seen_until, orders.kind == "sale", orders.amount > 0)
    known = _standing(sales, tables, seen_until=seen_until).inner_join(tables.identities, "identity_id")
    return known.select("customer_id", "ordered_on", "hour", "channel")


def _standing(facts: ir.Table, tables: Tables, *, seen_until: date) -> ir.Table:
    events = tables.order_events
    cancelled = events.filter(events.kind == "cancellation", events.happened_on < seen_until)
    return facts.anti_join(cancelled, "order_id")


def _named(products: ir.Table, goods: Goods) -> ir.Table:
    if goods == "article":
        return products.select("product_id", item=products.product_id.cast("string"))
    return products.filter(products.category != "").select("product_id", item=products.category)
