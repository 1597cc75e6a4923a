"""In hindsight: the risk list as it would have been on a past day, held against what then came.

    listed = foretell(features, learned, policy)          # lazy: who would have been on the list
    seen = outcomes(listed, tables, activity, on=day, known_until=end)    # lazy: what became of them
    row = summary(seen)                                   # lazy, one row

Nothing here executes.
"""

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from shuke.analytics import rfm
from shuke.analytics.activity import activity
from shuke.analytics.churn import applying, risk
from shuke.analytics.churn.parameters import Churn
from shuke.analytics.churn.policy import ChurnPolicy
from shuke.analytics.policies import ActivityPolicy
from shuke.analytics.tables import Tables

__all__ = ["foretell", "outcomes", "summary"]


def foretell(features: ir.Table, learned: Sequence[Churn], policy: ChurnPolicy) -> ir.Table:
    """Those who were active enough for the list, and whether they are on it; at least one horizon has been learned."""
    told = applying.apply_by_cycle(features, learned)
    listed = told.mutate(is_listed=risk.is_listed(told, learned, policy))
    return listed.filter(listed.days_since_last <= policy.list_active_days)


def outcomes(listed: ir.Table, tables: Tables, policy: ActivityPolicy, *, on: date, known_until: date) -> ir.Table:
    """Of those whose horizon is over by `known_until`: `lapsed`, no order within it, and `lead_days`.

    The lead is how many days after the list they would have stopped to be active by the policy of activity.
    """
    came = _next_orders(tables, on=on, known_until=known_until)
    judged = activity(listed, policy).left_join(came, "customer_id")
    horizon = judged.churn_horizon_days
    days = judged.next_on.delta(ibis.literal(on), unit="day")
    lead = judged.active_until_days.floor().cast("int64") - judged.days_since_last + 1
    told = judged.mutate(lapsed=(days >= horizon).fill_null(True), lead_days=lead)
    return told.filter(told.churn_horizon_days <= (known_until - on).days)


def _next_orders(tables: Tables, *, on: date, known_until: date) -> ir.Table:
    orders = rfm.movements(tables, seen_until=known_until).filter(ibis._.ordered_on >= on)
    whose = orders.inner_join(tables.identities, "identity_id")
    return whose.group_by("customer_id").agg(next_on=whose.ordered_on.min())


def summary(seen: ir.Table) -> ir.Table:
    """One row: the active customers, those of them who lapsed, the list, its hits, money and median lead in days."""
    hit = seen.is_listed & seen.lapsed
    return seen.agg(
        active=seen.count(),
        lapsed=seen.lapsed.cast("int64").sum(),
        listed=seen.is_listed.cast("int64").sum(),
        hits=hit.cast("int64").sum(),
        money=seen.net_money_365.sum(where=seen.is_listed),
        lead_days=seen.lead_days.median(where=hit),
    )
