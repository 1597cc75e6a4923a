"""What a customer costs: margin, winning, keeping. Where a figure is missing, an assumption stands in and is marked."""

import ibis
import ibis.expr.types as ir

from shuke.analytics.lifetime.policy import LifetimePolicy

COSTS = ibis.schema(
    {
        "customer_id": "int64",
        "margin_share": "float64",
        "acquisition_cost": "int64",
        "retention_cost": "int64",
    }
)


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


def retention_cost(customers: ir.Table) -> ir.IntegerColumn:
    """Of a year: the stated one, else nothing."""
    return customers.retention_cost.fill_null(0)


def marks(customers: ir.Table) -> dict[str, ir.BooleanColumn]:
    """Which of a customer's figures are assumptions."""
    return {
        "margin_assumed": customers.margin_share.isnull(),
        "acquisition_cost_assumed": customers.acquisition_cost.isnull(),
        "retention_cost_assumed": customers.retention_cost.isnull(),
    }
