"""How well a fit as of a past day would have foretold what came after it."""

from datetime import date

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from shuke.analytics.lifetime import predictions
from shuke.analytics.lifetime.parameters import Estimate, Holdout, Row
from shuke.analytics.lifetime.purchases import HISTORY
from shuke.analytics.lifetime.statistics import DAYS_A_WEEK, Floats, Histories, dot, weighted_correlation
from shuke.analytics.rfm import movements
from shuke.analytics.tables import Tables

MOST = 7


def outcomes(before: ir.Table, tables: Tables, *, split_on: date, as_of: date) -> ir.Table:
    """Each history of `before` the split, with the purchases from then until before `as_of`, and its customers."""
    facts = movements(tables, seen_until=as_of)
    after = facts.filter(facts.ordered_on >= split_on).inner_join(tables.identities, "identity_id")
    later = after.group_by("customer_id").agg(later=after.ordered_on.nunique())
    joined = before.left_join(later, "customer_id").select(*HISTORY, later=later.later.fill_null(0))
    return joined.group_by(*HISTORY, "later").agg(customers=joined.count())


def check(outcomes: pa.Table, estimate: Estimate, *, split_on: date, as_of: date) -> Holdout:
    """Hold an estimate of the day of the split against the executed `outcomes`."""
    last, age = (outcomes[name].to_numpy() for name in HISTORY[1:])
    frequency, actual, customers = (
        outcomes[name].to_numpy().astype(np.float64) for name in (HISTORY[0], "later", "customers")
    )
    histories = Histories(frequency, last, age, customers)
    weeks = (as_of - split_on).days / DAYS_A_WEEK
    alive = predictions.p_alive(estimate, histories)
    predicted = alive * predictions.orders_if_alive(estimate, histories, weeks)
    return Holdout(
        split_on=split_on,
        as_of=as_of,
        customers=int(customers.sum()),
        correlation=weighted_correlation(predicted, actual, customers),
        predicted=dot(customers, predicted),
        actual=dot(customers, actual),
        by_frequency=_by_frequency(frequency, predicted, actual, customers),
    )


def _by_frequency(frequency: Floats, predicted: Floats, actual: Floats, customers: Floats) -> tuple[Row, ...]:
    group = np.minimum(frequency, MOST).astype(np.int64)
    counts, expected, came = (np.bincount(group, weights=customers * of) for of in (1, predicted, actual))
    return tuple(
        Row(
            frequency=int(place),
            customers=int(counts[place]),
            predicted=float(expected[place] / counts[place]),
            actual=float(came[place] / counts[place]),
        )
        for place in np.flatnonzero(counts)
    )
