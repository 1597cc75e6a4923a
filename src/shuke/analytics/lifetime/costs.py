"""What a customer costs: margin, winning, keeping. Where a figure is missing, an assumption stands in and is marked."""

from datetime import date

import ibis
import ibis.expr.types as ir

from shuke.analytics.lifetime.policy import LifetimePolicy
from shuke.analytics.tables import Tables

COSTS = ibis.schema(
    {
        "customer_id": "int64",
        "margin_share": "float64",
        "acquisition_cost": "int64",
        "retention_cost": "int64",
    }
)

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(9999, 12, 31)
BASIS_POINTS = 10_000
UNIT_COSTS_A_MINOR_UNIT = 100
"""A unit cost is kept in 1/10,000 of a whole unit, and an amount in its hundredths."""


def stated(tables: Tables, *, as_of: date, seen_until: date | None = None) -> ir.Table:
    """What the shop's files say, in the columns of COSTS: a row for each customer of whom they say anything.

    The margin is that of the customer's articles whose cost is known, each at the cost of its day. What was paid for a
    customer by name counts before what each costs who comes by the channel of their first day. What keeping a customer
    costs no file says.
    """
    seen_until = seen_until or as_of
    margins = _margins(tables, seen_until=seen_until)
    won = _acquisition_costs(tables, seen_until=seen_until)
    joined = margins.outer_join(won, "customer_id")
    return joined.select(
        "margin_share",
        "acquisition_cost",
        customer_id=joined.customer_id.coalesce(joined.customer_id_right),
        retention_cost=ibis.null("int64"),
    )


def _margins(tables: Tables, *, seen_until: date) -> ir.Table:
    lines = tables.lines.filter(tables.lines.ordered_on < seen_until, tables.lines.amount > 0)
    costs = _from_day_to_day(tables.product_costs, "product_id", day="since", among=("margin", "unit_cost"))
    sold = lines.inner_join(
        costs,
        [
            lines.product_id == costs.product_id,
            lines.ordered_on >= costs.valid_from,
            lines.ordered_on < costs.valid_until,
        ],
    ).inner_join(tables.identities, "identity_id")
    by_margin = sold.amount * sold.margin / BASIS_POINTS
    by_unit = sold.amount - sold.quantity * sold.unit_cost / UNIT_COSTS_A_MINOR_UNIT
    profit = sold.unit_cost.notnull().ifelse(by_unit, by_margin).round().cast("int64")
    summed = (
        sold.mutate(profit=profit).group_by("customer_id").agg(profit=ibis._.profit.sum(), revenue=ibis._.amount.sum())
    )
    return summed.select("customer_id", margin_share=summed.profit / summed.revenue)


def _from_day_to_day(costs: ir.Table, *keys: str, day: str, among: tuple[str, ...]) -> ir.Table:
    """Each cost with the days from which and until which it holds: until the next of the same keys.

    Of two that begin on one day the greater holds, by the columns `among`.
    """
    dated = costs.mutate(valid_from=costs[day].fill_null(ibis.literal(FIRST_DAY)))
    in_order = ibis.window(group_by=keys, order_by=["valid_from", *among])
    following = dated.valid_from.lead().over(in_order).fill_null(ibis.literal(LAST_DAY))
    return dated.mutate(valid_until=following)


def _acquisition_costs(tables: Tables, *, seen_until: date) -> ir.Table:
    costs = tables.acquisition_costs
    known = costs.filter(costs.on.isnull() | (costs.on < seen_until))
    named = known.inner_join(tables.identities, "identity_id").group_by("customer_id").agg(named=ibis._.amount.sum())
    came = _by_channel(tables, known.filter(known.identity_id.isnull()), seen_until=seen_until)
    joined = named.outer_join(came, "customer_id")
    return joined.select(
        customer_id=joined.customer_id.coalesce(joined.customer_id_right),
        acquisition_cost=joined.named.coalesce(joined.by_channel),
    )


def _by_channel(tables: Tables, costs: ir.Table, *, seen_until: date) -> ir.Table:
    """By customer, the cost of the channel of the first day with an order; of several channels, the least.

    Looked up from the costs to the orders, so that a shop without such costs reads no orders for them.
    """
    orders = tables.orders.filter(
        tables.orders.kind == "sale", tables.orders.amount > 0, tables.orders.ordered_on < seen_until
    )
    placed = orders.inner_join(tables.identities, "identity_id").select("customer_id", "channel", "ordered_on")
    candidates = placed.semi_join(costs, "channel")
    theirs = placed.semi_join(candidates, "customer_id")
    first = theirs.group_by("customer_id").agg(first_on=theirs.ordered_on.min())
    came = candidates.inner_join(first, "customer_id").filter(ibis._.ordered_on == ibis._.first_on)
    held = _from_day_to_day(costs, "channel", day="on", among=("amount",)).drop("identity_id")
    paid = came.inner_join(
        held, [came.channel == held.channel, came.first_on >= held.valid_from, came.first_on < held.valid_until]
    )
    return paid.group_by("customer_id").agg(by_channel=paid.amount.min())


def with_costs(customers: ir.Table, costs: ir.Table | None) -> ir.Table:
    """Add the costs of each customer, null where nobody has stated them.

    `margin_share` is the share of money that is profit; `acquisition_cost` was paid once, `retention_cost` is paid
    every year; in minor units.
    """
    if costs is None:
        return customers.mutate({name: ibis.null(kind) for name, kind in COSTS.items() if name != "customer_id"})
    stated = costs.select(*COSTS.names)
    joined = customers.left_join(stated, "customer_id")
    return joined.drop("customer_id_right")


def margin_share(customers: ir.Table, policy: LifetimePolicy) -> ir.FloatingColumn:
    """The stated one, else the policy's."""
    return customers.margin_share.fill_null(policy.assumed_margin)


def acquisition_cost(customers: ir.Table) -> ir.IntegerColumn:
    """The stated one, else nothing."""
    return customers.acquisition_cost.fill_null(0)


def retention_cost(customers: ir.Table, policy: LifetimePolicy) -> ir.IntegerColumn:
    """Of a year: the stated one, else the policy's, else nothing."""
    return customers.retention_cost.fill_null(policy.retention_cost or 0)


def marks(customers: ir.Table, policy: LifetimePolicy) -> dict[str, ir.BooleanColumn]:
    """Which of a customer's figures are assumptions."""
    return {
        "margin_assumed": customers.margin_share.isnull(),
        "acquisition_cost_assumed": customers.acquisition_cost.isnull(),
        "retention_cost_assumed": customers.retention_cost.isnull() & (policy.retention_cost is None),
    }
