"""Rules: what they may say, and that an engine finds whom one would find by hand."""

import json
from types import SimpleNamespace

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import sparks
from shuke.analytics.rules import tables, tree
from shuke.analytics.rules.compiling import fitting
from shuke.analytics.rules.fields import CATALOGUE
from unit.analytics.crowd import CHANNELS, TODAY, Crowd, ago, crowd, rules, who_fits

few = settings(max_examples=60, deadline=None)
SCHEMAS = {name: getattr(tables, name.upper()) for name in ("people", "orders", "lines", "tags")}


def found(rule: tree.Rule, of: Crowd) -> set[int]:
    return set(fitting(rule, of.tables(), day=TODAY).to_pyarrow()["customer_id"].to_pylist())


@few
@given(rules, st.integers(0, 3))
def test_duckdb_finds_whom_one_would_find_by_hand(rule, seed):
    people = crowd(seed)
    assert found(rule, people) == who_fits(rule, people)


@few
@given(rules)
def test_a_rule_and_its_opposite_part_everybody(rule):
    people = crowd(1)
    fit, rest = found(rule, people), found(tree.Not(rule=rule), people)
    assert fit | rest == {person["customer_id"] for person in people.people}
    assert not fit & rest


@few
@given(rules)
def test_rules_survive_storage(rule):
    assert tree.read(json.loads(json.dumps(tree.write(rule)))) == rule


def test_what_happens_after_the_day_changes_nothing():
    rule = tree.Bought(days=30, at_least=1)
    people = crowd(2)
    tomorrow = {"order_id": 9_999, "ordered_on": ago(-1), "amount": 1, "store_id": None, "channel": ""}
    later = [{"customer_id": person["customer_id"], **tomorrow} for person in people.people]
    assert found(rule, people) == found(rule, Crowd(people.people, people.orders + later, people.lines, people.tags))


@pytest.mark.parametrize(
    ("days_ago", "how", "fits"),
    [
        pytest.param(0, "within", True, id="today"),
        pytest.param(30, "within", True, id="the-last-day-within"),
        pytest.param(31, "within", False, id="one-day-too-long-ago"),
        pytest.param(31, "before", True, id="the-first-day-before"),
        pytest.param(30, "before", False, id="one-day-too-late"),
        pytest.param(None, "before", False, id="no-day-is-not-before"),
        pytest.param(None, "never", True, id="never"),
    ],
)
def test_days_are_counted_to_the_day(days_ago, how, fits):
    person = dict.fromkeys(tables.PEOPLE) | {"customer_id": 1, "last_contact_on": ago(days_ago)}
    rule = tree.Day(field="last_contact_on", how=how, days=30)
    assert (found(rule, Crowd([person])) == {1}) is fits


@pytest.mark.parametrize(
    ("days_ago", "fits"),
    [
        pytest.param(0, True, id="today"),
        pytest.param(30, True, id="the-last-day-within"),
        pytest.param(31, False, id="one-day-too-long-ago"),
        pytest.param(-1, False, id="tomorrow"),
    ],
)
def test_orders_are_counted_to_the_day(days_ago, fits):
    order = {"customer_id": 1, "order_id": 1, "ordered_on": ago(days_ago), "amount": 100}
    of = Crowd([dict.fromkeys(tables.PEOPLE) | {"customer_id": 1}], [order])
    assert (found(tree.Bought(days=30, at_least=1), of) == {1}) is fits


@pytest.mark.parametrize("dialect", ["postgres", "pyspark"])
@few
@given(rule=rules)
def test_every_rule_compiles_for_the_other_engines(dialect, rule):
    # Ibis reads an option while it compiles that it sets only where pyspark is installed.
    options = SimpleNamespace(pyspark=SimpleNamespace(treat_nan_as_null=False))
    there = tables.RuleTables(**{name: ibis.table(schema, name) for name, schema in SCHEMAS.items()})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ibis.backends.sql.compilers.pyspark.options", options)
        assert "customer_id" in ibis.to_sql(fitting(rule, there, day=TODAY), dialect=dialect)


def test_spark_finds_the_same(spark_apart):
    people, spark = crowd(3), spark_apart
    told = {name: getattr(people.tables(), name).to_pyarrow() for name in SCHEMAS}
    there = tables.RuleTables(**{name: sparks.view(spark, f"rule_{name}", rows) for name, rows in told.items()})

    @settings(max_examples=15, deadline=None)
    @given(rules)
    def agree(rule):
        fit = spark.to_pyarrow(fitting(rule, there, day=TODAY))["customer_id"].to_pylist()
        assert set(fit) == who_fits(rule, people)

    agree()


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param({"kind": "number", "field": "orders"}, id="no-bound"),
        pytest.param({"kind": "number", "field": "orders", "at_least": 3, "at_most": 2}, id="bounds-that-cross"),
        pytest.param({"kind": "number", "field": "orders", "at_least": float("nan")}, id="not-a-number"),
        pytest.param({"kind": "number", "field": "orders", "at_least": 10**16}, id="beyond-all-money"),
        pytest.param({"kind": "number", "field": "orders", "at_least": "3"}, id="a-number-as-text"),
        pytest.param({"kind": "number", "field": "orders", "at_least": True}, id="a-number-as-truth"),
        pytest.param({"kind": "number", "field": "tier", "at_least": 3}, id="a-field-of-another-kind"),
        pytest.param({"kind": "number", "field": "password", "at_least": 3}, id="an-unknown-field"),
        pytest.param({"kind": "choice", "field": "tier", "one_of": []}, id="no-choice"),
        pytest.param({"kind": "choice", "field": "tier", "one_of": ["platinum"]}, id="an-unknown-choice"),
        pytest.param({"kind": "choice", "field": "store_id", "one_of": ["1 OR true"]}, id="no-number"),
        pytest.param({"kind": "choice", "field": "store_id", "one_of": ["9" * 30]}, id="a-number-beyond-all-keys"),
        pytest.param({"kind": "bought", "days": 30, "at_least": 1, "channel": "a\x00b"}, id="nul"),
        pytest.param({"kind": "bought", "days": 0, "at_least": 1}, id="no-days"),
        pytest.param({"kind": "tag", "tag": 1, "or": "true"}, id="a-word-too-many"),
        pytest.param({"kind": "sql", "text": "true"}, id="an-unknown-kind"),
        pytest.param({"kind": "all", "of": []}, id="nothing-at-all"),
        pytest.param({"kind": "all", "of": [{"kind": "tag", "tag": 1}] * 41}, id="too-many"),
        pytest.param("true", id="text"),
        pytest.param(None, id="nothing"),
    ],
)
def test_what_makes_no_sense_is_no_rule(kept):
    with pytest.raises(ValidationError):
        tree.read(kept)


@pytest.mark.parametrize("depth", [6, 500])
def test_a_rule_that_goes_too_deep_is_no_rule(depth):
    kept = {"kind": "tag", "tag": 1}
    for _each in range(depth):
        kept = {"kind": "not", "rule": kept}
    with pytest.raises(ValidationError):
        tree.read(kept)


def test_each_field_is_a_column_of_its_own():
    assert len({field.key for field in CATALOGUE}) == len(CATALOGUE)


def test_texts_stay_what_they_are():
    rule = tree.Bought(days=400, at_least=1, channel=CHANNELS[1])
    assert tree.read(tree.write(rule)) == rule
