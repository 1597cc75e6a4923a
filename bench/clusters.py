"""Clusters of many customers: groups found on a sample, their profiles over everybody, and everybody put to a group.

    python bench/clusters.py                       2 million customers
    python bench/clusters.py --customers 200000

Customers are of five kinds, scattered so that the groups touch. Facts are not read: a run has the features already.
"""

import argparse
import resource
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeVar

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from figures import Figure, show
from shuke.analytics.clusters import learning
from shuke.analytics.clusters.applying import apply, profiles
from shuke.analytics.clusters.fitting import fit
from shuke.analytics.clusters.parameters import Clusters
from shuke.analytics.clusters.policy import ClusterPolicy

Made = TypeVar("Made")
AS_OF = date(2026, 6, 1)
SEED = 7
FIT_SECONDS = 2
KINDS = np.log(
    [(20_000, 40, 5, 10), (400_000, 6, 30, 60), (15_000, 4, 300, 20), (3_000, 1, 60, 40), (60_000, 3, 700, 90)]
)
"""What is typical: money an order, orders, days since the last, days between them."""
SCATTER = 0.4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=2_000_000)
    customers = parser.parse_args().customers
    engine = ibis.duckdb.connect(threads=2)
    features = engine.create_table("features", _features(customers), temp=True)
    show(_figures(engine, features, customers))
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def _features(customers: int) -> pa.Table:
    random = np.random.default_rng(SEED)
    logs = KINDS[random.integers(0, len(KINDS), customers)] + random.normal(0, SCATTER, (customers, 4))
    average, orders, days, gap = np.exp(logs).T
    orders = np.maximum(np.round(orders), 1)
    money = np.round(orders * average)
    columns = {
        "customer_id": np.arange(1, customers + 1),
        "money": money,
        "net_money": np.round(money * random.uniform(0.9, 1, customers)),
        "net_money_365": money,
        "orders": orders,
        "average_order": np.round(average),
        "days_since_last": np.round(days),
        "money_90": np.round(average * random.lognormal(0, 0.5, customers)),
        "money_90_before": np.round(average),
    }
    whole = {name: pa.array(values).cast(pa.int64()) for name, values in columns.items()}
    return pa.table(whole | {"median_gap": pa.array(np.where(orders > 1, gap, np.nan), from_pandas=True)})


def _figures(engine: ibis.BaseBackend, features: ir.Table, customers: int) -> Iterator[Figure]:
    sample = engine.to_pyarrow(learning.sample(features, customers))
    fit(sample, ClusterPolicy(), as_of=AS_OF)  # the library is loaded once in the life of a worker
    clusters, seconds = _timed(lambda: fit(sample, ClusterPolicy(), as_of=AS_OF))
    assert isinstance(clusters, Clusters), clusters
    told = f"{len(clusters.groups)} groups from {sample.num_rows:,} of {customers:,} customers"
    yield Figure("clusters, fit", seconds, "s", at_most=FIT_SECONDS, beside=told)
    _rows, seconds = _timed(lambda: engine.to_pyarrow(profiles(features, clusters)))
    yield Figure("clusters, profiles of everybody", seconds, "s", at_most=FIT_SECONDS)
    scored = apply(features, clusters).select("customer_id", "cluster")
    _table, seconds = _timed(lambda: engine.create_table("scored", scored, temp=True, overwrite=True))
    yield Figure("clusters, apply to everybody", seconds, "s", at_most=FIT_SECONDS)


def _timed(make: Callable[[], Made]) -> tuple[Made, float]:
    begun = time.perf_counter()
    return make(), time.perf_counter() - begun


if __name__ == "__main__":
    main()
