"""Examples from the past: what was known of each customer on earlier days, and whether they then came.

A cut-off is a day on which we pretend to stand. Features see what was dated before it, the label looks `horizon_days`
ahead, and no label reaches beyond `as_of`.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import reduce

import ibis
import ibis.expr.types as ir

from shuke.analytics import rfm
from shuke.analytics.features import features
from shuke.analytics.sampling import is_sampled
from shuke.analytics.tables import Tables

__all__ = ["Known", "NoPurchase", "came", "cut_offs", "examples", "needed_days", "sample"]

HISTORY_DAYS = 90
NEEDED_CUTOFFS = 3
MOST_CUTOFFS = 6
SAMPLE = 10_000

Known = Callable[[date], ir.Table]
"""The features as of a day."""
NoPurchase = Callable[[ir.Table, date, int], ir.Table]
"""Given the features as of a day, and a horizon: `customer_id` and `no_purchase`, by a model of lifetimes.

It must see no fact dated on or after the day, neither when it learns nor when it predicts.
"""


def cut_offs(first_ordered_on: date, *, as_of: date, horizon_days: int) -> tuple[date, ...]:
    """The latest first; a horizon apart, so that no day is a label twice. Each has a history before it."""
    earliest = first_ordered_on + timedelta(max(HISTORY_DAYS, horizon_days))
    days = (as_of - timedelta(horizon_days * number) for number in range(1, MOST_CUTOFFS + 1))
    return tuple(day for day in days if day >= earliest)


def needed_days(horizon_days: int) -> int:
    """How many days of history give cut-offs enough for trees, their calibration and the comparison."""
    return max(HISTORY_DAYS, horizon_days) + NEEDED_CUTOFFS * horizon_days


def sample(tables: Tables, *, customers: int, at_most: int = SAMPLE) -> Tables:
    """The facts of about `at_most` of so many customers, always the same ones. Each cut-off reads them: keep them."""
    if customers <= at_most:
        return tables
    people = tables.identities.filter(is_sampled(tables.identities.customer_id, customers=customers, at_most=at_most))
    return Tables(
        orders=tables.orders.semi_join(people, "identity_id"),
        order_events=tables.order_events.semi_join(people, "identity_id"),
        identities=people,
    )


def examples(
    tables: Tables,
    cut_offs: Sequence[date],
    *,
    horizon_days: int,
    known: Known | None = None,
    no_purchase: NoPurchase | None = None,
) -> ir.Table:
    """One row per customer and cut-off: the features, `cut_on`, and `lapsed`: no order within the horizon.

    `known` gives the features as of a day where somebody keeps them. With `no_purchase` its model is one of those that
    are compared; then the features that are scored need it too.
    """
    known = known or (lambda day: features(tables, as_of=day))
    parts = [_examples_at(known(day), tables, day, horizon_days, no_purchase) for day in cut_offs]
    return reduce(lambda left, right: left.union(right), parts)


def _examples_at(
    known: ir.Table, tables: Tables, cut_on: date, horizon_days: int, no_purchase: NoPurchase | None
) -> ir.Table:
    if no_purchase:
        said = no_purchase(known, cut_on, horizon_days)
        known = known.left_join(said, "customer_id").select(*known.columns, "no_purchase")
    joined = known.left_join(came(tables, cut_on, cut_on + timedelta(horizon_days)), "customer_id")
    return joined.select(*known.columns, cut_on=ibis.literal(cut_on), lapsed=joined.came.isnull())


def came(tables: Tables, start: date, until: date) -> ir.Table:
    """`customer_id`, and `came`: true, of those who ordered from `start` on and before `until`, as known then."""
    moved = rfm.movements(tables, seen_until=until)
    orders = moved.filter(moved.ordered_on >= start)
    return orders.inner_join(tables.identities, "identity_id").select("customer_id").distinct().mutate(came=True)
