"""Contracts with an end date: the chance that one is not renewed, from how contracts ended that ran out before.

A contract is renewed where the same customer has another that carries on from around its end. Who has renewed before
does so again more often, so the rate is learned by the number of contracts a customer had before.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
from pydantic import Field

from shuke.analytics.churn.parameters import Learned
from shuke.analytics.rfm import days_until

__all__ = ["CONTRACTS", "Renewal", "RenewalRate", "apply", "fit"]

CONTRACTS = ibis.schema(
    {
        "contract_id": "int64",
        "customer_id": "int64",
        "starts_on": "date",
        "ends_on": "date",
        "is_cancelled": "boolean",
    }
)

GRACE_DAYS = 30
NOTICE_DAYS = 90
MOST_BEFORE = 3
PRIOR = 20


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

        None where no renewal has been seen at all: a source that moves the end of a contract shows only what ended.
        """
        contracts, lapsed = (sum(getattr(rate, name) for rate in self.rates) for name in ("contracts", "lapsed"))
        if lapsed == contracts:
            return None
        alike = next((rate for rate in self.rates if rate.before == before), None)
        own = (alike.lapsed, alike.contracts) if alike else (0, 0)
        return float((own[0] + PRIOR * lapsed / contracts) / (own[1] + PRIOR))


def fit(contracts: ir.Table, *, as_of: date) -> ir.Table:
    """Rows for `Renewal.from_rows`: contracts that ended so long before `as_of` that a renewal would be known."""
    numbered = _numbered(contracts, seen_until=as_of)
    ended = numbered.filter(numbered.ends_on < as_of - timedelta(GRACE_DAYS))
    return ended.group_by("before").agg(contracts=ended.count(), lapsed=(~ended.is_renewed).cast("int64").sum())


def apply(
    contracts: ir.Table,
    learned: Renewal,
    *,
    as_of: date,
    seen_until: date | None = None,
    notice_days: int = NOTICE_DAYS,
) -> ir.Table:
    """One row per contract that ends within `notice_days` and has no successor, with `renewal_risk` and its reason.

    Contracts that start before `seen_until` are seen, `as_of` itself if left out; a later day lets renewals count that
    were signed ahead. The reason is "contract_cancelled", which is sure, or "contract_ends"; its numbers are
    `days_until_end`, the contracts `before`, and of `ended_alike` contracts `lapsed_alike`.
    """
    numbered = _numbered(contracts, seen_until=seen_until or as_of)
    is_ahead = (numbered.ends_on >= as_of) & (numbered.ends_on <= as_of + timedelta(notice_days))
    ending = numbered.filter(is_ahead, ~numbered.is_renewed)
    known = {rate.before: rate for rate in learned.rates}
    risk = _by_before(ending.before, {number: learned.risk(number) for number in range(MOST_BEFORE + 1)}, "float64")
    return ending.select(
        "contract_id",
        "customer_id",
        "ends_on",
        "before",
        days_until_end=-days_until(as_of, ending.ends_on),
        renewal_risk=ending.is_cancelled.ifelse(1.0, risk),
        reason=ending.is_cancelled.ifelse("contract_cancelled", "contract_ends"),
        ended_alike=_by_before(ending.before, {number: rate.contracts for number, rate in known.items()}, "int64"),
        lapsed_alike=_by_before(ending.before, {number: rate.lapsed for number, rate in known.items()}, "int64"),
    )


def _numbered(contracts: ir.Table, *, seen_until: date) -> ir.Table:
    """Contracts with how many the customer had `before`, and whether a later one carries on from around their end."""
    seen = contracts.filter(contracts.starts_on.isnull() | (contracts.starts_on < seen_until))
    in_order = ibis.window(group_by="customer_id", order_by=["ends_on", "contract_id"])
    next_start, next_end = (seen[day].lead().over(in_order) for day in ("starts_on", "ends_on"))
    in_time = next_start.isnull() | (next_start <= seen.ends_on + ibis.interval(days=GRACE_DAYS))
    is_renewed = ((next_end > seen.ends_on) & in_time).fill_null(False)
    before = ibis.least(ibis.row_number().over(in_order), MOST_BEFORE)
    return seen.mutate(before=before, is_renewed=is_renewed)


def _by_before(before: ir.IntegerValue, values: Mapping[int, float | int | None], kind: str) -> ir.NumericValue:
    known = [(before == number, value) for number, value in values.items() if value is not None]
    otherwise = ibis.literal(0 if kind == "int64" else None, kind)
    return ibis.cases(*known, else_=otherwise).cast(kind) if known else otherwise
