"""What tests of expressions share."""

import ibis
import pytest


@pytest.fixture
def spark_apart(spark_session):
    """Ibis on the same Spark, in a session of its own: what a test lays there as a temporary view, no other sees."""
    apart = spark_session.newSession()
    apart.conf.set("spark.sql.session.timeZone", "UTC")
    apart.conf.set("spark.sql.shuffle.partitions", "2")
    return ibis.pyspark.connect(apart)
