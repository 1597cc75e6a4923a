"""What an earlier run said of who would not come, held against who did not."""

from datetime import date, timedelta

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from shuke.analytics.churn.cutoffs import came, sample
from shuke.analytics.drift.parameters import FEWEST, FEWEST_PROMISED, Promise, Tenth
from shuke.analytics.drift.stability import SAMPLE, Numbers
from shuke.analytics.tables import Tables

__all__ = ["outcomes", "promise"]

EITHER_WAY = 2.576
"""So many standard errors are exceeded, above or below, once in a hundred times."""


def outcomes(said: ir.Table, tables: Tables, *, on: date, horizon_days: int, customers: int) -> ir.Table:
    """`customer_id`, `churn_probability` and `lapsed`: no order within the horizon from the day `on`.

    `said` is of a run of so many customers. Who is no customer by themselves any more, merged or erased, is left out.
    """
    some = sample(tables, customers=customers, at_most=SAMPLE)
    present = said.semi_join(some.identities, "customer_id")
    joined = present.left_join(came(some, on, on + timedelta(horizon_days)), "customer_id")
    return joined.select("customer_id", "churn_probability", lapsed=joined.came.isnull())


def promise(seen: pa.Table, *, said_on: date, horizon_days: int, computed_on: date) -> Promise:
    """Sum the rows of `outcomes` up: overall, and by tenths of the customers, the lowest chance first."""
    known = Promise(
        said_on=said_on,
        until=said_on + timedelta(horizon_days),
        computed_on=computed_on,
        customers=seen.num_rows,
    )
    if seen.num_rows < FEWEST_PROMISED:
        return known
    # In an order of their own, so that tenths come out the same however an engine returns the rows.
    seen = seen.sort_by([("churn_probability", "ascending"), ("customer_id", "ascending")])
    chances, lapsed = (seen[name].cast(pa.float64()).to_numpy() for name in ("churn_probability", "lapsed"))
    found = {
        "predicted": float(np.mean(chances)),
        "observed": float(np.mean(lapsed)),
        "chance": float(EITHER_WAY * np.sqrt(np.sum(chances * (1 - chances))) / len(chances)),
        "tenths": _tenths(chances, lapsed) if len(chances) >= FEWEST else (),
    }
    return known.model_copy(update=found)


def _tenths(chances: Numbers, lapsed: Numbers) -> tuple[Tenth, ...]:
    parts = zip(np.array_split(chances, 10), np.array_split(lapsed, 10), strict=True)
    return tuple(
        Tenth(customers=len(said), predicted=float(np.mean(said)), observed=float(np.mean(came_true)))
        for said, came_true in parts
    )
