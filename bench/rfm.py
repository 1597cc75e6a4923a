"""RFM-T over the mirror against reading and grouping the same columns, and against the same in pandas.

    python bench/rfm.py                                   2 million customers, 60 million orders
    python bench/rfm.py --customers 200000 --orders 6000000

Each figure is the best of `--repeat` runs, each in a process of its own, over files that a first run has warmed.
pandas stands here twice. Vectorised by hand it holds all rows at once, which takes 240 bytes an order: where the memory
of the machine is less than that it gets a third of the customers. Written plainly, with a function of Python for each
customer's median gap, it gets a twentieth of them. We are timed on the same part each time; nothing is scaled up.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Self

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from figures import Figure, show
from shuke.analytics import scores
from shuke.analytics.parameters import Parameters
from shuke.analytics.policies import Policies
from shuke.analytics.rfm import DAYS_A_MONTH
from shuke.analytics.tables import IDENTITIES, ORDER_EVENTS, ORDERS, Tables

AS_OF = date(2026, 6, 1)
MONTHS = 36
SEED = 7
AGAINST_SCAN, AGAINST_PANDAS = 3, 10
PANDAS_BYTES_AN_ORDER = 240
PLAIN_PART = 20  # one customer in so many
WORDS = {
    "scan": "DuckDB reads and groups the columns",
    "rfm": "RFM-T in DuckDB",
    "run": "RFM-T, fit and apply in DuckDB",
    "pandas": "RFM-T in pandas, vectorised by hand",
    "plain": "RFM-T in pandas, written plainly",
}


def main() -> None:
    options = _options()
    if options.measure:
        _print_measure(options.measure, options.folder)
    else:
        show(_compare(options))


def _compare(options: argparse.Namespace) -> Iterator[Figure]:
    parts = _Parts.of(options.customers, options.orders)
    found = {(name, folder): [] for name, folder in _plan(parts)}
    for _ in range(options.repeat):
        for (name, folder), runs in found.items():
            runs.append(_measured(name, folder))
    best = {key: min(runs, key=lambda run: run["seconds"]) for key, runs in found.items()}
    _tell(best)
    yield from _figures(best, parts)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The same shop in three sizes: what each of the ways is timed on."""

    whole: Path
    vectorised: Path
    plain: Path

    @classmethod
    def of(cls, customers: int, orders: int) -> Self:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        share = 1 if orders * PANDAS_BYTES_AN_ORDER < memory * 0.8 else 3
        return cls(*(_generated(customers // part, orders // part) for part in (1, share, PLAIN_PART)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=2_000_000)
    parser.add_argument("--orders", type=int, default=60_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--measure", choices=sorted(MEASURES), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _plan(parts: _Parts) -> list[tuple[str, Path]]:
    at_full_size = [(name, parts.whole) for name in ("scan", "rfm", "run")]
    pairs = [
        (name, part)
        for part, pandas in ((parts.vectorised, "pandas"), (parts.plain, "plain"))
        for name in ("rfm", pandas)
    ]
    return list(dict.fromkeys([*at_full_size, *pairs]))


def _measured(name: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", name, "--folder", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def _print_measure(name: str, folder: Path) -> None:
    rows, seconds = MEASURES[name](folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": rows, "seconds": seconds, "peak_mb": peak}))


def _tell(best: dict[tuple[str, Path], dict[str, float]]) -> None:
    for (name, folder), run in best.items():
        size = f"{_orders_in(folder):,} orders"
        peak = f"{run['peak_mb']:,.0f} MB"
        print(f"{WORDS[name]:38}{size:>20}{run['rows']:>12,} rows{run['seconds']:>9.2f} s{peak:>12}")


def _figures(best: dict[tuple[str, Path], dict[str, float]], parts: _Parts) -> Iterator[Figure]:
    def times(name: str, folder: Path) -> float:
        return best[name, folder]["seconds"] / best["rfm", folder]["seconds"]

    def size(folder: Path) -> str:
        return f"RFM-T of {best['rfm', folder]['rows']:,} customers and {_orders_in(folder):,} orders"

    scan = f"{size(parts.whole)}, time against the plain scan"
    yield Figure(scan, 1 / times("scan", parts.whole), "x", at_most=AGAINST_SCAN)
    by_hand = f"vectorised by hand {times('pandas', parts.vectorised):.1f} x, {size(parts.vectorised)}"
    words = f"{size(parts.plain)}, speed against pandas, written plainly"
    yield Figure(words, times("plain", parts.plain), "x", at_least=AGAINST_PANDAS, beside=by_hand)


def _orders_in(folder: Path) -> int:
    return sum(pq.read_metadata(path).num_rows for path in folder.glob("orders/*.parquet"))


def _scan(folder: Path) -> tuple[int, float]:
    """The same columns, read once and grouped by the key that stands in the file: no join, no order, no median."""
    with tempfile.TemporaryDirectory() as spill:
        engine = _engine(spill)
        orders = _tables(engine, folder).orders
        sales = orders.filter(orders.kind == "sale", orders.identity_id.notnull())
        grouped = sales.group_by("identity_id").agg(
            orders=sales.count(),
            money=sales.amount.sum(),
            first_ordered_on=sales.ordered_on.min(),
            last_ordered_on=sales.ordered_on.max(),
            last_order_id=sales.order_id.max(),
        )
        return _timed(lambda: engine.create_table("grouped", grouped, temp=True))


def _rfm(folder: Path) -> tuple[int, float]:
    with tempfile.TemporaryDirectory() as spill:
        engine = _engine(spill)
        features = scores.features(_tables(engine, folder), as_of=AS_OF)
        return _timed(lambda: engine.create_table("features", features, temp=True))


def _run(folder: Path) -> tuple[int, float]:
    with tempfile.TemporaryDirectory() as spill:
        engine = _engine(spill)
        return _timed(lambda: _whole_run(engine, _tables(engine, folder)))


def _whole_run(engine: ibis.BaseBackend, tables: Tables) -> ir.Table:
    policies = Policies()
    features = engine.create_table("features", scores.features(tables, as_of=AS_OF), temp=True)
    parameters = Parameters.from_row(engine.to_pyarrow(scores.fit(features, policies)).to_pylist()[0])
    return engine.create_table("scored", scores.apply(features, policies, parameters), temp=True)


def _timed(make: Callable[[], ir.Table]) -> tuple[int, float]:
    start = time.perf_counter()
    table = make()
    seconds = time.perf_counter() - start
    return int(table.count().execute()), seconds


def _engine(spill: str) -> ibis.BaseBackend:
    return ibis.duckdb.connect(threads=2, memory_limit="4GB", temp_directory=spill, preserve_insertion_order=False)


def _tables(engine: ibis.BaseBackend, folder: Path) -> Tables:
    orders = engine.read_parquet(str(folder / "orders" / "*.parquet"))
    events = engine.read_parquet(str(folder / "order_events.parquet"))
    return Tables(orders, events, engine.read_parquet(str(folder / "identities.parquet")))


def _plain(folder: Path) -> tuple[int, float]:
    """What an analyst writes first: the same steps, and a function of Python for each customer's median gap."""
    return _pandas(folder, median_gap=_plain_median_gap)


def _plain_median_gap(sales: pd.DataFrame) -> pd.Series:
    return sales.groupby("customer_id")["on"].agg(lambda days: days.drop_duplicates().diff().dt.days.median())


def _vectorised_median_gap(sales: pd.DataFrame) -> pd.Series:
    gap = sales.groupby("customer_id")["on"].diff().dt.days
    return gap.where(gap > 0).groupby(sales.customer_id).median()


def _pandas(
    folder: Path, median_gap: Callable[[pd.DataFrame], pd.Series] = _vectorised_median_gap
) -> tuple[int, float]:
    """What an expert writes: columns only, vectorised, no Python per customer."""
    start = time.perf_counter()
    columns = ["order_id", "identity_id", "kind", "ordered_on", "amount"]
    orders = pd.read_parquet(folder / "orders", columns=columns)
    events = pd.read_parquet(folder / "order_events.parquet")
    identities = pd.read_parquet(folder / "identities.parquet")
    customers = _pandas_rfm(orders, events, identities, median_gap, pd.Timestamp(AS_OF))
    seconds = time.perf_counter() - start
    _must_agree(customers, folder)
    return len(customers), seconds


def _pandas_rfm(
    orders: pd.DataFrame,
    events: pd.DataFrame,
    identities: pd.DataFrame,
    median_gap: Callable[[pd.DataFrame], pd.Series],
    today: pd.Timestamp,
) -> pd.DataFrame:
    for facts, column in ((orders, "ordered_on"), (events, "happened_on")):
        facts["on"] = pd.to_datetime(facts.pop(column))
    orders, events = orders[orders.on < today], events[events.on < today]
    cancelled = events.order_id[events.kind == "cancellation"]
    paid_back = events[events.kind.isin(["refund", "return"]) & ~events.order_id.isin(cancelled)]
    orders = orders[~orders.order_id.isin(cancelled)]
    counts = (orders.kind == "sale") & (orders.amount > 0)
    less = pd.concat([orders[~counts], paid_back.assign(amount=-paid_back.amount.abs())])
    bought = _pandas_bought(orders[counts].merge(identities, on="identity_id"), today, median_gap)
    return _pandas_net(bought, less.merge(identities, on="identity_id"), today)


def _pandas_bought(
    sales: pd.DataFrame, today: pd.Timestamp, median_gap: Callable[[pd.DataFrame], pd.Series]
) -> pd.DataFrame:
    sales = sales.sort_values(["customer_id", "on"])
    age = (today - sales.on).dt.days
    for name, window in (("365", age <= 365), ("90", age <= 90), ("90_before", (age > 90) & (age <= 180))):
        sales[f"money_{name}"] = sales.amount.where(window, 0)
    by_customer = sales.groupby("customer_id")
    bought = by_customer[["amount", "money_365", "money_90", "money_90_before"]].sum()
    return bought.rename(columns={"amount": "money"}).assign(
        orders=by_customer.size(),
        first_ordered_on=by_customer["on"].min(),
        last_ordered_on=by_customer["on"].max(),
        median_gap=median_gap(sales),
    )


def _pandas_net(bought: pd.DataFrame, less: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    recent = less[(today - less.on).dt.days <= 365]
    for name, facts, gross in (("net_money", less, "money"), ("net_money_365", recent, "money_365")):
        bought[name] = bought[gross].add(facts.groupby("customer_id").amount.sum(), fill_value=0)
    since_first = (today - bought.first_ordered_on).dt.days
    return bought.assign(
        days_since_first=since_first,
        days_since_last=(today - bought.last_ordered_on).dt.days,
        average_order=(bought.money / bought.orders + 0.5).astype("int64"),
        orders_per_month=bought.orders / np.maximum(since_first / DAYS_A_MONTH, 1.0),
        trend=bought.money_90 / bought.money_90_before.replace(0, np.nan),
    )


def _must_agree(customers: pd.DataFrame, folder: Path) -> None:
    """A comparison counts only where both come to the same."""
    ours = scores.features(_tables(ibis.duckdb.connect(), folder), as_of=AS_OF).to_pandas().set_index("customer_id")
    customers = customers.loc[ours.index]
    for name in ("orders", "money", "net_money", "net_money_365", "days_since_last", "median_gap", "trend"):
        np.testing.assert_allclose(customers[name].to_numpy(float), ours[name].to_numpy(float), err_msg=name)


def _generated(customers: int, orders: int) -> Path:
    """A shop's mirror of three years, made once and kept in the temporary folder."""
    folder = Path(tempfile.gettempdir()) / f"shuke-bench-rfm-{customers}-{orders}-{SEED}-{len(ORDERS)}"
    if not (folder / "identities.parquet").exists():
        (folder / "orders").mkdir(parents=True, exist_ok=True)
        _generate(folder, customers, orders)
    return folder


def _generate(folder: Path, customers: int, orders: int) -> None:
    """Customers come and go, buy at a pace and a price of their own; one in twenty is known twice."""
    random = np.random.default_rng(SEED)
    people = customers + customers // 20
    born = random.integers(-24, MONTHS - 3, people)
    gone = np.maximum(born, 0) + 3 + random.geometric(1 / 18, people)
    pace = 0.2 + random.gamma(0.9, 1.0, people)
    price = random.lognormal(9.2, 0.9, people)
    pace *= orders / sum(pace[(born <= month) & (month < gone)].sum() for month in range(MONTHS))
    number, events = 0, []
    for month, (start, days) in enumerate(_months()):
        here = np.flatnonzero((born <= month) & (month < gone))
        who = np.repeat(here, random.poisson(pace[here]))
        random.shuffle(who)
        rows = _month(random, who, start, days, price[who], number)
        pq.write_table(rows, folder / "orders" / f"{start:%Y-%m}.parquet", compression="zstd")
        events.append(_events(random, rows))
        number += len(who)
    pq.write_table(pa.concat_tables(events), folder / "order_events.parquet", compression="zstd")
    whose = np.arange(1, people + 1)
    whose[customers:] = random.integers(1, customers + 1, people - customers)
    people_table = pa.table([np.arange(1, people + 1), whose], schema=IDENTITIES.to_pyarrow())
    pq.write_table(people_table, folder / "identities.parquet", compression="zstd")


def _months() -> list[tuple[date, int]]:
    starts = [date(AS_OF.year - 3 + (AS_OF.month - 1 + n) // 12, (AS_OF.month - 1 + n) % 12 + 1, 1) for n in range(37)]
    return [(start, (after - start).days) for start, after in pairwise(starts)]


def _month(
    random: np.random.Generator, who: np.ndarray, start: date, days: int, price: np.ndarray, number: int
) -> pa.Table:
    """Orders of one month in the order of their days; 2 % are returns, 5 % nobody's."""
    rows = len(who)
    returned = random.random(rows) < 0.02
    amount = (price * random.lognormal(0, 0.5, rows)).astype("int64") + 1
    day = np.sort(random.integers(0, days, rows)) + (start - date(1970, 1, 1)).days
    one = np.ones(rows, dtype="int64")
    columns = {
        "order_id": np.arange(number + 1, number + rows + 1),
        "identity_id": pa.array(who + 1, mask=random.random(rows) < 0.05),
        "source_id": one,
        "store_id": who % 200 + 1,
        "line_id": one,
        "kind": pa.DictionaryArray.from_arrays(returned.astype("int8"), ["sale", "return"]).cast(pa.string()),
        "ordered_on": pa.array(day.astype("int32")).cast(pa.date32()),
        "amount": np.where(returned, -amount, amount),
        "hour": random.integers(8, 23, rows, dtype="int16"),
        "channel": pa.DictionaryArray.from_arrays(who % 3, ["store", "web", "app"]).cast(pa.string()),
    }
    return pa.table(columns, schema=ORDERS.to_pyarrow())


def _events(random: np.random.Generator, orders: pa.Table) -> pa.Table:
    """3 % of the orders are paid back in part or cancelled within three weeks."""
    some = orders.take(np.sort(random.choice(len(orders), len(orders) * 3 // 100, replace=False)))
    later = random.integers(0, 21, len(some)).astype("int32")
    day = some["ordered_on"].combine_chunks().cast(pa.int32()).to_numpy() + later
    kind = np.array(["refund", "return", "cancellation"])[random.integers(0, 3, len(some))]
    amount = np.abs(some["amount"].to_numpy())
    columns = [some["order_id"], some["identity_id"], kind, pa.array(day).cast(pa.date32()), amount]
    return pa.table(columns, schema=ORDER_EVENTS.to_pyarrow())


MEASURES = {"scan": _scan, "rfm": _rfm, "run": _run, "pandas": _pandas, "plain": _plain}

if __name__ == "__main__":
    main()
