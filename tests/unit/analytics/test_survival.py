"""Survival: a textbook's table, lives by hand, and what must hold of any."""

from collections import Counter
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ibis import memtable

from shuke.analytics import survival
from unit.analytics.shop import TODAY, ago, event, return_, sale, tables

SILENCE = 90

# Remission in weeks under 6-mercaptopurine and under placebo (Freireich et al. 1963, Blood 21); "+" is still in it.
TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def read(weeks: str) -> Counter:
    return Counter((int(week.rstrip("+")), not week.endswith("+")) for week in weeks.split())


def test_remission_under_6_mp_as_printed():
    steps = survival.kaplan_meier(read(TREATED))
    printed = [
        (6, 21, 3, 0.8571, 0.0764, 0.6197, 0.9516),
        (7, 17, 1, 0.8067, 0.0869, 0.5631, 0.9228),
        (10, 15, 1, 0.7529, 0.0963, 0.5032, 0.8894),
        (13, 12, 1, 0.6902, 0.1068, 0.4316, 0.8491),
        (16, 11, 1, 0.6275, 0.1141, 0.3675, 0.8049),
        (22, 7, 1, 0.5378, 0.1282, 0.2678, 0.7468),
        (23, 6, 1, 0.4482, 0.1346, 0.1881, 0.6801),
    ]
    for step, (day, at_risk, events, *shares) in zip(steps, printed, strict=True):
        assert (step.day, step.at_risk, step.events) == (day, at_risk, events)
        assert [step.share, step.error, step.low, step.high] == pytest.approx(shares, abs=5e-5)


def test_without_anybody_still_waited_for_it_is_the_plain_share():
    steps = survival.kaplan_meier(read(PLACEBO))
    assert [step.share for step in steps if step.day in (1, 8, 22)] == pytest.approx([19 / 21, 8 / 21, 1 / 21])
    assert (steps[-1].share, steps[-1].low, steps[-1].high) == (0, None, None)


def test_half_of_them():
    treated, placebo = (survival.curve("", read(weeks)) for weeks in (TREATED, PLACEBO))
    assert (treated.median, placebo.median) == (23, 8)
    assert survival.curve("", {(9, False): 5}).median is None


def test_a_curve_ends_when_nobody_is_watched_any_more():
    drawn = survival.curve("", read(TREATED))
    assert [(point.day, point.at_risk) for point in drawn.points] == [
        (0, 21),
        (7, 17),
        (14, 11),
        (21, 7),
        (28, 4),
        (35, 1),
    ]
    assert (drawn.points[0].share, drawn.points[1].share) == (1.0, pytest.approx(0.8067, abs=5e-5))
    assert survival.curve("", {(0, False): 1}).points[-1].day == 0


waits_of_any = st.dictionaries(
    st.tuples(st.integers(0, 400), st.booleans()), st.integers(1, 50), min_size=1, max_size=25
)


@given(waits_of_any)
@settings(deadline=None)
def test_survival_never_rises_and_stays_within_its_band(counted):
    steps = survival.kaplan_meier(counted)
    shares = [1.0, *(step.share for step in steps)]
    assert all(now <= before for before, now in pairwise(shares))
    assert all(0 <= step.share <= 1 for step in steps)
    assert all(step.low <= step.share <= step.high for step in steps if step.low is not None)
    drawn = survival.curve("", counted)
    assert sum(counted.values()) == drawn.customers == drawn.points[0].at_risk


def lives(facts, *, as_of=TODAY) -> list[tuple]:
    rows = survival.lives(facts, as_of=as_of, silence_days=SILENCE).to_pyarrow().to_pylist()
    return sorted(((row["age"], row["came_back"], row["fell_silent"]) for row in rows), key=str)


@pytest.mark.parametrize(
    ("orders", "life"),
    [
        pytest.param([5], (4, None, None), id="came-once-lately"),
        pytest.param([100, 90], (99, 10, None), id="silent-for-a-day-less"),
        pytest.param([101, 91], (100, 10, 100), id="silent-until-yesterday"),
        pytest.param([300, 150, 1], (299, 150, 90), id="came-again-after-a-silence"),
        pytest.param([91, 0], (90, None, 90), id="the-day-itself-is-not-seen"),
        pytest.param([191, 100, 9], (190, 91, 90), id="one-day-longer-than-silence"),
        pytest.param([190, 100, 10], (189, 90, None), id="as-long-as-silence-is-none"),
        pytest.param([20, 20], (19, None, None), id="twice-on-one-day"),
        pytest.param([1], (0, None, None), id="came-yesterday"),
    ],
)
def test_a_life_by_hand(orders, life):
    assert lives(tables([sale(1, days) for days in orders])) == [life]


def test_returns_and_cancelled_orders_are_no_coming_again():
    facts = tables([sale(1, 50), return_(1, 40, 10), sale(1, 30)], [event(3, "cancellation", 1, 20, 0)])
    assert lives(facts) == [(49, None, None)]


def test_waits_begin_on_the_day_on_which_they_were_in_their_tier():
    facts = tables([*(sale(n, 60) for n in range(1, 6)), sale(1, 30), sale(2, 1), sale(3, 31), sale(4, 0)])
    groups = memtable(pa.table({"customer_id": [1, 2, 3, 4, 9], "group": ["gold", "gold", "gold", "bronze", "bronze"]}))
    rows = survival.waits(facts, groups, since=ago(30), as_of=TODAY).to_pyarrow().to_pylist()
    assert {(row["group"], row["days"], row["happened"]): row["customers"] for row in rows} == {
        ("gold", 1, True): 1,
        ("gold", 30, True): 1,
        ("gold", 30, False): 1,
        ("bronze", 30, False): 2,
    }


def test_groups_of_a_few_have_no_curve_and_are_told():
    rows = [{"group": group, "days": 9, "happened": True, "customers": size} for group, size in ((8104, 40), (8105, 2))]
    found = survival.curves(rows, name=survival.quarter_name)
    assert [(each.group, each.customers) for each in found.curves] == [("", 42), ("2026 Q1", 40)]
    assert found.too_few == {"2026 Q2": 2}
    assert survival.curves([]).curves == ()


def test_only_the_newest_quarters_are_drawn():
    rows = [{"group": group, "days": 9, "happened": True, "customers": 30} for group in (8101, 8105, 8103)]
    found = survival.curves(rows, name=survival.quarter_name, newest=2)
    assert [each.group for each in found.curves] == ["", "2025 Q4", "2026 Q2"]


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 400)), max_size=20))
@settings(max_examples=15, deadline=None)
def test_what_comes_later_changes_no_life(orders):
    told = [sale(customer, days) for customer, days in orders]
    assert lives(tables([*told, sale(1, -3)])) == lives(tables(told))
