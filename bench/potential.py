"""Suggestions on Online Retail: what is learned from its baskets, what it was worth, and how long that takes.

python bench/potential.py                               the file of ../shared/data, or of the demo
python bench/potential.py --as-of 2011-09-01 FILE
"""

import argparse
import resource
import time
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

import ibis
import pyarrow as pa

from shuke.analytics import habits
from shuke.analytics.potential.learning import learn
from shuke.analytics.potential.parameters import Pattern, Potential
from shuke.analytics.potential.policy import PotentialPolicy
from shuke.analytics.tables import ORDER_EVENTS, Tables

Made = TypeVar("Made")
FILE = Path(__file__).parents[1] / "src/shuke/demo/online_retail.csv.gz"
RULES = 10
MADE = """
CREATE TABLE products AS
SELECT number AS product_id, 1 AS source_id, number::VARCHAR AS code, 'kind ' || number % 40 AS category, '' AS name
FROM range(1, 2001) AS made (number);
CREATE TABLE lines AS
SELECT number // 3 AS order_id, 1 + (number // 3 * 48271) % {customers} AS identity_id,
    1 + (number * number * 31) % 2000 AS product_id,
    DATE '2009-01-01' + ((number // 3 * 7919) % 1073)::INTEGER AS ordered_on,
    1.0 + number % 3 AS quantity, 500 + number % 20000 AS amount
FROM range({customers} * 90) AS made (number);
CREATE TABLE orders AS
SELECT order_id, any_value(identity_id) AS identity_id, 1 AS source_id, 1 AS store_id, 1 AS line_id, 'sale' AS kind,
    any_value(ordered_on) AS ordered_on, sum(amount)::BIGINT AS amount, 9::SMALLINT AS hour, 'web' AS channel
FROM lines GROUP BY order_id;
CREATE TABLE identities AS
SELECT number AS identity_id, number AS customer_id FROM range(1, {customers} + 1) AS made (number);
"""
LINES = """
CREATE TABLE raw AS
SELECT InvoiceNo AS invoice, StockCode AS code, Description AS name,
    Quantity AS quantity, UnitPrice AS price, CAST(InvoiceDate AS DATE) AS day,
    CAST(CAST(CustomerID AS DOUBLE) AS BIGINT) AS customer
FROM read_csv('{file}', types = {{
    'InvoiceNo': 'VARCHAR', 'CustomerID': 'VARCHAR', 'Quantity': 'BIGINT', 'UnitPrice': 'DECIMAL(12,4)'}})
WHERE CustomerID <> '' AND Quantity > 0 AND UnitPrice > 0 AND InvoiceNo NOT LIKE 'C%';
CREATE TABLE products AS
SELECT row_number() OVER (ORDER BY code) AS product_id, 1 AS source_id, code, '' AS category, min(name) AS name
FROM raw GROUP BY code;
CREATE TABLE lines AS
SELECT CAST(invoice AS BIGINT) AS order_id, customer AS identity_id, product_id, day AS ordered_on,
    CAST(quantity AS DOUBLE) AS quantity, CAST(round(quantity * price * 100) AS BIGINT) AS amount
FROM raw JOIN products USING (code);
CREATE TABLE orders AS
SELECT order_id, identity_id, 1 AS source_id, 1 AS store_id, 1 AS line_id, 'sale' AS kind,
    min(ordered_on) AS ordered_on, sum(amount)::BIGINT AS amount, NULL::SMALLINT AS hour, '' AS channel
FROM lines GROUP BY order_id, identity_id;
CREATE TABLE identities AS SELECT DISTINCT identity_id, identity_id AS customer_id FROM lines;
"""


class Engine:
    """DuckDB as the models use it."""

    def __init__(self) -> None:
        self.backend = ibis.duckdb.connect(threads=2)

    def keep(self, name: str, table: ibis.Table) -> ibis.Table:
        return self.backend.create_table(name, table, temp=True, overwrite=True)

    def read(self, table: ibis.Table) -> pa.Table:
        return self.backend.to_pyarrow(table)

    def at_hand(self, tables: dict[str, ibis.Table]) -> tuple["Engine", dict[str, ibis.Table]]:
        return self, {name: self.keep(name, table) for name, table in tables.items()}


def main() -> None:
    options = _options()
    engine = Engine()
    made = MADE.format(customers=options.customers) if options.customers else LINES.format(file=options.file)
    engine.backend.raw_sql(made)
    tables = _tables(engine)
    customers = tables.identities.count().to_pyarrow().as_py()
    print(f"{customers:,} customers, {tables.lines.count().to_pyarrow().as_py():,} lines")
    learned = _timed(
        "learned", partial(learn, engine, tables, PotentialPolicy(), as_of=options.as_of, customers=customers)
    )
    everybody = habits.by_item(tables, as_of=options.as_of, goods=learned.goods)
    _timed("habits of everybody", partial(engine.keep, "habits", everybody))
    if not options.customers:
        _tell(learned, _names(engine))
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=FILE)
    parser.add_argument("--customers", type=int, default=0)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2011, 12, 10))
    return parser.parse_args()


def _timed(what: str, make: Callable[[], Made]) -> Made:
    clock, processor = time.perf_counter(), time.process_time()
    made = make()
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    print(f"{what:22}{clock:>8.2f} s{processor:>10.2f} s of the processor", flush=True)
    return made


def _tables(engine: Engine) -> Tables:
    events = pa.Table.from_pylist([], schema=ORDER_EVENTS.to_pyarrow())
    read = engine.backend.table
    return Tables(
        orders=read("orders"),
        order_events=engine.backend.create_table("order_events", events),
        identities=read("identities"),
        lines=read("lines"),
        products=read("products").drop("name"),
    )


def _names(engine: Engine) -> dict[str, str]:
    rows = engine.read(engine.backend.table("products").select("product_id", "name")).to_pylist()
    return {str(row["product_id"]): row["name"] for row in rows}


def _tell(learned: Potential, names: Mapping[str, str]) -> None:
    print(f"by {learned.goods}, {learned.customers:,} customers in the last {learned.window_days} days")
    print("windows from", ", ".join(map(str, learned.landmarks)))
    for pattern in learned.patterns:
        _tell_pattern(pattern, names)


def _tell_pattern(pattern: Pattern, names: Mapping[str, str]) -> None:
    print(
        f"== {pattern.kind}: {pattern.pairs} pairs, {len(pattern.rules)} kept",
        *(one.code for one in pattern.shortfalls),
    )
    if told := pattern.measured:
        print(
            f"   {told.cut_on} to {told.until}: suggested to {told.suggested_to:,}, "
            f"{told.customers:,} bought something new; "
            f"first {told.hit_first:.1%} against {told.popular_first:.1%}, "
            f"first three {told.hit_three:.1%} against {told.popular_three:.1%}, surely {told.low:+.1%}"
        )
    for rule in pattern.rules[:RULES]:
        print(
            f"   {names.get(rule.left, rule.left)} -> {names.get(rule.right, rule.right)}: "
            f"{rule.came} of {rule.of} = {rule.rate:.1%}, usual {rule.usual:.1%}, {rule.amount / 100:.2f}"
        )


if __name__ == "__main__":
    main()
