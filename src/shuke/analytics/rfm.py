"""RFM-T: how recently, how often, for how much, and whether it grows. Measured here, judged elsewhere."""

from collections.abc import Mapping
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from shuke.analytics.tables import Tables

DAYS_A_MONTH = 30.4375
TREND_DAYS = 90
YEAR_DAYS = 365


def rfm_t(tables: Tables, *, as_of: date, seen_until: date) -> ir.Table:
    """One row per customer with an order before `seen_until`; a fact dated on or after it is never seen.

    Days are counted to `as_of`. Money in minor units, gaps and ages in days. An order is a sale above zero that was
    not cancelled.
    """
    moved = movements(tables, seen_until=seen_until)
    customers = by_customer(moved, tables.identities, sums(moved, as_of=as_of))
    return customers.select(**measures(customers, as_of=as_of))


def movements(tables: Tables, *, seen_until: date) -> ir.Table:
    """All that moves a customer's money: `identity_id`, `on`, `amount`, and for orders `ordered_on` and `gap`.

    One stream and not orders beside returns, so that the facts are read once. What was paid back for a cancelled
    order goes with the order, and not off it once more.
    """
    events = tables.order_events.filter(tables.order_events.happened_on < seen_until)
    cancelled = events.filter(events.kind == "cancellation")
    facts = _orders(tables.orders, seen_until=seen_until).union(_paid_back(events)).anti_join(cancelled, "order_id")
    return _with_gaps(by_first_identity(facts.select("identity_id", "on", "amount", "ordered_on"), tables.identities))


def by_first_identity(facts: ir.Table, identities: ir.Table) -> ir.Table:
    """Give all facts of one customer to the first of the customer's identities.

    Few customers have several, so this joins the facts to a small table; the customers join the sums of their facts.
    """
    first = identities.group_by("customer_id").agg(first_id=identities.identity_id.min(), known=identities.count())
    several = first.filter(first.known > 1)
    others = identities.inner_join(several, "customer_id").select("identity_id", "first_id")
    joined = facts.left_join(others, "identity_id")
    kept = [name for name in facts.columns if name != "identity_id"]
    return joined.select(*kept, identity_id=joined.first_id.coalesce(joined.identity_id))


def _orders(orders: ir.Table, *, seen_until: date) -> ir.Table:
    seen = orders.filter(orders.ordered_on < seen_until, orders.identity_id.notnull())
    counts = (seen.kind == "sale") & (seen.amount > 0)
    day = seen.ordered_on
    return seen.select("order_id", "identity_id", "amount", on=day, ordered_on=counts.ifelse(day, None))


def _paid_back(events: ir.Table) -> ir.Table:
    given = events.filter(events.kind.isin(("refund", "return")))
    less = -given.amount.abs()
    return given.select("order_id", "identity_id", amount=less, on=given.happened_on, ordered_on=ibis.null("date"))


def _with_gaps(movements: ir.Table) -> ir.Table:
    """Add to each order the days since the customer's order before it; the first of a day is a visit.

    We count visits, not bills: a second order on the same day has no gap. `is_first_day` is true of all orders of the
    customer's first day.
    """
    ordered_on = movements.ordered_on
    so_far = ibis.window(group_by="identity_id", order_by="ordered_on", preceding=None, following=0)
    days = ordered_on.delta(ordered_on.lag().over(so_far), unit="day").cast("int32")
    # The first of an order that the gaps need anyway, and no minimum, which a window finds anew for each row.
    is_first_day = ordered_on == ordered_on.first(include_null=True).over(so_far)
    return movements.mutate(gap=days.nullif(0), is_visit=days.fill_null(1) > 0, is_first_day=is_first_day)


def sums(movements: ir.Table, *, as_of: date) -> dict[str, ir.Scalar]:
    """What the measures of a customer are made of."""
    on, ordered_on, amount = movements.on, movements.ordered_on, movements.amount
    recent, earlier, year = (as_of - timedelta(days) for days in (TREND_DAYS, 2 * TREND_DAYS, YEAR_DAYS))
    return {
        "orders": ordered_on.count(),
        "money": amount.sum(where=ordered_on.notnull()),
        "money_90": amount.sum(where=ordered_on >= recent),
        "money_90_before": amount.sum(where=(ordered_on >= earlier) & (ordered_on < recent)),
        "net_money": amount.sum(),
        "net_money_365": amount.sum(where=on >= year),
        "first_ordered_on": ordered_on.min(),
        "last_ordered_on": ordered_on.max(),
        "gaps": movements.gap.collect(),
    }


def by_customer(movements: ir.Table, identities: ir.Table, sums: Mapping[str, ir.Scalar]) -> ir.Table:
    """One row of sums per customer who has an order."""
    people = movements.group_by("identity_id").agg(**sums)
    return people.filter(people.orders > 0).inner_join(identities, "identity_id")


def measures(facts: ir.Table, *, as_of: date) -> dict[str, ir.Value]:
    """The measures of RFM-T over the sums of each customer."""
    days_since_first = days_until(as_of, facts.first_ordered_on)
    money_90, money_90_before = facts.money_90.fill_null(0), facts.money_90_before.fill_null(0)
    as_they_are = ("customer_id", "first_ordered_on", "last_ordered_on", "orders", "money", "net_money")
    return {
        **{name: facts[name] for name in as_they_are},
        "median_gap": _median(facts.gaps),
        "days_since_first": days_since_first,
        "days_since_last": days_until(as_of, facts.last_ordered_on),
        "net_money_365": facts.net_money_365.fill_null(0),
        "average_order": (facts.money / facts.orders).round().cast("int64"),
        "orders_per_month": facts.orders / ibis.greatest(days_since_first.cast("float64") / DAYS_A_MONTH, 1.0),
        "money_90": money_90,
        "money_90_before": money_90_before,
        "trend": money_90 / money_90_before.nullif(0),
    }


def _median(numbers: ir.ArrayValue) -> ir.FloatingValue:
    """None of no numbers. An engine's own median keeps three times the memory of a list."""
    count = numbers.length()
    ordered = (count > 0).ifelse(numbers.sort(), None)  # Spark refuses to look into an empty list
    left, right = (((count - step) // 2).cast("int32") for step in (1, 0))
    return (ordered[left] + ordered[right]) / 2


def days_until(as_of: date, day: ir.DateValue) -> ir.IntegerValue:
    """Whole days from `day` to `as_of`."""
    return ibis.literal(as_of).delta(day, unit="day")
