"""The map of a relationship: six sides of it, each from 0 to 100, null where nothing says it.

| side | 0 to 100 |
|---|---|
| emotion | the balance of the emotional account |
| value | how many of a hundred customers spend less: net money of the last 365 days |
| frequency | how many of a hundred customers order more rarely: orders of the last 365 days |
| response | how many of a hundred contacts to the customer are answered |
| growth | 50 is as much money in 90 days as in the 90 before, 100 all of it new, 0 nothing left |
| advocacy | 25 for each thing shared in the last 365 days |
"""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from shuke.analytics.bonds.parameters import BondParameters
from shuke.analytics.bonds.policy import FULL

SIDES = ("emotion", "value", "frequency", "response", "growth", "advocacy")
STEP = 5
EDGES = tuple(edge / FULL for edge in range(STEP, FULL, STEP))
FOR_A_SHARE = 25


def fit_cuts(features: ir.Table) -> dict[str, ir.ArrayScalar]:
    """Where each twentieth of the customers ends, by money and by orders of a year."""
    return {
        "value_cuts": features.net_money_365.quantile(list(EDGES)),
        "frequency_cuts": features.orders_365.quantile(list(EDGES)),
    }


def radar(people: ir.Table, parameters: BondParameters) -> ir.Table:
    """Add `radar`, the numbers of SIDES. `people` have the columns of `features`, `contacts`, `facts` and `emotion`."""
    sides = (
        people.emotion,
        _rank(people.net_money_365, parameters.value_cuts),
        _rank(people.orders_365, parameters.frequency_cuts),
        FULL * people.reached_share,
        FULL * (1 + people.money_change) / 2,
        (people.acts > 0).ifelse(ibis.least(people.shares * FOR_A_SHARE, FULL), None),
    )
    return people.mutate(radar=ibis.array([side.cast("float32") for side in sides]))


def _rank(value: ir.NumericValue, cuts: Sequence[float]) -> ir.IntegerValue:
    return sum(((value > cut).cast("int64") * STEP for cut in cuts), start=ibis.literal(0, "int64"))
