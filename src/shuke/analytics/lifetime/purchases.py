"""Each customer's purchase history as of a day, and what a fit needs of everybody's. Lazy Ibis tables.

For these models all orders of one day are **one purchase**: a guest who splits the bill has not come back. What counts
as an order, whose it is, and what a cancellation or a return does, is that of `features`. Money is **gross** for what
customers spend a time, on the days of their purchases: a return is no purchase, and the models take spends above zero.
What returns and refunds take away is counted as the share of money that the whole shop keeps.
"""

from datetime import date

import ibis.expr.types as ir

from shuke.analytics.lifetime.costs import margin_share, retention_cost, with_costs
from shuke.analytics.lifetime.policy import LifetimePolicy
from shuke.analytics.tables import Tables

HISTORY = ("frequency", "age_at_last_days", "age_days")


def purchases(features: ir.Table, *, as_of: date, seen_until: date | None = None) -> ir.Table:
    """One row per row of the features; days are whole, money minor units.

    `frequency` counts the days with a purchase after the first, `repeat_money` is spent on them. Ages are counted from
    the first purchase, `age_at_last_days` to the last one, `age_days` to the last day that is seen: the one before
    `seen_until`, or before `as_of` if that is left out.
    """
    days_to_last_seen = ((seen_until or as_of) - as_of).days - 1
    return features.select(
        "customer_id",
        "money",
        "net_money",
        "net_money_365",
        frequency=features.visits - 1,
        age_at_last_days=features.days_since_first - features.days_since_last,
        age_days=features.days_since_first + days_to_last_seen,
        repeat_money=features.money - features.first_money,
        bought_365=features.orders_365 > 0,
        bought_before=features.orders_365_before > 0,
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
    yearly = contribution - retention_cost(priced, policy)
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
        margin_stated=priced.margin_share.count(),
        acquisition_stated=priced.acquisition_cost.count(),
    )
    return summed.cross_join(orders.agg(free_orders=free.sum().fill_null(0)))
