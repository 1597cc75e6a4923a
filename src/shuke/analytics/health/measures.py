"""The number behind each measure of health: null where the shop does not tell it, or not of this customer."""

import ibis
import ibis.expr.types as ir

from shuke.analytics.health.policy import HealthPolicy
from shuke.analytics.rfm import TREND_DAYS
from shuke.analytics.shop import Shop

MEASURES = tuple(name for name, _measure in HealthPolicy().measures())
"""In the order of the policy, which is also that of the stored arrays."""


def numbers(known: ir.Table, policy: HealthPolicy, shop: Shop) -> dict[str, ir.Value]:
    """`health_<measure>` for each of MEASURES, over features with usage, contacts and `cancelled` beside them."""
    told = {**_of_orders(known, policy, shop), **_of_usage(known, shop), "response": known.reached_share}
    return {f"health_{name}": told[name].cast("float64") for name in MEASURES}


def _of_orders(known: ir.Table, policy: HealthPolicy, shop: Shop) -> dict[str, ir.Value]:
    cancelled = known.cancelled.fill_null(0)
    return {
        "recency": cycles_silent(known, policy, shop),
        "trend": _trend(known, policy),
        "returns": _if_told("paid_back", (known.money - known.net_money) / known.money, shop),
        "cancellations": _if_told("cancelled", cancelled / (known.orders_365 + cancelled).nullif(0), shop),
    }


def cycles_silent(features: ir.Table, policy: HealthPolicy, shop: Shop) -> ir.FloatingValue:
    """Days since the last order in cycles: the customer's own, or the shop's where they have come once."""
    cycle = features.median_gap.fill_null(shop.median_gap)
    return features.days_since_last / ibis.greatest(cycle, float(policy.shortest_cycle_days))


def _trend(known: ir.Table, policy: HealthPolicy) -> ir.FloatingValue:
    """Unknown while the first order is younger than what would be compared; out of nothing it has all points."""
    without_before = (known.money_90 > 0).ifelse(ibis.greatest(policy.trend.full, policy.trend.none), 0.0)
    return ibis.cases(
        (known.days_since_first <= TREND_DAYS, ibis.null("float64")),
        (known.money_90_before == 0, without_before),
        else_=known.trend,
    )


def _of_usage(known: ir.Table, shop: Shop) -> dict[str, ir.Value]:
    checkouts = known.checkouts_90.nullif(0)
    return {
        "usage": known.active_days_90,
        "logins": _if_told("login", known.logins_90, shop),
        "participation": _if_told("join", known.joins_90, shop),
        "completion": known.completed_90 / checkouts,
    }


def _if_told(kind: str, number: ir.NumericValue, shop: Shop) -> ir.NumericValue:
    return number if kind in shop.told else ibis.null("float64")
