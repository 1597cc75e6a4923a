"""Does a strong bond keep customers? The balances of an earlier day, held against who ordered in the days after it."""

from datetime import date
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from shuke.analytics.bonds.parameters import Band, Check
from shuke.analytics.bonds.policy import FULL, EmotionPolicy

WIDTH = 20
LOWS = tuple(range(0, FULL, WIDTH))


def outcomes(features: ir.Table, felt: ir.Table, *, as_of: date) -> ir.Table:
    """How many `customers` of all who had ordered before `as_of`, by balance and by whether they `came` again.

    `felt` has the balances of that day by customer, and who has none is told of with null; `features` are of a later
    day, up to which who came has ordered.
    """
    known = features.filter(features.first_ordered_on < as_of)
    people = known.select("customer_id", came=known.last_ordered_on >= as_of)
    both = people.left_join(felt, "customer_id")
    return both.group_by("emotion", "came").agg(customers=both.count())


def check(told: pa.Table, policy: EmotionPolicy, *, as_of: date, until: date) -> Check:
    """Count outcomes by bands of the balance."""
    rows = told.to_pylist()
    return Check(
        as_of=as_of,
        until=until,
        strong=_band(rows, policy.strong_from, FULL),
        bands=tuple(_band(rows, low, FULL if low == LOWS[-1] else low + WIDTH - 1) for low in LOWS),
        without=_counted([row for row in rows if row["emotion"] is None], 0, 0),
    )


def _band(rows: list[dict[str, Any]], low: int, high: int) -> Band:
    within = [row for row in rows if row["emotion"] is not None and low <= row["emotion"] <= high]
    return _counted(within, low, high)


def _counted(rows: list[dict[str, Any]], low: int, high: int) -> Band:
    customers = sum(row["customers"] for row in rows)
    return Band(
        low=low, high=high, customers=customers, stayed_away=customers - sum(r["customers"] for r in rows if r["came"])
    )
