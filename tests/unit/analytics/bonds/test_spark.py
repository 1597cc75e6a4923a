"""The same expressions on Spark."""

from math import isnan
from types import SimpleNamespace

import ibis

from shuke.analytics import tables as columns
from shuke.analytics.activity import activity
from shuke.analytics.bonds import scores
from shuke.analytics.bonds.entries import entries, experiences
from shuke.analytics.contacts import contacts
from shuke.analytics.features import features
from shuke.analytics.policies import Policies
from shuke.analytics.tables import Tables
from unit.analytics.dealings import act, bonds, contact, dispute, with_dealings
from unit.analytics.engines import Elsewhere, InMemory
from unit.analytics.shop import TODAY, ago, event, sale, tables

READ = ("orders", "order_events", "identities", "interactions", "disputes", "behaviours")
SHOP = with_dealings(
    tables([sale(n, d, 9_000 * n) for n in (1, 2, 3) for d in (300, 90, 9)], [event(2, "return", 1, 8, 9)], {2: 1}),
    [
        contact(1, 80, satisfaction=5, hour=9),
        contact(2, 70, "promised", promised_on=ago(60), hour=9, channel="wechat"),
        contact(1, 61, "no_answer", satisfaction=4),
        contact(3, 50, "refused"),
        contact(3, 40, "busy"),
    ],
    [act(3, 5, "share", 2)],
    [dispute(3, 3, contact=4)],
)


class Compiled:
    """An engine that only compiles what it would keep or read."""

    def __init__(self) -> None:
        self.sql: list[str] = []

    def keep(self, name, table):
        self.sql.append(ibis.to_sql(table, dialect="pyspark"))
        return ibis.table(table.schema(), name)

    def read(self, table):
        self.sql.append(ibis.to_sql(table, dialect="pyspark"))
        return table.schema().to_pyarrow().empty_table()

    def derive(self, table, _tell, schema):
        self.read(table)
        return ibis.table(schema, "derived")


def test_bonds_compile_for_spark(monkeypatch):
    # Ibis reads an option while it compiles that it sets only where pyspark is installed.
    options = SimpleNamespace(pyspark=SimpleNamespace(treat_nan_as_null=False))
    monkeypatch.setattr("ibis.backends.sql.compilers.pyspark.options", options)
    facts = Tables(**{name: ibis.table(getattr(columns, name.upper()), name) for name in READ})
    engine = Compiled()
    known = scores.known(engine, facts, as_of=TODAY)
    told = engine.keep("contacts", contacts(facts, as_of=TODAY))
    people = engine.keep("scored", activity(features(facts, as_of=TODAY), Policies().activity))
    felt = scores.balances(engine, known, Policies())
    scored = engine.keep("bonds", scores.apply(people, known, felt, told, Policies(), None))
    assert set(scores.COLUMNS) < set(scored.columns)
    assert any("SEMI JOIN" in each for each in engine.sql)


def test_spark_comes_to_the_same_bonds(spark_apart):
    engine = Elsewhere(spark_apart)
    for told in (
        contacts(SHOP, as_of=TODAY),
        entries(experiences(SHOP, seen_until=TODAY), Policies().emotion),
    ):
        assert _sorted(engine.read(told)) == _sorted(InMemory().read(told))
    assert _without_nan(bonds(SHOP, engine=engine)) == bonds(SHOP)


def _without_nan(told):
    """Ibis hands Spark's arrays over by pandas, where a null among numbers is not a number."""
    return {
        customer: {
            name: [None if isnan(each or 0) else each for each in value] if isinstance(value, list) else value
            for name, value in row.items()
        }
        for customer, row in told.items()
    }


def _sorted(table):
    return sorted(table.to_pylist(), key=repr)
