"""Contracts with an end date: the chance that one is not renewed, from how contracts ended that ran out before.

A contract is renewed where the same customer has another that carries on from around its end. Who has renewed before
does so again more often, so the rate is learned by the number of contracts a customer had before.

    contracts = in_order(tables, as_of=day)                             # lazy; an engine keeps it
    learned = Renewal.from_rows(<fit(contracts), executed>, as_of=day)
    ending = apply(contracts, learned)                                  # lazy
    soon = Ahead(notice_days=90, **<the row of ahead(contracts, learned, policy), executed>)
"""

from collections.abc import Mapping
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from shuke.analytics.churn.lapses import GRACE, MOST_BEFORE, Renewal
from shuke.analytics.churn.policy import ChurnPolicy
from shuke.analytics.rfm import days_until
from shuke.analytics.tables import Tables

__all__ = ["COLUMNS", "ahead", "apply", "fit", "in_order", "lay_over"]

COLUMNS = {"renewal_reason": "string", "renewal_numbers": "array<float32>"}

NOTICE_DAYS = 90
SIGNED_AHEAD = timedelta(NOTICE_DAYS)


def in_order(tables: Tables, *, as_of: date, seen_until: date | None = None) -> ir.Table:
    """The contracts of each customer, with how many ended `before`, whether one `is_renewed`, and `days_until_end`.

    Contracts that start before `seen_until` are seen, `as_of` itself if left out. A run sees those of the coming
    `SIGNED_AHEAD` too: a contract is dated by its beginning, and one that carries on was signed before. A contract is
    renewed where a later one carries on from around its end; so are all of a customer that end on the same day.
    """
    contracts = tables.contracts
    seen = contracts.filter(contracts.starts_on.isnull() | (contracts.starts_on < (seen_until or as_of)))
    theirs = seen.inner_join(tables.identities, "identity_id")
    by_end = ibis.window(group_by="customer_id", order_by=["ends_on", "contract_id"])
    next_start, next_end = (theirs[day].lead().over(by_end) for day in ("starts_on", "ends_on"))
    in_time = next_start.isnull() | (next_start <= theirs.ends_on + ibis.interval(days=GRACE.days))
    followed = theirs.mutate(carries_on=((next_end > theirs.ends_on) & in_time).fill_null(False).cast("int8"))
    alike = ibis.window(group_by=["customer_id", "ends_on"])
    ended_before = ibis.rank().over(ibis.window(group_by="customer_id", order_by="ends_on"))
    return followed.select(
        "contract_id",
        "customer_id",
        "ends_on",
        "amount",
        "is_cancelled",
        before=ibis.least(ended_before, MOST_BEFORE),
        is_renewed=followed.carries_on.max().over(alike) == 1,
        days_until_end=-days_until(as_of, followed.ends_on),
    )


def fit(contracts: ir.Table) -> ir.Table:
    """Rows for `Renewal.from_rows`, of `in_order`: contracts that ended so long ago that a renewal would be known."""
    ended = contracts.filter(contracts.days_until_end < -GRACE.days)
    lapsed = (~ended.is_renewed).cast("int64").sum()
    return ended.group_by("before", "ends_on").agg(contracts=ended.count(), lapsed=lapsed)


def apply(contracts: ir.Table, learned: Renewal, *, notice_days: int = NOTICE_DAYS) -> ir.Table:
    """One row per contract of `in_order` that ends within `notice_days` and has no successor, with its `renewal_risk`.

    The reason is "contract_cancelled", which is sure, or "contract_ends"; its numbers are `days_until_end`, the
    contracts `before`, and of `ended_alike` contracts `lapsed_alike`.
    """
    is_ahead = (contracts.days_until_end >= 0) & (contracts.days_until_end <= notice_days)
    ending = contracts.filter(is_ahead, ~contracts.is_renewed)
    known = {rate.before: rate for rate in learned.rates}
    risk = _by_before(ending.before, {number: learned.risk(number) for number in range(MOST_BEFORE + 1)}, "float64")
    return ending.select(
        "contract_id",
        "customer_id",
        "ends_on",
        "amount",
        "before",
        "days_until_end",
        renewal_risk=ending.is_cancelled.ifelse(1.0, risk),
        reason=ending.is_cancelled.ifelse("contract_cancelled", "contract_ends"),
        ended_alike=_by_before(ending.before, {number: rate.contracts for number, rate in known.items()}, "int64"),
        lapsed_alike=_by_before(ending.before, {number: rate.lapsed for number, rate in known.items()}, "int64"),
    )


def ahead(contracts: ir.Table, learned: Renewal, policy: ChurnPolicy) -> ir.Table:
    """One row for `Ahead`, of `in_order`: what ends within the notice of the policy."""
    ending = apply(contracts, learned, notice_days=policy.renewal_notice_days)
    is_likely = ending.renewal_risk >= policy.renewal_list_from
    return ending.agg(
        contracts=ending.count(),
        customers=ending.customer_id.nunique(),
        cancelled=ending.count(where=ending.reason == "contract_cancelled"),
        amount=ending.amount.sum(),
        expected=ending.renewal_risk.sum(where=ending.reason == "contract_ends").round(1),
        likely=ending.count(where=is_likely),
        likely_amount=ending.amount.sum(where=is_likely),
    )


def lay_over(told: ir.Table, contracts: ir.Table, learned: Renewal, policy: ChurnPolicy) -> ir.Table:
    """The chances of churn, with that of the contract that ends first in its place, for whom one ends and has a chance.

    Adds the columns of COLUMNS: the reason, and its numbers `before`, `ended_alike` and `lapsed_alike`. The horizon is
    the end of the contract; parts and numbers of the other chance go with it.
    """
    ending = apply(contracts, learned, notice_days=policy.renewal_notice_days)
    known = ending.filter(ending.renewal_risk.notnull())
    by_end = ibis.window(group_by="customer_id", order_by=["days_until_end", "contract_id"])
    first = known.mutate(place=ibis.row_number().over(by_end)).filter(ibis._.place == 0)
    joined = told.left_join(first, "customer_id").drop("customer_id_right")
    ends = joined.renewal_risk.notnull()
    numbers = [joined[name].cast("float32") for name in ("before", "ended_alike", "lapsed_alike")]
    return joined.select(
        "customer_id",
        churn_probability=joined.renewal_risk.coalesce(joined.churn_probability),
        churn_horizon_days=ends.ifelse(joined.days_until_end.cast("int32"), joined.churn_horizon_days),
        churn_parts=ends.ifelse(None, joined.churn_parts),
        churn_numbers=ends.ifelse(None, joined.churn_numbers),
        at_risk=ends.ifelse(joined.renewal_risk >= policy.renewal_list_from, joined.at_risk),
        renewal_reason=joined.reason,
        renewal_numbers=ends.ifelse(ibis.array(numbers), None),
    )


def _by_before(before: ir.IntegerValue, values: Mapping[int, float | int | None], kind: str) -> ir.NumericValue:
    known = [(before == number, value) for number, value in values.items() if value is not None]
    otherwise = ibis.literal(0 if kind == "int64" else None, kind)
    return ibis.cases(*known, else_=otherwise).cast(kind) if known else otherwise
