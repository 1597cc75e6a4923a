"""Runs on each engine: whatever executes them, the same facts come to the same scores."""

from datetime import date, timedelta
from importlib.metadata import PackageNotFoundError

import pytest
from django.conf import settings
from django.utils.timezone import now

import shop
import sparks
from integration.scoring import lively
from shuke.core import policies
from shuke.runtime.spark import MasterSilent, SparkMissing
from shuke.scoring import services
from shuke.scoring.policies import CHURN
from two_engines import assert_same, rows

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cluster]

DAY = date(2026, 6, 30)


@pytest.fixture(params=["duckdb", "spark"])
def engine(request, monkeypatch) -> str:
    """Runs of this test are executed by it."""
    if request.param == "spark":
        request.getfixturevalue("spark_session")
        monkeypatch.setattr(settings.SHUKE, "engine", sparks.MASTER)
    return request.param


@pytest.fixture
def one_horizon() -> None:
    """Churn within 30 days and no longer: learning takes a third of the time."""
    body = CHURN.body(longest_horizon_days=30)
    policies.publish(kind=CHURN, body=body, replaces=policies.current(CHURN).version, by=None, at=now())


@pytest.mark.usefixtures("one_horizon")
def test_both_engines_come_to_the_same(spark_session, monkeypatch, tmp_path):
    as_of = lively.fill()
    here = services.run(as_of=as_of)
    monkeypatch.setattr(settings.SHUKE, "engine", sparks.MASTER)
    monkeypatch.setattr(settings.SHUKE, "mirror", str(tmp_path))
    monkeypatch.setattr("shuke.scoring.engines.spark.PART_ROWS", 150)
    there = services.run(as_of=as_of)
    assert any(row["churn_probability"] for row in rows(here).values())
    assert_same(here.parameters, there.parameters)
    assert_same(rows(here), rows(there))
    assert spark_session.catalog.listTables() == []
    assert spark_session.sparkContext._jsc.getPersistentRDDs().isEmpty()


def test_a_shop_without_orders_has_a_run_without_scores(engine):
    shop.customer("只登记")
    assert services.run(as_of=DAY).counts["customers"] == 0


def test_a_shop_of_one_customer_is_scored(engine):
    shop.order(shop.customer("王芳"), DAY - timedelta(days=10), 30_000)
    shop.order(None, DAY - timedelta(days=5), 10_000)
    run = services.run(as_of=DAY)
    (row,) = rows(run).values()
    assert (row["days_since_last"], row["money"], row["churn_probability"]) == (10, 30_000, None)


def test_where_nothing_was_paid_nobody_is_scored(engine):
    wang = shop.customer("王芳")
    for day, amount in ((1, 0), (2, -500)):
        shop.order(wang, DAY - timedelta(days=day), amount, kind="sale" if amount == 0 else "return")
    assert services.run(as_of=DAY).counts["customers"] == 0


def test_a_run_for_which_spark_is_missing_ends_with_a_sentence(monkeypatch):
    def none(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(settings.SHUKE, "engine", sparks.MASTER)
    monkeypatch.setattr("shuke.runtime.spark.version", none)
    with pytest.raises(SparkMissing):
        services.run(as_of=DAY)


def test_a_run_whose_cluster_does_not_answer_ends_with_a_sentence(monkeypatch):
    sparks.needed()
    monkeypatch.setattr(settings.SHUKE, "engine", "spark://127.0.0.1:1")
    monkeypatch.setattr("pyspark.sql.SparkSession.getActiveSession", lambda: None)
    with pytest.raises(MasterSilent):
        services.run(as_of=DAY)
