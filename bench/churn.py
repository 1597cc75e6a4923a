"""Churn over the mirror: features of everybody, examples of the past, the fit and its comparison, all scores.

    python bench/churn.py                                   2 million customers, 60 million orders
    python bench/churn.py --customers 200000 --orders 6000000

Shops are those of `bench/rfm.py`. RFM-T alone is timed beside the features, which measure it too. Each step stands with
its seconds by the clock and of the processor, which differ where the machine does other work.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from typing import TypeVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa

import rfm
from shuke.analytics import scores
from shuke.analytics.churn import applying, cutoffs, fitting, gate
from shuke.analytics.churn.parameters import Churn
from shuke.analytics.churn.policy import ChurnPolicy
from shuke.analytics.features import features
from shuke.analytics.tables import Tables

Made = TypeVar("Made")
HORIZON_DAYS = 30


def main() -> None:
    options = _options()
    folder = rfm._generated(options.customers, options.orders)
    with tempfile.TemporaryDirectory() as spill:
        engine = rfm._engine(spill)
        _run(engine, rfm._tables(engine, folder))
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=2_000_000)
    parser.add_argument("--orders", type=int, default=60_000_000)
    return parser.parse_args()


def _run(engine: ibis.BaseBackend, tables: Tables) -> None:
    _timed("RFM-T alone", lambda: _kept(engine, "rfm_t", scores.features(tables, as_of=rfm.AS_OF)))
    everybody = _timed("features", lambda: _kept(engine, "features", features(tables, as_of=rfm.AS_OF)))
    shop = gate.Census.from_row(engine.to_pyarrow(gate.census(everybody)).to_pylist()[0])
    some = _timed("sample of the facts", lambda: _sample(engine, tables, shop.customers))
    examples = _timed("examples", lambda: _examples(engine, some, shop))
    learned = _timed("fit", lambda: fitting.fit(examples, ChurnPolicy(), as_of=rfm.AS_OF, horizon_days=HORIZON_DAYS))
    print(f"{shop.customers:,} customers, {examples.num_rows:,} examples, {type(learned).__name__}")
    for one in learned.backtest.compared:
        print(f"  {one.model:16} log-loss {one.log_loss:.4f}  Brier {one.brier:.4f}  AUC {one.auc:.4f}")
    assert isinstance(learned, Churn)
    scored = applying.apply(everybody, learned).select("customer_id", ibis.selectors.startswith("churn_"))
    seconds = time.perf_counter()
    _timed("apply, with reasons", lambda: _kept(engine, "scored", scored))
    print(f"apply: {shop.customers / (time.perf_counter() - seconds):,.0f} rows/s")


def _timed(what: str, make: Callable[[], Made]) -> Made:
    clock, processor = time.perf_counter(), time.process_time()
    made = make()
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    print(f"{what:22}{clock:>8.2f} s{processor:>10.2f} s of the processor", flush=True)
    return made


def _kept(engine: ibis.BaseBackend, name: str, table: ir.Table) -> ir.Table:
    return engine.create_table(name, table, temp=True)


def _sample(engine: ibis.BaseBackend, tables: Tables, customers: int) -> Tables:
    some = cutoffs.sample(tables, customers=customers)
    return Tables(
        orders=_kept(engine, "some_orders", some.orders),
        order_events=_kept(engine, "some_events", some.order_events),
        identities=_kept(engine, "some_people", some.identities),
    )


def _examples(engine: ibis.BaseBackend, some: Tables, shop: gate.Census) -> pa.Table:
    days = cutoffs.cut_offs(shop.first_ordered_on, as_of=rfm.AS_OF, horizon_days=HORIZON_DAYS)
    return engine.to_pyarrow(cutoffs.examples(some, days, horizon_days=HORIZON_DAYS))


if __name__ == "__main__":
    main()
