"""Bands of RFM-T: letters by the policy's thresholds, fifths by cut points that a fit has learned."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from shuke.analytics.parameters import Parameters
from shuke.analytics.policies import RfmPolicy

EDGES = (0.2, 0.4, 0.6, 0.8)


def letters(features: ir.Table, policy: RfmPolicy) -> ir.Table:
    """Add r, f, m and t, each "A", "B" or "C"."""
    days, average = features.days_since_last, features.average_order
    monthly, trend = features.orders_per_month, features.trend
    out_of_nothing = (features.money_90_before == 0) & (features.money_90 > 0)
    return features.mutate(
        r=_letter(days <= policy.recency_a_days, days <= policy.recency_b_days),
        f=_letter(monthly >= policy.frequency_a, monthly >= policy.frequency_b),
        m=_letter(average > policy.average_order_a, average > policy.average_order_b),
        t=_letter(out_of_nothing | (trend >= policy.trend_a), trend >= policy.trend_b),
    )


def _letter(is_a: ir.BooleanValue, is_b: ir.BooleanValue) -> ir.StringValue:
    return ibis.cases((is_a, "A"), (is_b, "B"), else_="C")


def fit_cuts(features: ir.Table) -> dict[str, ir.ArrayScalar]:
    """Where the fifths of the population meet, between two customers by linear interpolation."""
    return {
        "r_cuts": features.days_since_last.quantile(list(EDGES)),
        "f_cuts": features.orders.quantile(list(EDGES)),
        "m_cuts": features.money.quantile(list(EDGES)),
    }


def fifths(features: ir.Table, parameters: Parameters) -> ir.Table:
    """Add r_quintile, f_quintile and m_quintile, 5 the best. Equal values always fall in the same fifth."""
    return features.mutate(
        r_quintile=5 - _cuts_below(features.days_since_last, parameters.r_cuts),
        f_quintile=1 + _cuts_below(features.orders, parameters.f_cuts),
        m_quintile=1 + _cuts_below(features.money, parameters.m_cuts),
    )


def _cuts_below(value: ir.NumericValue, cuts: Sequence[float]) -> ir.IntegerValue:
    return sum(((value > cut).cast("int64") for cut in cuts), start=ibis.literal(0, "int64"))
