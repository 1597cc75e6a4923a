"""The lab: the same customers as of the same day, judged by the policies in force and by those of a draft.

    was = Ruling(in_force, <what they learn>)
    now = Ruling(drafted, <what they learn>)
    judged = judge(features, was=was, now=now)      # lazy, one row per customer
    flow(judged, "tier")                            # lazy, one row per step from a tier to a tier
    work(judged, "now", rhythm, on=day)             # lazy, one row per tier that makes work for people

Nothing here executes; it is the same on every engine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

import ibis
import ibis.expr.types as ir

from shuke.analytics.activity import activity
from shuke.analytics.parameters import Parameters
from shuke.analytics.policies import Policies
from shuke.analytics.tiers import tiers

__all__ = ["MONTH_DAYS", "Rhythm", "Ruling", "flow", "judge", "moved", "work"]

Side = Literal["was", "now"]
Kind = Literal["tier", "activity"]
STANDING = ("tier", "activity", "recency_line", "money_line", "active_until_days")
MONTH_DAYS = 30


@dataclass(frozen=True, slots=True)
class Ruling:
    """Policies and what they have learned from the customers who are judged."""

    policies: Policies
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often whom: days between two contacts by tier that makes work for people, and by activity.

    Until the second order, a customer is new for `welcome_days` after the first, and contacted first on day
    `first_contact_day`. A follow-up is opened `days_ahead` of its day.
    """

    tiers: Mapping[str, int]
    activities: Mapping[str, int]
    first_contact_day: int
    welcome_days: int
    days_ahead: int


def judge(features: ir.Table, *, was: Ruling, now: Ruling) -> ir.Table:
    """Add each column of STANDING twice, as `tier_was` and `tier_now`."""
    return _standing(_standing(features, was, "was"), now, "now")


def _standing(features: ir.Table, ruling: Ruling, side: Side) -> ir.Table:
    sorted_ = tiers(features, ruling.policies.tier, ruling.parameters)
    judged = activity(sorted_, ruling.policies.activity)
    return judged.rename({f"{name}_{side}": name for name in STANDING})


def moved(judged: ir.Table) -> ir.Table:
    """Those whose tier or activity would be another."""
    return judged.filter((judged.tier_was != judged.tier_now) | (judged.activity_was != judged.activity_now))


def flow(judged: ir.Table, kind: Kind) -> ir.Table:
    """How many would go from where to where, those who stay included; with their money, in minor units.

    It needs `value_at_risk` beside the features.
    """
    return judged.group_by(was=judged[f"{kind}_was"], now=judged[f"{kind}_now"]).agg(
        customers=judged.count(),
        net_money_365=judged.net_money_365.sum(),
        value_at_risk=judged.value_at_risk.sum(),
    )


def work(judged: ir.Table, side: Side, rhythm: Rhythm, *, on: date) -> ir.Table:
    """What one side asks of people: per tier its `customers`, follow-ups `a_month` of 30 days, and how many are `due`.

    `touched_on`, the last contact or attempt of each customer before the day, decides who is due, as for the planner.
    Some tier must make work for people.
    """
    theirs = judged.mutate(tier=judged[f"tier_{side}"], state=judged[f"activity_{side}"])
    carried = theirs.filter(theirs.tier.isin(list(rhythm.tiers)))
    welcomed = (carried.orders == 1) & (carried.days_since_first <= rhythm.welcome_days)
    staged = carried.mutate(state=welcomed.ifelse("new", carried.state))
    every = ibis.least(_days(staged.tier, rhythm.tiers), _days(staged.state, rhythm.activities))
    paced = staged.mutate(every=every, silent_days=ibis.literal(on).delta(staged.touched_on, unit="day"))
    told = paced.mutate(contacts=MONTH_DAYS / paced.every, is_due=_is_due(paced, rhythm))
    return told.group_by("tier").agg(
        customers=told.count(), a_month=told.contacts.sum(), due=told.is_due.cast("int64").sum()
    )


def _days(state: ir.StringValue, days: Mapping[str, int]) -> ir.IntegerValue:
    return ibis.cases(*((state == name, every) for name, every in days.items()))


def _is_due(paced: ir.Table, rhythm: Rhythm) -> ir.BooleanValue:
    """Whether the planner would open a follow-up; nobody is contacted twice on one day."""
    is_first = (paced.state == "new") & (paced.silent_days.isnull() | (paced.silent_days > paced.days_since_first))
    welcome = paced.days_since_first >= rhythm.first_contact_day - rhythm.days_ahead
    again = (paced.silent_days > 0) & (paced.silent_days >= paced.every - rhythm.days_ahead)
    return is_first.ifelse(welcome, paced.silent_days.isnull() | again).fill_null(True)
