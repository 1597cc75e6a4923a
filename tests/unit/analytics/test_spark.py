"""The same expressions on Spark."""

from types import SimpleNamespace

import ibis
import pyarrow as pa

from shuke.analytics import scores
from shuke.analytics.parameters import Parameters
from shuke.analytics.policies import Policies, TierPolicy
from shuke.analytics.tables import IDENTITIES, ORDER_EVENTS, ORDERS, Tables
from unit.analytics.shop import TODAY, event, fitted, return_, sale, scored, tables

POLICIES = Policies(tier=TierPolicy(gold_recency_share=0.5, gold_money_share=0.4, silver_share=0.8))
ORDERS_OF_A_SHOP = [
    *(sale(n, 3 * n + gap, 70_000 * n) for n in range(1, 8) for gap in (0, 0, n, 90, 300)),
    sale(8, 400, 1),
    sale(9, 20),
    sale(10, 5),
    return_(9, 10, 4_000),
    sale(None, 3),
]
EVENTS = [event(1, "refund", 1, 2, 500), event(4, "cancellation", 1, 1, 0), event(38, "cancellation", 10, 2, 0)]
MERGED = {2: 1, 9: 3}


def test_features_and_scores_compile_for_spark(monkeypatch):
    # Ibis reads an option while it compiles that it sets only where pyspark is installed.
    options = SimpleNamespace(pyspark=SimpleNamespace(treat_nan_as_null=False))
    monkeypatch.setattr("ibis.backends.sql.compilers.pyspark.options", options)
    facts = Tables(*(ibis.table(schema, name) for schema, name in _inputs()))
    learned = fitted(tables(ORDERS_OF_A_SHOP), POLICIES)
    sql = ibis.to_sql(scores.apply(scores.features(facts, as_of=TODAY), POLICIES, learned), dialect="pyspark")
    assert "COLLECT_LIST" in sql


def test_spark_comes_to_the_same_scores(spark):
    here = tables(ORDERS_OF_A_SHOP, EVENTS, MERGED)
    there = Tables(*(spark.table(name, getattr(here, name).to_pyarrow()) for _schema, name in _inputs()))
    features = spark.keep("features", scores.features(there, as_of=TODAY))
    learned = Parameters.from_row(spark.read(scores.fit(features, POLICIES)).to_pylist()[0])
    assert learned == fitted(here, POLICIES)
    assert _rows(spark, scores.apply(features, POLICIES, learned)) == scored(here, POLICIES, learned)


def _rows(spark, table):
    return {row["customer_id"]: row for row in spark.read(table).to_pylist()}


def _inputs():
    return (ORDERS, "orders"), (ORDER_EVENTS, "order_events"), (IDENTITIES, "identities")


def test_a_fraction_is_divided_by_to_all_its_digits(spark):
    table = spark.table("wholes", pa.table({"whole": [1, 22]}))
    found = spark.read(table.select(tenth=table.whole / 12_345_678.9, small=table.whole * 1e-9))
    assert found.to_pylist() == [{"tenth": whole / 12_345_678.9, "small": whole * 1e-9} for whole in (1, 22)]


def test_of_no_rows_none_are_counted(spark):
    table = spark.table("wholes", pa.table({"whole": [1, 22]}))
    found = spark.read(table.filter(table.whole < 0).agg(small=ibis._.count(where=ibis._.whole < 9)))
    assert found.to_pylist() == [{"small": 0}]
