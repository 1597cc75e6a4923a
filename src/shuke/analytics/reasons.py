"""Why a score came out as it did: codes with numbers from the stored row, and the words that say them.

A number whose name ends in `_minor` is money in minor units, in `share` a fraction of one; the rest are days,
counts and ratios. Whoever shows a reason translates the words and formats the numbers.
"""

from collections.abc import Mapping
from typing import Any

from shuke.analytics.parameters import Parameters
from shuke.analytics.policies import ActivityPolicy, Policies, RfmPolicy, TierPolicy
from shuke.analytics.value import GAPS_UNTIL_GONE
from shuke.core.words import mark as _

Row = Mapping[str, Any]
Reason = dict[str, Any]

WORDS: dict[str, str] = {
    "recency_within_gold": _(
        "last order %(days)s days ago: within the first %(share)s of all customers, which end at %(line)s days"
    ),
    "recency_within_silver": _(
        "last order %(days)s days ago: within the first %(share)s of all customers, not the first %(missed_share)s"
    ),
    "recency_outside": _("last order %(days)s days ago: not within the first %(missed_share)s of all customers"),
    "money_within_gold": _(
        "%(money_minor)s net in 12 months: within the first %(share)s of all customers, which end at %(line_minor)s"
    ),
    "money_within_silver": _(
        "%(money_minor)s net in 12 months: within the first %(share)s of all customers, not the first %(missed_share)s"
    ),
    "money_outside": _("%(money_minor)s net in 12 months: not within the first %(missed_share)s of all customers"),
    "spend_reaches": _("%(money_minor)s net in 12 months, at least %(limit_minor)s"),
    "spend_below": _("%(money_minor)s net in 12 months, less than %(limit_minor)s"),
    "first_order_recent": _("first order %(days)s days ago, at most %(limit)s"),
    "active_by_days": _("last order %(days)s days ago, at most %(limit)s"),
    "active_by_own_gap": _("last order %(days)s days ago, at most %(gaps)s times the own gap of %(gap)s days"),
    "silent_but_not_lost": _("last order %(days)s days ago, more than %(active)s, at most %(limit)s"),
    "silent_too_long": _("last order %(days)s days ago, more than %(limit)s"),
    "recency_band": _("%(band)s: last order %(days)s days ago (A up to %(a)s, B up to %(b)s)"),
    "frequency_band": _("%(band)s: %(rate)s orders a month (A from %(a)s, B from %(b)s)"),
    "average_band": _("%(band)s: average order %(average_minor)s (A above %(a_minor)s, B above %(b_minor)s)"),
    "trend_band": _("%(band)s: last 90 days %(trend)s times the 90 days before (A from %(a)s, B from %(b)s)"),
    "trend_from_nothing": _("%(band)s: %(money_minor)s in the last 90 days, nothing in the 90 days before"),
    "trend_of_nothing": _("%(band)s: no order in the last 180 days"),
    "silent_against_own_gap": _(
        "%(money_minor)s net in 12 months, %(loss_share)s of it at risk: "
        "silent for %(days)s days, usually back after %(gap)s, taken for gone after %(gaps)s times that"
    ),
    "silent_against_shop_gap": _(
        "%(money_minor)s net in 12 months, %(loss_share)s of it at risk: silent for %(days)s days, "
        "customers of the shop are usually back after %(gap)s, taken for gone after %(gaps)s times that"
    ),
}


def reasons(row: Row, policies: Policies, parameters: Parameters) -> dict[str, list[Reason]]:
    """Reasons by column of a row of `scores.apply`, with the policies and parameters it was scored by."""
    return {
        "tier": _tier(row, policies.tier, parameters),
        "activity": [_activity(row, policies.activity)],
        **{column: [reason] for column, reason in _bands(row, policies.rfm).items()},
        "value_at_risk": [_value_at_risk(row, parameters)],
    }


def _tier(row: Row, policy: TierPolicy, parameters: Parameters) -> list[Reason]:
    if policy.mode == "by_spend":
        return [_spend(row, policy)]
    recency, money = parameters.gold_recency, parameters.gold_money
    by_recency = _share("recency", row["recency_line"], policy.gold_recency_share, policy.silver_share)
    by_money = _share("money", row["money_line"], policy.gold_money_share, policy.silver_share)
    if row["recency_line"] == "gold" and recency:
        by_recency["line"] = recency.days_since_last
    if row["money_line"] == "gold" and money:
        by_money["line_minor"] = money.net_money_365
    return [by_recency | {"days": row["days_since_last"]}, by_money | {"money_minor": row["net_money_365"]}]


def _share(measure: str, line: str, gold: float, silver: float) -> Reason:
    if line == "gold":
        return {"code": f"{measure}_within_gold", "share": gold}
    if line == "silver":
        return {"code": f"{measure}_within_silver", "share": silver, "missed_share": gold}
    return {"code": f"{measure}_outside", "missed_share": silver}


def _spend(row: Row, policy: TierPolicy) -> Reason:
    limit = policy.gold_spend if row["tier"] == "gold" else policy.silver_spend
    code = "spend_below" if row["tier"] == "bronze" else "spend_reaches"
    return {"code": code, "money_minor": row["net_money_365"], "limit_minor": limit}


def _activity(row: Row, policy: ActivityPolicy) -> Reason:
    days = row["days_since_last"]
    if row["activity"] == "new":
        return {"code": "first_order_recent", "days": row["days_since_first"], "limit": policy.new_days}
    if row["activity"] == "dormant":
        active = row["active_until_days"]
        return {"code": "silent_but_not_lost", "days": days, "active": active, "limit": policy.dormant_days}
    if row["activity"] == "lost":
        limit = max(row["active_until_days"], policy.dormant_days)
        return {"code": "silent_too_long", "days": days, "limit": limit}
    if days <= policy.active_days:
        return {"code": "active_by_days", "days": days, "limit": policy.active_days}
    return {"code": "active_by_own_gap", "days": days, "gaps": policy.active_gaps, "gap": row["median_gap"]}


def _bands(row: Row, policy: RfmPolicy) -> dict[str, Reason]:
    recency = {"days": row["days_since_last"], "a": policy.recency_a_days, "b": policy.recency_b_days}
    frequency = {"rate": row["orders_per_month"], "a": policy.frequency_a, "b": policy.frequency_b}
    average = {
        "average_minor": row["average_order"],
        "a_minor": policy.average_order_a,
        "b_minor": policy.average_order_b,
    }
    return {
        "r": {"code": "recency_band", "band": row["r"], **recency},
        "f": {"code": "frequency_band", "band": row["f"], **frequency},
        "m": {"code": "average_band", "band": row["m"], **average},
        "t": {"band": row["t"], **_trend(row, policy)},
    }


def _trend(row: Row, policy: RfmPolicy) -> Reason:
    if row["money_90_before"]:
        return {"code": "trend_band", "trend": row["trend"], "a": policy.trend_a, "b": policy.trend_b}
    if row["money_90"]:
        return {"code": "trend_from_nothing", "money_minor": row["money_90"]}
    return {"code": "trend_of_nothing"}


def _value_at_risk(row: Row, parameters: Parameters) -> Reason:
    own, days = row["median_gap"], row["days_since_last"]
    gap = parameters.shop_median_gap if own is None else own
    return {
        "code": "silent_against_shop_gap" if own is None else "silent_against_own_gap",
        "money_minor": row["net_money_365"],
        "loss_share": min(1.0, days / (GAPS_UNTIL_GONE * gap)),
        "days": days,
        "gap": gap,
        "gaps": GAPS_UNTIL_GONE,
    }
