"""New, active, dormant, lost: measured against the customer's own rhythm."""

import ibis
import ibis.expr.types as ir

from shuke.analytics.policies import ActivityPolicy


def activity(features: ir.Table, policy: ActivityPolicy) -> ir.Table:
    """Add `activity`, and for the reasons `active_until_days`: how long this customer stays active."""
    own = (features.median_gap * policy.active_gaps).fill_null(0.0)
    active_until = ibis.greatest(own, float(policy.active_days))
    state = ibis.cases(
        (features.days_since_first <= policy.new_days, "new"),
        (features.days_since_last <= active_until, "active"),
        (features.days_since_last <= policy.dormant_days, "dormant"),
        else_="lost",
    )
    return features.mutate(activity=state, active_until_days=active_until)
