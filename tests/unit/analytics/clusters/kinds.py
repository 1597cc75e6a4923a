"""Customers of some kinds, scattered around what is typical of each, as rows of scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from shuke.analytics.clusters.features import measures
from shuke.analytics.clusters.fitting import fit
from shuke.analytics.clusters.parameters import Clusters, Grouping
from shuke.analytics.clusters.policy import ClusterPolicy

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
POLICY = ClusterPolicy()
SCORE = pa.schema(
    {
        **dict.fromkeys(("customer_id", "money", "net_money", "net_money_365", "orders", "average_order"), pa.int64()),
        "days_since_last": pa.int64(),
        "median_gap": pa.float64(),
        "money_90": pa.int64(),
        "money_90_before": pa.int64(),
    }
)


@dataclass(frozen=True)
class Kind:
    """What is typical: money an order, orders, days since the last, days between them (0: came once)."""

    average_order: int
    orders: int
    days: int
    gap: float


REGULARS = Kind(20_000, 40, 5, 10)
GIANTS = Kind(400_000, 6, 30, 60)
LOST = Kind(30_000, 10, 700, 25)
ONCE = Kind(3_000, 1, 90, 0)
KINDS = (REGULARS, GIANTS, LOST, ONCE)


def scores(kinds: Sequence[Kind] = KINDS, *, each: int = 150, seed: int = 1, scatter: float = 0.15) -> pa.Table:
    """`each` customers of every kind, numbered from 1, kind after kind."""
    random = np.random.default_rng(seed)
    parts = [_of_kind(kind, random.lognormal(0, scatter, (6, each))) for kind in kinds]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return table({"customer_id": np.arange(1, len(kinds) * each + 1), **columns})


def _of_kind(kind: Kind, scattered: np.ndarray) -> dict[str, np.ndarray]:
    orders = np.maximum(np.round(kind.orders * scattered[0]), 1) if kind.orders > 1 else np.ones(scattered.shape[1])
    average = np.round(kind.average_order * scattered[1])
    money = orders * average
    return {
        "orders": orders,
        "average_order": average,
        "money": money,
        "net_money": np.round(money * (1 - 0.05 * scattered[4])),
        "net_money_365": money,
        "days_since_last": np.round(kind.days * scattered[2]),
        "median_gap": kind.gap * scattered[3] if kind.gap else np.full(scattered.shape[1], np.nan),
        "money_90": average,
        "money_90_before": np.round(average * scattered[5]),
    }


def table(columns: Mapping[str, np.ndarray]) -> pa.Table:
    arrays = [pa.array(columns[field.name], from_pandas=True).cast(field.type) for field in SCORE]
    return pa.table(arrays, schema=SCORE)


def lazy(rows: pa.Table) -> ir.Table:
    return ibis.memtable(rows)


def measured(rows: pa.Table) -> pa.Table:
    """What a fit reads."""
    of = lazy(rows)
    return of.select("customer_id", **measures(of)).to_pyarrow()


def found(rows: pa.Table, *, as_of: date = JULY, former: Clusters | None = None, **policy) -> Grouping:
    return fit(measured(rows), ClusterPolicy(**policy), as_of=as_of, former=former)


def shuffled(rows: pa.Table, seed: int = 3) -> pa.Table:
    """The same rows in another order."""
    return rows.take(np.random.default_rng(seed).permutation(rows.num_rows))
