"""Ratings, usage, costs and renewals: the same expressions on Spark."""

from dataclasses import fields
from math import isnan
from types import SimpleNamespace

import ibis
import pytest

import sparks
from shuke.analytics import ratings, scores
from shuke.analytics import tables as schemas
from shuke.analytics.churn import renewal
from shuke.analytics.contacts import contacts
from shuke.analytics.features import features
from shuke.analytics.lifetime import costs
from shuke.analytics.policies import Policies
from shuke.analytics.tables import Tables
from unit.analytics.rated import felt, kept, learned
from unit.analytics.shop import TODAY, act, ago, event, fitted, return_, rows, sale, tables, telling

NAMES = [field.name for field in fields(Tables)]
SHOP = telling(
    tables(
        [sale(n, 17 * n + gap, 1_000 * n) | {"channel": "ads"} for n in range(1, 7) for gap in (0, 20, 55, 110)]
        + [return_(2, 5, 500)],
        [event(1, "cancellation", 1, 3, 0)],
        {6: 5},
    ),
    behaviours=[act(kind, n, 3 * n, n) for n in range(1, 7) for kind in ("login", "share", "checkout", "cart")],
    interactions=[
        {"interaction_id": n, "identity_id": 1 + n % 4, "happened_on": ago(n), "direction": "out", "outcome": "reached"}
        for n in range(1, 9)
    ],
    contracts=[
        {"contract_id": n, "identity_id": 1 + n % 5, "ends_on": ago(40 * n - 300), "is_cancelled": n == 3}
        for n in range(1, 12)
    ],
    lines=[
        {"order_id": n, "identity_id": n, "product_id": 1, "ordered_on": ago(20 * n), "quantity": 1.5, "amount": 777}
        for n in range(1, 7)
    ],
    product_costs=[
        {"product_id": 1, "since": None, "margin": 3_333},
        {"product_id": 1, "since": ago(60), "unit_cost": 12_345},
    ],
    acquisition_costs=[{"channel": "ads", "amount": 50}, {"identity_id": 3, "channel": "", "amount": 7}],
)


def all_of(facts):
    """By what is learned from SHOP in DuckDB, whichever engine has the facts."""
    policies = Policies()
    known = ratings.Known(**ratings.beside(facts, as_of=TODAY))
    scored = scores.apply(features(facts, as_of=TODAY), policies, fitted(SHOP, policies))
    return {
        "rated": ratings.apply(
            scored,
            known,
            contacts(facts, as_of=TODAY),
            felt(),
            policies,
            learned(SHOP, kept(features(SHOP, as_of=TODAY))),
        ),
        "usage": ratings.beside(facts, as_of=TODAY)["usage"],
        "costs": costs.stated(facts, as_of=TODAY),
        "contracts": renewal.in_order(facts, as_of=TODAY).drop("contract_id"),
    }


def test_they_compile_for_spark(monkeypatch):
    # Ibis reads an option while it compiles that it sets only where pyspark is installed.
    options = SimpleNamespace(pyspark=SimpleNamespace(treat_nan_as_null=False))
    monkeypatch.setattr("ibis.backends.sql.compilers.pyspark.options", options)
    facts = Tables(**{name: ibis.table(getattr(schemas, name.upper()), name) for name in NAMES})
    for table in all_of(facts).values():
        assert "SELECT" in ibis.to_sql(table, dialect="pyspark")


def test_they_come_to_the_same_on_spark(spark_apart):
    there = Tables(
        **{
            name: sparks.view(
                spark_apart, name, getattr(SHOP, name).to_pyarrow().cast(getattr(schemas, name.upper()).to_pyarrow())
            )
            for name in NAMES
        }
    )
    theirs, ours = all_of(there), all_of(SHOP)
    for name in ("rated", "usage", "costs"):
        found, expected = (rows(each[name]) for each in (theirs, ours))
        assert found.keys() == expected.keys()
        for customer, row in expected.items():
            assert flat(found[customer]) == pytest.approx(flat(row), abs=1e-6), name


def flat(row):
    """The parts of lists one by one, so that each may differ by a rounding; pandas hands over null in a list as NaN."""
    lists = {name: value for name, value in row.items() if isinstance(value, list)}
    parts = {
        f"{name}_{place}": None if isinstance(each, float) and isnan(each) else each
        for name, value in lists.items()
        for place, each in enumerate(value)
    }
    return {name: value for name, value in row.items() if name not in lists} | parts
