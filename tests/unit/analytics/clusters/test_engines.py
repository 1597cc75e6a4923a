"""The same groups on Spark."""

from types import SimpleNamespace

import ibis

import sparks
from shuke.analytics.clusters.applying import apply, profiles
from unit.analytics.clusters import kinds
from unit.analytics.shop import rows as by_customer


def test_groups_compile_for_spark(monkeypatch, clusters):
    # Ibis reads an option while it compiles that it sets only where pyspark is installed.
    options = SimpleNamespace(pyspark=SimpleNamespace(treat_nan_as_null=False))
    monkeypatch.setattr("ibis.backends.sql.compilers.pyspark.options", options)
    scored = ibis.table(ibis.Schema.from_pyarrow(kinds.SCORE), "scored")
    for table in (apply(scored, clusters), apply(scored, None), profiles(scored, clusters)):
        assert "cluster" in ibis.to_sql(table, dialect="pyspark")


def test_spark_puts_everybody_into_the_same_group(spark_apart, rows, clusters):
    there = sparks.view(spark_apart, "scored", rows)
    assert by_customer(apply(there, clusters)) == by_customer(apply(kinds.lazy(rows), clusters))
