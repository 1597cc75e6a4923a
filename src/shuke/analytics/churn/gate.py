"""Is there enough to go by? What is missing is said with its numbers, before any model is learned."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Self

import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict

from shuke.analytics.churn.cutoffs import needed_days
from shuke.analytics.churn.parameters import Shortfall
from shuke.analytics.churn.policy import ChurnPolicy

__all__ = ["Census", "census", "shortfalls"]


class Census(BaseModel):
    """The shop in three numbers; no customers, no first day."""

    model_config = ConfigDict(frozen=True)

    customers: int
    repeat_buyers: int
    first_ordered_on: date | None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Read the one row that `census` gives."""
        return cls(**{**row, "repeat_buyers": row["repeat_buyers"] or 0})


def census(features: ir.Table) -> ir.Table:
    """One row for `Census.from_row`, of the features as of the day of the run."""
    return features.agg(
        customers=features.count(),
        repeat_buyers=(features.visits > 1).sum(),
        first_ordered_on=features.first_ordered_on.min(),
    )


def shortfalls(census: Census, policy: ChurnPolicy, *, as_of: date, horizon_days: int) -> tuple[Shortfall, ...]:
    """All that is missing for a horizon; nothing where a fit may be tried."""
    history = (as_of - census.first_ordered_on).days if census.first_ordered_on else 0
    checks = (
        ("customers", census.customers, policy.min_customers),
        ("history_days", history, needed_days(horizon_days)),
        ("repeat_share", census.repeat_buyers / max(census.customers, 1), policy.min_repeat_share),
    )
    return tuple(Shortfall(code=code, have=have, need=need) for code, have, need in checks if have < need)
