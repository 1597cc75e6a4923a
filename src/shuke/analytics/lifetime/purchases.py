"""Each customer's purchase history as of a day, and what a fit needs of everybody's. Lazy Ibis tables.

For these models all orders of one day are **one purchase**: a guest who splits the bill has not come back. What counts
as an order, whose it is, and what a cancellation or a return does, is that of `rfm`. Money is **gross** for what
customers spend a time, on the days of their purchases: a return is no purchase, and the models take spends above zero.
What returns and refunds take away is counted as the share of money that the whole shop keeps.
"""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from shuke.analytics.lifetime.costs import margin_share, retention_cost, with_costs
from shuke.analytics.lifetime.policy import LifetimePolicy
from shuke.analytics.rfm import YEAR_DAYS, movements
from shuke.analytics.tables import Tables

HISTORY = ("frequency", "age_at_last_days", "age_days")


def purchases(tables: Tables, *, as_of: date, seen_until: date | None = None) -> ir.Table:
    """One row per customer with an order before `seen_until` (`as_of` if left out); days are whole, money minor units.

    `frequency` counts the days with a purchase after the first, `repeat_money` is spent on them. Ages are counted from
    the first purchase, `age_at_last_days` to the last one, `age_days` to the last day that is seen.
    """
    seen_until = seen_until or as_of
    moved = with_day_numbers(movements(tables, seen_until=seen_until))
    people = moved.group_by("identity_id").agg(**sums(moved, as_of=as_of))
    known = people.filter(people.money.notnull()).inner_join(tables.identities, "identity_id")
    return _history(known.select("customer_id", *people.columns), seen_until=seen_until)


def with_day_numbers(movements: ir.Table) -> ir.Table:
    """Number the days on which the customer bought, from 0; a day with several orders is one."""
    by_day = ibis.window(group_by="identity_id", order_by=ibis.asc("ordered_on", nulls_first=False))
    return movements.mutate(day_number=ibis.dense_rank().over(by_day))


def sums(movements: ir.Table, *, as_of: date) -> dict[str, ir.Scalar]:
    """What a history is made of. With a window and not by grouping days first, which needs memory for all of them."""
    on, ordered_on, amount, number = movements.on, movements.ordered_on, movements.amount, movements.day_number
    year, year_before = as_of - timedelta(YEAR_DAYS), as_of - timedelta(2 * YEAR_DAYS)
    is_order = ordered_on.notnull()
    return {
        "frequency": number.max(where=is_order),
        "money": amount.sum(where=is_order),
        "first_money": amount.sum(where=is_order & (number == 0)),
        "first_on": ordered_on.min(),
        "last_on": ordered_on.max(),
        "net_money": amount.sum(),
        "net_money_365": amount.sum(where=on >= year),
        "bought_365": (ordered_on >= year).fill_null(False).any(),
        "bought_before": ((ordered_on >= year_before) & (ordered_on < year)).fill_null(False).any(),
    }


def _history(known: ir.Table, *, seen_until: date) -> ir.Table:
    last_seen = ibis.literal(seen_until - timedelta(1))
    return known.select(
        "customer_id",
        "frequency",
        "money",
        "net_money",
        "bought_365",
        "bought_before",
        age_at_last_days=known.last_on.delta(known.first_on, unit="day"),
        age_days=last_seen.delta(known.first_on, unit="day"),
        repeat_money=known.money - known.first_money,
        net_money_365=known.net_money_365.fill_null(0),
    )


def histories(purchases: ir.Table) -> ir.Table:
    """Each distinct history and its number of customers."""
    return purchases.group_by(*HISTORY).agg(customers=purchases.count())


def spends(purchases: ir.Table) -> ir.Table:
    """Each distinct pair of repeat purchases and their money, of those who came back."""
    again = purchases.filter(purchases.frequency > 0)
    return again.group_by("frequency", "repeat_money").agg(customers=again.count())


def population(
    purchases: ir.Table, tables: Tables, policy: LifetimePolicy, *, as_of: date, costs: ir.Table | None = None
) -> ir.Table:
    """One row: how many customers of what kind, over how long, for how much."""
    priced = with_costs(purchases, costs)
    contribution = (priced.net_money_365 * margin_share(priced, policy)).round().cast("int64")
    yearly = contribution - retention_cost(priced)
    orders = tables.orders
    free = (orders.kind == "sale") & (orders.amount == 0) & orders.identity_id.notnull() & (orders.ordered_on < as_of)
    summed = priced.agg(
        customers=priced.count(),
        age_days=priced.age_days.max().fill_null(0),
        money=priced.money.sum().fill_null(0),
        net_money=priced.net_money.sum().fill_null(0),
        net_money_365=priced.net_money_365.sum(where=priced.bought_365).fill_null(0),
        bought_365=priced.bought_365.sum().fill_null(0),
        bought_before=priced.bought_before.sum().fill_null(0),
        came_back=(priced.bought_before & priced.bought_365).sum().fill_null(0),
        profit_365=yearly.sum().fill_null(0),
    )
    return summed.cross_join(orders.agg(free_orders=free.sum().fill_null(0)))
