"""The same expressions on Spark."""

from datetime import timedelta
from types import SimpleNamespace

import ibis
import pytest

from shuke.analytics.churn import renewal
from shuke.analytics.churn.applying import apply, apply_by_cycle
from shuke.analytics.churn.cutoffs import examples
from shuke.analytics.churn.lapses import Renewal, RenewalRate
from shuke.analytics.churn.risk import is_listed
from shuke.analytics.features import features
from shuke.analytics.tables import CONTRACTS, IDENTITIES, ORDER_EVENTS, ORDERS, Tables
from unit.analytics.churn import shops
from unit.analytics.shop import rows

INPUTS = {"orders": ORDERS, "order_events": ORDER_EVENTS, "identities": IDENTITIES, "contracts": CONTRACTS}
CUT_ON = shops.AS_OF - timedelta(30)
RENEWALS = Renewal(rates=(RenewalRate(before=0, contracts=10, lapsed=4),))


def test_everything_compiles_for_spark(monkeypatch, learned):
    # Ibis reads an option while it compiles that it sets only where pyspark is installed.
    options = SimpleNamespace(pyspark=SimpleNamespace(treat_nan_as_null=False))
    monkeypatch.setattr("ibis.backends.sql.compilers.pyspark.options", options)
    facts = Tables(**{name: ibis.table(schema, name) for name, schema in INPUTS.items()})
    contracts = renewal.in_order(facts, as_of=shops.AS_OF)
    scored = apply_by_cycle(features(facts, as_of=shops.AS_OF), [learned])
    for table in (
        scored.filter(is_listed(scored, [learned], shops.POLICY)),
        examples(facts, [CUT_ON], horizon_days=30),
        renewal.fit(contracts),
        renewal.apply(contracts, RENEWALS),
        renewal.ahead(contracts, RENEWALS, shops.POLICY),
    ):
        assert "SELECT" in ibis.to_sql(table, dialect="pyspark")


def test_spark_comes_to_the_same(spark, learned):
    here = shops.tables(shops.shop(120))
    there = Tables(**{name: spark.table(name, getattr(here, name).to_pyarrow()) for name in INPUTS})
    for make in (
        lambda facts: apply(features(facts, as_of=shops.AS_OF), learned),
        lambda facts: examples(facts, [CUT_ON], horizon_days=30),
    ):
        ours = rows(make(here))
        theirs = {row["customer_id"]: row for row in spark.read(make(there)).to_pylist()}
        assert ours.keys() == theirs.keys()
        for customer, row in ours.items():
            assert theirs[customer] == pytest.approx(row, abs=1e-9)
