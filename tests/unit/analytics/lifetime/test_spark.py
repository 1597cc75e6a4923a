"""The same expressions on Spark."""

from types import SimpleNamespace

import ibis

from shuke.analytics.lifetime import costs, holdout, purchases, values
from shuke.analytics.tables import IDENTITIES, ORDER_EVENTS, ORDERS, Tables
from shuke.scoring.engines import duckdb
from shuke.scoring.engines.prepared import Draft
from unit.analytics.lifetime.shops import FEW, bought, fitted, known, predicted, simulated
from unit.analytics.shop import TODAY, ago


def test_histories_and_values_compile_for_spark(monkeypatch):
    # Ibis reads an option while it compiles that it sets only where pyspark is installed.
    options = SimpleNamespace(pyspark=SimpleNamespace(treat_nan_as_null=False))
    monkeypatch.setattr("ibis.backends.sql.compilers.pyspark.options", options)
    inputs = (ORDERS, "orders"), (ORDER_EVENTS, "order_events"), (IDENTITIES, "identities")
    facts = Tables(*(ibis.table(schema, name) for schema, name in inputs))
    people, shop = bought(facts, as_of=TODAY), simulated(300)
    stated = ibis.table(costs.COSTS, "costs")
    learned = fitted(shop)
    with duckdb.in_memory() as on:
        predictions = predicted(people, learned, on=Draft(on))
    for expression, word in (
        (purchases.population(people, facts, FEW, as_of=TODAY, costs=stated), "ASC NULLS LAST"),
        (purchases.histories(people), "GROUP BY"),
        (purchases.spends(people), "GROUP BY"),
        (values.apply(predictions, FEW, learned, costs=stated), "discounted_orders"),
        (holdout.outcomes(bought(facts, as_of=ago(90)), facts, split_on=ago(90), as_of=TODAY), "COUNT(DISTINCT"),
    ):
        assert word in ibis.to_sql(expression, dialect="pyspark")


def test_spark_comes_to_the_same_histories(spark):
    here = simulated(300)
    names = ("orders", "order_events", "identities")
    there = Tables(*(spark.table(name, getattr(here, name).to_pyarrow()) for name in names))
    assert _sorted(spark.read(bought(there, as_of=TODAY))) == _sorted(known(here).to_pyarrow())


def _sorted(people):
    return sorted(people.to_pylist(), key=lambda row: row["customer_id"])
