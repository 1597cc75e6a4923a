"""Value at risk: what a year with this customer is worth, times how far past their rhythm they are."""

import ibis
import ibis.expr.types as ir

from shuke.analytics.parameters import Parameters
from shuke.analytics.policies import ActivityPolicy

GAPS_UNTIL_GONE = 3


def fit_shop_median_gap(features: ir.Table, policy: ActivityPolicy) -> ir.FloatingScalar:
    """The median customer's median gap in days.

    Where nobody has come twice, the gap whose limit of activity is the policy's own.
    """
    return features.median_gap.median().fill_null(policy.active_days / policy.active_gaps)


def value_at_risk(features: ir.Table, parameters: Parameters) -> ir.Table:
    """Add `value_at_risk` in minor units.

    Never below zero: who sent back more than they bought costs us nothing by leaving.
    """
    gap = features.median_gap.fill_null(parameters.shop_median_gap)
    loss_share = ibis.least(features.days_since_last / (GAPS_UNTIL_GONE * gap), 1.0)
    value = (ibis.greatest(features.net_money_365, 0) * loss_share).round().cast("int64")
    return features.mutate(value_at_risk=value)
