"""What a run knows of the whole shop, against which each customer is rated: stored with the run as JSON."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Self

import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict, Field

from shuke.analytics.rfm import YEAR_DAYS
from shuke.analytics.tables import Tables

ACTS = ("login", "join", "share")
FACTS = (*ACTS, "paid_back", "cancelled", "contract", "feedback")
STEPS = 20
EDGES = tuple(step / STEPS for step in range(1, STEPS))


class Shop(BaseModel):
    """The usual cycle in days, the kinds of facts that the shop tells, and where its customers' money lies.

    A shop that records no log-ins has none to count, and nobody is the worse for it. `value_cuts` are the net money of
    365 days at each twentieth of the customers, in minor units.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    median_gap: float = Field(gt=0)
    told: tuple[str, ...] = ()
    value_cuts: tuple[float, ...] = ()

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Read the one row that `census` gives, and `median_gap` beside it."""
        told = tuple(name for name in FACTS if row[name])
        return cls(median_gap=row["median_gap"], told=told, value_cuts=tuple(row["value_cuts"] or ()))


def census(tables: Tables, features: ir.Table, *, as_of: date) -> ir.Table:
    """One row for `Shop.from_row`, of the facts dated before `as_of`."""
    acts, events, contacts, contracts = tables.behaviours, tables.order_events, tables.interactions, tables.contracts
    seen = acts.filter(acts.happened_on >= as_of - timedelta(YEAR_DAYS), acts.happened_on < as_of)
    happened = events.filter(events.happened_on < as_of)
    spoken = contacts.filter(contacts.happened_on < as_of)
    rows = [
        features.agg(
            value_cuts=features.net_money_365.quantile(list(EDGES)),
            paid_back=_some(features.net_money < features.money),
        ),
        seen.agg(**{kind: _some(seen.kind == kind) for kind in ACTS}),
        happened.agg(cancelled=_some(happened.kind == "cancellation")),
        spoken.agg(feedback=_some((spoken.direction == "in") | spoken.satisfaction.notnull())),
        contracts.agg(contract=_some(contracts.starts_on.isnull() | (contracts.starts_on < as_of))),
    ]
    first, *others = rows
    return first.cross_join(*others)


def _some(holds: ir.BooleanValue) -> ir.BooleanScalar:
    return holds.any().fill_null(False)
