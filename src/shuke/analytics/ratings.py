"""Health, stages and value card: how each customer is rated by the policies, from all that is known of them.

known = beside(tables, as_of=day)                                       # lazy; an engine keeps each
shop = Shop.from_row(<the row of census(…), executed>)
rated = apply(scored, Known(**known), contacts, felt, policies, shop)   # lazy: the columns of COLUMNS
"""

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from shuke.analytics.health import applying as health
from shuke.analytics.health import measures
from shuke.analytics.policies import Policies
from shuke.analytics.rfm import YEAR_DAYS, days_until
from shuke.analytics.scorecard import applying as scorecard
from shuke.analytics.shop import Shop
from shuke.analytics.stages import applying as stages
from shuke.analytics.tables import Tables
from shuke.analytics.usage import usage

SCORED = (
    *("customer_id", "activity", "days_since_first", "days_since_last", "median_gap", "trend"),
    *("orders", "orders_90", "orders_180", "orders_365"),
    *("money", "net_money", "net_money_365", "money_90", "money_90_before"),
)
"""What is read of features and activity: the fewer columns go through, the faster an engine plans."""
COLUMNS = health.COLUMNS | stages.COLUMNS | scorecard.COLUMNS


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some customers beside their orders; a customer of whom there is nothing to tell has no row.

    `usage` see there; `cancelled`, how many orders of the last 365 days were; `bound`, for how many days (`bound_days`)
    the longest running contract has still to run.
    """

    usage: ir.Table
    cancelled: ir.Table
    bound: ir.Table


def beside(tables: Tables, *, as_of: date, seen_until: date | None = None) -> dict[str, ir.Table]:
    """The tables of `Known` by their names; facts before `seen_until` are seen, `as_of` if left out."""
    seen_until = seen_until or as_of
    return {
        "usage": usage(tables, as_of=as_of, seen_until=seen_until),
        "cancelled": _cancelled(tables, as_of=as_of, seen_until=seen_until),
        "bound": _bound(tables, as_of=as_of, seen_until=seen_until),
    }


def _cancelled(tables: Tables, *, as_of: date, seen_until: date) -> ir.Table:
    events, since = tables.order_events, as_of - timedelta(YEAR_DAYS)
    seen = events.filter(events.kind == "cancellation", events.happened_on >= since, events.happened_on < seen_until)
    known = seen.inner_join(tables.identities, "identity_id")
    return known.group_by("customer_id").agg(cancelled=known.order_id.nunique())


def _bound(tables: Tables, *, as_of: date, seen_until: date) -> ir.Table:
    contracts = tables.contracts
    begun = contracts.starts_on.isnull() | (contracts.starts_on < seen_until)
    running = contracts.filter(begun, contracts.ends_on >= as_of, ~contracts.is_cancelled)
    known = running.inner_join(tables.identities, "identity_id")
    return known.group_by("customer_id").agg(bound_days=-days_until(as_of, known.ends_on).min())


def apply(
    scored: ir.Table, known: Known, contacts: ir.Table, felt: ir.Table, policies: Policies, shop: Shop | None
) -> ir.Table:
    """One row per customer with COLUMNS, from features with activity; null where a run knows nothing of the shop.

    `felt` are the balances of the emotional accounts.
    """
    if shop is None:
        return scored.select("customer_id", **{name: ibis.null(kind) for name, kind in COLUMNS.items()})
    joined = scored.select(*SCORED)
    spoken = contacts.select("customer_id", "reached_share", "in_365", "ratings")
    for table in (known.usage, known.cancelled, known.bound, spoken, felt):
        joined = joined.left_join(table, "customer_id").drop("customer_id_right")
    rated = health.apply(joined.mutate(measures.numbers(joined, policies.health, shop)), policies.health)
    rated = stages.apply(rated, policies.stage)
    return scorecard.apply(rated, policies, shop).select("customer_id", *COLUMNS)
