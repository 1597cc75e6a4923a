"""Cohorts and survival on Spark: the same expressions, the same rows."""

from collections.abc import Iterator
from types import SimpleNamespace

import ibis
import ibis.expr.types as ir
import pyarrow as pa

import sparks
from shuke.analytics import cohorts, survival
from shuke.analytics.tables import IDENTITIES, ORDER_EVENTS, ORDERS, Tables
from unit.analytics.shop import TODAY, ago, event, return_, sale, tables

ORDERS_OF_A_SHOP = [
    *(sale(n, 3 * n + gap, 70_000 * n) for n in range(1, 8) for gap in (0, 0, n, 120, 300)),
    return_(9, 50, 4_000),
    sale(9, 20),
]
EVENTS = [event(1, "refund", 1, 2, 500), event(6, "cancellation", 2, 1, 0)]
MERGED = {2: 1, 9: 3}
SCHEMAS = {"orders": ORDERS, "order_events": ORDER_EVENTS, "identities": IDENTITIES}
GROUPS = pa.table({"customer_id": [1, 3, 4, 77], "group": ["gold", "gold", "bronze", "bronze"]})


def asked(facts: Tables, groups: ir.Table) -> Iterator[ir.Table]:
    yield cohorts.cells(facts, as_of=TODAY)
    lives = survival.lives(facts, as_of=TODAY, silence_days=90)
    yield survival.times(lives, "came_back")
    yield survival.times(lives, "fell_silent")
    yield survival.waits(facts, groups, since=ago(30), as_of=TODAY)


def test_they_compile_for_spark(monkeypatch):
    # Ibis reads an option while it compiles that it sets only where pyspark is installed.
    options = SimpleNamespace(pyspark=SimpleNamespace(treat_nan_as_null=False))
    monkeypatch.setattr("ibis.backends.sql.compilers.pyspark.options", options)
    facts = Tables(**{name: ibis.table(schema, name) for name, schema in SCHEMAS.items()})
    groups = ibis.table({"customer_id": "int64", "group": "string"}, name="groups")
    for table in asked(facts, groups):
        assert "GROUP BY" in ibis.to_sql(table, dialect="pyspark")


def test_spark_comes_to_the_same_rows(spark_apart):
    engine = spark_apart
    here = tables(ORDERS_OF_A_SHOP, EVENTS, MERGED)
    for name, table in {**{name: getattr(here, name).to_pyarrow() for name in SCHEMAS}, "groups": GROUPS}.items():
        sparks.view(engine, name, table)
    there = Tables(**{name: engine.table(name) for name in SCHEMAS})
    for ours, theirs in zip(asked(here, ibis.memtable(GROUPS)), asked(there, engine.table("groups")), strict=True):
        assert _rows(engine.to_pyarrow(theirs)) == _rows(ours.to_pyarrow())


def _rows(table: pa.Table) -> list[tuple]:
    return sorted((tuple(row[name] for name in sorted(row)) for row in table.to_pylist()), key=str)
