"""The lab: everybody judged twice, who moves, and what work that makes."""

from datetime import date, timedelta
from types import SimpleNamespace

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.analytics import lab, pilot, scores
from shuke.analytics.policies import ActivityPolicy, Policies, TierPolicy
from shuke.analytics.value import value_at_risk
from unit.analytics.shop import TODAY, fitted, rows, sale, tables

TOP_TEN = Policies(tier=TierPolicy(gold_money_share=0.10))
TWENTY = [sale(n, n, (21 - n) * 1_000) for n in range(1, 21)]
"""Customer 1 came yesterday and spent most, customer 20 came 20 days ago and spent least."""
PACE = lab.Rhythm(
    tiers={"gold": 10},
    activities={"new": 30, "active": 30, "dormant": 90, "lost": 365},
    first_contact_day=3,
    welcome_days=90,
    days_ahead=2,
)


def judged(facts, now: Policies, was: Policies | None = None):
    was = was or Policies()
    features = value_at_risk(scores.features(facts, as_of=TODAY), fitted(facts, was))
    return lab.judge(features, was=lab.Ruling(was, fitted(facts, was)), now=lab.Ruling(now, fitted(facts, now)))


def flow(table, kind="tier"):
    return {(row["was"], row["now"]): row for row in lab.flow(table, kind).to_pyarrow().to_pylist()}


def test_gold_of_the_top_tenth_sends_the_third_of_twenty_to_silver():
    found = flow(judged(tables(TWENTY), TOP_TEN))
    counts = {step: row["customers"] for step, row in found.items()}
    assert counts == {
        ("gold", "gold"): 2,
        ("gold", "silver"): 1,
        ("silver", "silver"): 5,
        ("bronze", "bronze"): 12,
    }
    assert found["gold", "silver"]["net_money_365"] == 18_000


def test_who_moves_says_why():
    moved = rows(lab.moved(judged(tables(TWENTY), TOP_TEN)))
    assert moved.keys() == {3}
    assert (moved[3]["money_line_was"], moved[3]["money_line_now"]) == ("gold", "silver")
    assert moved[3]["recency_line_was"] == moved[3]["recency_line_now"] == "gold"


def test_a_threshold_of_activity_moves_those_between_old_and_new():
    facts = tables([sale(n, days) for n, days in enumerate((40, 100, 200), start=1)])
    moved = rows(lab.moved(judged(facts, Policies(activity=ActivityPolicy(active_days=120)))))
    assert {n: (row["activity_was"], row["activity_now"]) for n, row in moved.items()} == {2: ("dormant", "active")}


def test_the_same_policies_move_nobody():
    table = judged(tables(TWENTY), Policies())
    assert rows(lab.moved(table)) == {}
    assert all(was == now for was, now in flow(table))


@settings(deadline=None, max_examples=20)
@given(
    gold=st.integers(1, 40),
    silver=st.integers(40, 100),
    orders=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 400)), min_size=1, max_size=30),
)
def test_everybody_is_somewhere_before_and_after(gold, silver, orders):
    facts = tables([sale(customer, days, 100 * customer + days) for customer, days in orders])
    shares = {"gold_recency_share": gold / 100, "gold_money_share": gold / 100, "silver_share": silver / 100}
    table = judged(facts, Policies(tier=TierPolicy(**shares)))
    everybody = len({customer for customer, _ in orders})
    for kind in ("tier", "activity"):
        assert sum(row["customers"] for row in flow(table, kind).values()) == everybody


def standing(*people: dict) -> ibis.Table:
    usual = {"tier_now": "gold", "activity_now": "active", "orders": 5, "days_since_first": 300, "touched_on": None}
    told = [{"customer_id": number, **usual, **person} for number, person in enumerate(people, start=1)]
    kinds = {
        "customer_id": pa.int64(),
        "tier_now": pa.string(),
        "activity_now": pa.string(),
        "orders": pa.int64(),
        "days_since_first": pa.int64(),
        "touched_on": pa.date32(),
    }
    return ibis.memtable(pa.Table.from_pylist(told, schema=pa.schema(kinds)))


def work(*people: dict, pace: lab.Rhythm = PACE):
    return {row["tier"]: row for row in lab.work(standing(*people), "now", pace, on=TODAY).to_pyarrow().to_pylist()}


def ago(days: int) -> date:
    return TODAY - timedelta(days)


def test_work_counts_by_the_shorter_interval_and_only_tiers_of_people():
    both = lab.Rhythm({"gold": 10, "silver": 45}, PACE.activities, 3, 90, 2)
    found = work(
        {},
        {},
        {"tier_now": "silver"},
        {"tier_now": "silver", "activity_now": "lost"},
        {"tier_now": "bronze"},
        pace=both,
    )
    assert {tier: (row["customers"], row["a_month"]) for tier, row in found.items()} == {
        "gold": (2, 6),
        "silver": (2, pytest.approx(1 + 30 / 45)),
    }


@pytest.mark.parametrize(
    ("person", "due"),
    [
        pytest.param({}, 1, id="never-contacted"),
        pytest.param({"touched_on": ago(8)}, 1, id="in-two-days"),
        pytest.param({"touched_on": ago(7)}, 0, id="in-three-days"),
        pytest.param({"touched_on": ago(400)}, 1, id="long-ago"),
        pytest.param({"orders": 1, "days_since_first": 1}, 1, id="new-and-first-contact-in-two-days"),
        pytest.param({"orders": 1, "days_since_first": 0}, 0, id="new-today"),
        pytest.param(
            {"orders": 1, "days_since_first": 20, "touched_on": ago(21)}, 1, id="touched-before-the-first-order"
        ),
        pytest.param({"orders": 1, "days_since_first": 20, "touched_on": ago(5)}, 0, id="welcomed"),
    ],
)
def test_who_is_due_is_who_the_planner_would_open(person, due):
    assert work(person)["gold"]["due"] == due


def test_a_pilot_judges_its_customers_by_lines_of_everybody():
    facts = tables(TWENTY)
    features = scores.features(facts, as_of=TODAY)
    some = pilot.Pilot(TOP_TEN, ibis.memtable(pa.table({"customer_id": pa.array([3, 4], pa.int64())})))
    learned = pilot.learn(lambda table: table.to_pyarrow(), features, Policies(), some)
    found = rows(pilot.apply(features, Policies(), learned, some))
    alone = rows(scores.apply(features, TOP_TEN, fitted(facts, TOP_TEN)))
    rest = rows(scores.apply(features, Policies(), fitted(facts)))
    assert len(found) == 20
    for customer, row in found.items():
        expected = alone if customer in {3, 4} else rest
        assert row == {**expected[customer], "in_pilot": customer in {3, 4}}
    assert (found[3]["tier"], rest[3]["tier"]) == ("silver", "gold")


def test_without_a_pilot_nobody_is_in_one():
    features = scores.features(tables(TWENTY), as_of=TODAY)
    learned = pilot.learn(lambda table: table.to_pyarrow(), features, Policies())
    assert learned.pilot is None
    assert {row["in_pilot"] for row in rows(pilot.apply(features, Policies(), learned)).values()} == {None}


def test_all_of_it_compiles_for_spark(monkeypatch):
    options = SimpleNamespace(pyspark=SimpleNamespace(treat_nan_as_null=False))
    monkeypatch.setattr("ibis.backends.sql.compilers.pyspark.options", options)
    table = judged(tables(TWENTY), TOP_TEN).mutate(touched_on=ibis.null("date"))
    for expression in (lab.flow(table, "tier"), lab.moved(table), lab.work(table, "now", PACE, on=TODAY)):
        assert "SELECT" in ibis.to_sql(expression, dialect="pyspark")
