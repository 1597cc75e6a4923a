"""Contracts with an end date: the chance that one is not renewed, from how contracts ended that ran out before.

A contract is renewed where the same customer has another that carries on from around its end. Who has renewed before
does so again more often, so the rate is learned by the number of contracts a customer had before.

    contracts = in_order(tables, as_of=day)                             # lazy; an engine keeps it
    learned = Renewal.from_rows(<fit(contracts), executed>)
    ending = apply(contracts, learned)                                  # lazy
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
from pydantic import Field

from shuke.analytics.churn.parameters import Learned
from shuke.analytics.churn.policy import ChurnPolicy
from shuke.analytics.rfm import days_until
from shuke.analytics.tables import Tables

__all__ = ["COLUMNS", "Renewal", "RenewalRate", "apply", "fit", "in_order", "lay_over"]

COLUMNS = {"renewal_reason": "string", "renewal_numbers": "array<float32>"}

GRACE_DAYS = 30
NOTICE_DAYS = 90
SIGNED_AHEAD = timedelta(NOTICE_DAYS)
MOST_BEFORE = 3
PRIOR = 20
NEEDED_CONTRACTS = 20
"""So many must have ended: of fewer, none lapsed says nothing yet."""


class RenewalRate(Learned):
    """Of `contracts` that ended after so many before them, so many were not renewed."""

    before: int
    contracts: int
    lapsed: int


class Renewal(Learned):
    """What past contracts say; a rate of few is drawn to the rate of all, as if 20 more had ended like those."""

    rates: tuple[RenewalRate, ...] = Field(max_length=MOST_BEFORE + 1)

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> "Renewal":
        """Read the rows that `fit` gives."""
        rates = (RenewalRate(**row) for row in rows)
        return cls(rates=tuple(sorted(rates, key=lambda rate: rate.before)))

    def risk(self, before: int) -> float | None:
        """The chance that a contract lapses after `before` others.

        None where hardly any contract has ended yet, and where no renewal has been seen at all: a source that moves the
        end of a contract shows only what ended.
        """
        contracts, lapsed = (sum(getattr(rate, name) for rate in self.rates) for name in ("contracts", "lapsed"))
        if contracts < NEEDED_CONTRACTS or lapsed == contracts:
            return None
        alike = next((rate for rate in self.rates if rate.before == before), None)
        own = (alike.lapsed, alike.contracts) if alike else (0, 0)
        return float((own[0] + PRIOR * lapsed / contracts) / (own[1] + PRIOR))


def in_order(tables: Tables, *, as_of: date, seen_until: date | None = None) -> ir.Table:
    """The contracts of each customer, with how many ended `before`, whether one `is_renewed`, and `days_until_end`.

    Contracts that start before `seen_until` are seen, `as_of` itself if left out. A run sees those of the coming
    `SIGNED_AHEAD` too: a contract is dated by its beginning, and one that carries on was signed before. A contract is
    renewed where a later one carries on from around its end.
    """
    contracts = tables.contracts
    seen = contracts.filter(contracts.starts_on.isnull() | (contracts.starts_on < (seen_until or as_of)))
    theirs = seen.inner_join(tables.identities, "identity_id")
    by_end = ibis.window(group_by="customer_id", order_by=["ends_on", "contract_id"])
    next_start, next_end = (theirs[day].lead().over(by_end) for day in ("starts_on", "ends_on"))
    in_time = next_start.isnull() | (next_start <= theirs.ends_on + ibis.interval(days=GRACE_DAYS))
    return theirs.select(
        "contract_id",
        "customer_id",
        "ends_on",
        "is_cancelled",
        before=ibis.least(ibis.row_number().over(by_end), MOST_BEFORE),
        is_renewed=((next_end > theirs.ends_on) & in_time).fill_null(False),
        days_until_end=-days_until(as_of, theirs.ends_on),
    )


def fit(contracts: ir.Table) -> ir.Table:
    """Rows for `Renewal.from_rows`, of `in_order`: contracts that ended so long ago that a renewal would be known."""
    ended = contracts.filter(contracts.days_until_end < -GRACE_DAYS)
    return ended.group_by("before").agg(contracts=ended.count(), lapsed=(~ended.is_renewed).cast("int64").sum())


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
        "before",
        "days_until_end",
        renewal_risk=ending.is_cancelled.ifelse(1.0, risk),
        reason=ending.is_cancelled.ifelse("contract_cancelled", "contract_ends"),
        ended_alike=_by_before(ending.before, {number: rate.contracts for number, rate in known.items()}, "int64"),
        lapsed_alike=_by_before(ending.before, {number: rate.lapsed for number, rate in known.items()}, "int64"),
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
