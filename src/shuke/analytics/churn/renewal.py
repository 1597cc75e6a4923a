"""Contracts with an end date: the chance that one is not renewed, from how contracts ended that ran out before.

A contract is renewed where the same customer has another that begins around its end. Customers who have renewed before
do so again more often, so the rate is learned by the number of contracts a customer had before.
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

CONTRACTS = ibis.schema({"contract_id": "int64", "customer_id": "int64", "started_on": "date", "ends_on": "date"})

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
        """The chance that a contract lapses after `before` others; None where none has ended yet."""
        contracts, lapsed = (sum(getattr(rate, name) for rate in self.rates) for name in ("contracts", "lapsed"))
        if not contracts:
            return None
        alike = next((rate for rate in self.rates if rate.before == before), None)
        own = (alike.lapsed, alike.contracts) if alike else (0, 0)
        return float((own[0] + PRIOR * lapsed / contracts) / (own[1] + PRIOR))


def fit(contracts: ir.Table, *, as_of: date) -> ir.Table:
    """Rows for `Renewal.from_rows`: contracts that ended so long before `as_of` that a renewal would be known."""
    numbered = _numbered(contracts, as_of)
    ended = numbered.filter(numbered.ends_on < as_of - timedelta(GRACE_DAYS))
    return ended.group_by("before").agg(contracts=ended.count(), lapsed=(~ended.renewed).cast("int64").sum())


def apply(contracts: ir.Table, learned: Renewal, *, as_of: date, notice_days: int = NOTICE_DAYS) -> ir.Table:
    """One row per contract that ends within `notice_days` and has no successor, with `renewal_risk` and its reason.

    The reason's numbers: `days_until_end`, the contracts `before`, and of `ended_alike` contracts `lapsed_alike`.
    """
    numbered = _numbered(contracts, as_of)
    ending = numbered.filter(
        numbered.ends_on >= as_of, numbered.ends_on <= as_of + timedelta(notice_days), ~numbered.renewed
    )
    ahead = -days_until(as_of, ending.ends_on)
    known = {rate.before: rate for rate in learned.rates}
    return ending.select(
        "contract_id",
        "customer_id",
        "ends_on",
        "before",
        days_until_end=ahead,
        renewal_risk=_by_before(ending.before, {n: learned.risk(n) for n in range(MOST_BEFORE + 1)}, "float64"),
        reason=ibis.literal("contract_ends"),
        ended_alike=_by_before(ending.before, {n: rate.contracts for n, rate in known.items()}, "int64"),
        lapsed_alike=_by_before(ending.before, {n: rate.lapsed for n, rate in known.items()}, "int64"),
    )


def _numbered(contracts: ir.Table, as_of: date) -> ir.Table:
    """Contracts known before `as_of`, with how many the customer had `before`, and whether another carried on."""
    seen = contracts.filter(contracts.started_on < as_of)
    in_order = ibis.window(group_by="customer_id", order_by=["started_on", "contract_id"])
    follows = seen.started_on.lead().over(in_order)
    carried_on = (follows <= seen.ends_on + ibis.interval(days=GRACE_DAYS)).fill_null(False)
    before = ibis.least(ibis.row_number().over(in_order), MOST_BEFORE)
    return seen.mutate(before=before, renewed=carried_on)


def _by_before(before: ir.IntegerValue, values: Mapping[int, float | int | None], kind: str) -> ir.NumericValue:
    known = [(before == number, value) for number, value in values.items() if value is not None]
    otherwise = ibis.literal(0 if kind == "int64" else None, kind)
    return ibis.cases(*known, else_=otherwise).cast(kind) if known else otherwise
