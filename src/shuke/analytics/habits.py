"""Habits: what a customer buys, whether they buy more or less of it, and when and by which channel they come.

The own cycle is the median gap of `features`.
"""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from shuke.analytics.goods import Goods, bought, standing_sales
from shuke.analytics.rfm import YEAR_DAYS
from shuke.analytics.tables import Tables

__all__ = ["NEEDED_ORDERS", "WINDOW_DAYS", "by_item", "habits"]

WINDOW_DAYS = 180
NEEDED_ORDERS = 4
"""With fewer orders of an item in two windows together, more or less of it is chance."""


def habits(tables: Tables, *, as_of: date, goods: Goods, seen_until: date | None = None) -> ir.Table:
    """One row per customer with an order that stands, as known before `seen_until`, which is `as_of` if left out.

    `items`: how many categories (or articles) they bought. `concentration`: the sum of the squared shares of money, 1
    where all went to one. `favourite_hour`, `favourite_channel`, and of the last 365 days `favourite_weekday` (0 is
    Monday) and `favourite_month`: those of most orders, the smaller of equal ones, told in `…_orders` of `…_known`.
    """
    seen = seen_until or as_of
    items = by_item(tables, as_of=as_of, goods=goods, seen_until=seen)
    millionths = (items.share * 1_000_000).round().cast("int64")  # whole numbers add up the same in any order
    concentration = (millionths * millionths).sum() / 1_000_000**2
    mix = items.group_by("customer_id").agg(items=items.count(), concentration=concentration)
    sales = standing_sales(tables, seen_until=seen)
    year = sales.filter(sales.ordered_on >= as_of - timedelta(YEAR_DAYS))
    year = year.mutate(weekday=year.ordered_on.day_of_week.index(), month=year.ordered_on.month())
    told = sales.select("customer_id").distinct()
    favourites = [_favourite(sales, "hour"), _favourite(sales, "channel")]
    for part in (mix, *favourites, _favourite(year, "weekday"), _favourite(year, "month")):
        told = told.left_join(part, "customer_id").drop("customer_id_right")
    return told.mutate(items=told["items"].fill_null(0))


def by_item(tables: Tables, *, as_of: date, goods: Goods, seen_until: date | None = None) -> ir.Table:
    """One row per customer and category (or article): orders, quantity, money, its share, and how the quantity moves.

    `quantity_change` compares the last 180 days with the 180 before: from -1, nothing any more, to 1, nothing before.
    It is null where the two hold fewer than four orders, or do not both lie within the time as a customer. `place`
    counts from 0 by money, equal ones by name.
    """
    seen = bought(tables, seen_until=seen_until or as_of, goods=goods)
    start, middle = as_of - timedelta(2 * WINDOW_DAYS), as_of - timedelta(WINDOW_DAYS)
    late = seen.ordered_on >= middle
    early = (seen.ordered_on >= start) & ~late
    items = seen.group_by("customer_id", "item").agg(
        orders=seen.order_id.nunique(),
        quantity=seen.quantity.sum(),
        amount=seen.amount.sum(),
        first_on=seen.ordered_on.min(),
        last_on=seen.ordered_on.max(),
        quantity_180=seen.quantity.sum(where=late).fill_null(0.0),
        quantity_180_before=seen.quantity.sum(where=early).fill_null(0.0),
        orders_360=seen.order_id.nunique(where=seen.ordered_on >= start),
    )
    return _compared(items, start)


def _compared(items: ir.Table, start: date) -> ir.Table:
    of_customer = ibis.window(group_by="customer_id")
    now, before = items.quantity_180, items.quantity_180_before
    is_known = (items.orders_360 >= NEEDED_ORDERS) & (items.first_on.min().over(of_customer) <= start)
    by_money = ibis.window(group_by="customer_id", order_by=[items.amount.desc(), items["item"]])
    return items.mutate(
        share=items.amount / items.amount.sum().over(of_customer),
        quantity_change=is_known.ifelse((now - before) / (now + before).nullif(0), None),
        place=ibis.row_number().over(by_money),
    )


def _favourite(sales: ir.Table, name: str) -> ir.Table:
    """The value of most orders of each customer, how many orders that are, and of how many it is known."""
    told = sales.filter(sales[name].notnull(), sales[name].cast("string") != "")
    counted = told.group_by("customer_id", name).agg(times=told.count())
    most = ibis.window(group_by="customer_id", order_by=[counted.times.desc(), counted[name]])
    known = counted.times.sum().over(ibis.window(group_by="customer_id"))
    ranked = counted.mutate(place=ibis.row_number().over(most), known=known)
    first = ranked.filter(ranked.place == 0)
    names = {f"favourite_{name}": first[name], f"{name}_orders": first.times, f"{name}_known": first.known}
    return first.select("customer_id", **names)
