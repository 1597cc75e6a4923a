"""The same expressions on Spark."""

from types import SimpleNamespace

import ibis
import pytest

from shuke.analytics import scores
from shuke.analytics.parameters import Parameters
from shuke.analytics.policies import Policies, TierPolicy
from shuke.analytics.tables import IDENTITIES, ORDER_EVENTS, ORDERS, Tables
from unit.analytics.shop import TODAY, event, fitted, return_, rows, sale, scored, tables

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
CUTS = {"r_cuts", "f_cuts", "m_cuts"}
MERGED = {2: 1, 9: 3}


def test_features_and_scores_compile_for_spark(monkeypatch):
    # Ibis reads an option while it compiles that it sets only where pyspark is installed.
    options = SimpleNamespace(pyspark=SimpleNamespace(treat_nan_as_null=False))
    monkeypatch.setattr("ibis.backends.sql.compilers.pyspark.options", options)
    facts = Tables(*(ibis.table(schema, name) for schema, name in _inputs()))
    learned = fitted(tables(ORDERS_OF_A_SHOP), POLICIES)
    sql = ibis.to_sql(scores.apply(scores.features(facts, as_of=TODAY), POLICIES, learned), dialect="pyspark")
    assert "COLLECT_LIST" in sql


def test_spark_comes_to_the_same_scores():
    spark_sql = pytest.importorskip("pyspark.sql", reason="needs the extra `spark`")
    here = tables(ORDERS_OF_A_SHOP, EVENTS, MERGED)
    builder = spark_sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.sql.session.timeZone", "UTC").config("spark.sql.shuffle.partitions", "2")
    engine = ibis.pyspark.connect(spark.getOrCreate())
    there = Tables(
        *(
            engine.create_table(name, getattr(here, name).to_pyarrow(), schema=schema, overwrite=True)
            for schema, name in _inputs()
        )
    )
    features = scores.features(there, as_of=TODAY)
    learned = Parameters.from_row(engine.to_pyarrow(scores.fit(features, POLICIES)).to_pylist()[0])
    expected = fitted(here, POLICIES)
    for cuts in CUTS:
        assert getattr(learned, cuts) == pytest.approx(getattr(expected, cuts))
    assert learned.model_dump(exclude=CUTS) == expected.model_dump(exclude=CUTS)
    assert rows(scores.apply(features, POLICIES, learned)) == scored(here, POLICIES, learned)


def _inputs():
    return (ORDERS, "orders"), (ORDER_EVENTS, "order_events"), (IDENTITIES, "identities")
