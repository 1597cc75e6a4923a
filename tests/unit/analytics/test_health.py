"""Health, reckoned by hand: each measure's points, and that they are the score."""

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from shuke.analytics.health import applying
from shuke.analytics.health.measures import MEASURES
from shuke.analytics.health.policy import HealthPolicy, Measured
from shuke.analytics.policies import Policies
from unit.analytics.rated import rated
from unit.analytics.shop import act, event, return_, rows, sale, tables, telling

few = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
REGULAR = [sale(1, days) for days in (300, 270, 240, 210, 180, 150, 120, 90, 60, 30)]


def of(row, column="health_numbers"):
    return dict(zip(MEASURES, row[column], strict=True))


def contact(customer, days_ago, outcome="reached", number=0, **more):
    told = {
        "interaction_id": 100 * customer + days_ago + number,
        "direction": "out",
        "outcome": outcome,
        "channel": "phone",
    }
    return {"identity_id": customer, "happened_on": sale(customer, days_ago)["ordered_on"], **told, **more}


def test_the_numbers_behind_the_measures():
    shop = tables([*REGULAR, return_(1, 20, 20_000), sale(2, 10)], [event(1, "cancellation", 1, 290, 0)])
    shop = telling(
        shop,
        behaviours=[act("login", 1, 5, 3), act("checkout", 1, 30), act("checkout", 1, 10), act("join", 1, 6)],
        interactions=[contact(1, 9), contact(1, 8, "no_answer"), contact(1, 7, "busy"), contact(1, 6)],
    )
    one = of(rated(shop)[1])
    assert one == {
        "recency": 1.0,  # 30 days, every 30 days
        "trend": 1.0,  # 90, 60 and 30 days ago against 180, 150 and 120
        "usage": 4,
        "logins": 3,
        "participation": 1,
        "completion": 0.5,
        "returns": pytest.approx(20_000 / 90_000),
        "cancellations": pytest.approx(1 / 10),
        "response": 0.5,
    }


def test_points_lie_evenly_between_the_cut_points_and_add_up_by_weight():
    policy = HealthPolicy(
        recency=Measured(weight=30, full=1, none=3),
        trend=Measured(weight=10, full=1, none=0),
        **{name: getattr(HealthPolicy(), name).model_copy(update={"weight": 0}) for name in MEASURES[2:]},
    )
    late = [sale(1, days) for days in (240, 200, 160, 120, 80)]  # two cycles of 40 days ago; 1 order after 3
    one = rated(tables(late), Policies(health=policy))[1]
    assert (
        of(one, "health_points")
        == {
            "recency": pytest.approx(37.5),  # half of 75
            "trend": pytest.approx(12.5),  # half of 25: one order of 90 days against two of the 90 before
            **dict.fromkeys(MEASURES[2:]),
        }
    )
    assert one["health"] == 50


def test_what_a_shop_never_tells_has_no_say_and_what_one_customer_lacks_is_zero():
    silent = of(rated(tables(REGULAR))[1])
    assert {name for name, number in silent.items() if number is not None} == {"recency", "trend"}
    told = rated(telling(tables([*REGULAR, sale(2, 5)]), behaviours=[act("view", 1, 3), act("login", 2, 3)]))
    assert (of(told[1])["logins"], of(told[1])["participation"], of(told[1])["usage"]) == (0, None, 1)


def test_where_too_little_is_known_there_is_no_health_and_the_numbers_stand():
    one = rated(tables([sale(1, 10)]))[1]
    assert (one["health"], one["health_points"]) == (None, None)
    assert of(one)["recency"] is not None
    assert of(one)["trend"] is None


def test_silence_is_measured_in_own_cycles_and_for_newcomers_in_the_shops():
    two_a_day = [sale(2, 400), sale(2, 399), sale(2, 398), sale(2, 100)]
    found = rated(tables([*REGULAR, *two_a_day, sale(3, 60)]))
    assert of(found[1])["recency"] == 1
    assert of(found[2])["recency"] == pytest.approx(100 / 7)  # the shortest cycle of the policy
    assert of(found[3])["recency"] == pytest.approx(60 / 15.5)  # the shop's median of 30 and 1


def test_out_of_nothing_is_all_points_and_nothing_at_all_is_none():
    found = rated(tables([sale(1, 400), sale(1, 10), sale(2, 400), sale(2, 390)]))
    assert of(found[1])["trend"] == pytest.approx(1.2)
    assert of(found[2])["trend"] == 0


def test_a_measure_that_leads_nowhere_or_no_weight_at_all_is_refused():
    with pytest.raises(ValidationError, match="different numbers"):
        Measured(weight=1, full=2, none=2)
    nothing = {name: getattr(HealthPolicy(), name).model_copy(update={"weight": 0}) for name in MEASURES}
    with pytest.raises(ValidationError, match="must have a weight"):
        HealthPolicy(**nothing)


customers, days = st.integers(1, 4), st.integers(1, 500)
orders = st.lists(st.one_of(st.builds(sale, customers, days), st.builds(return_, customers, days, st.just(3_000))))
acts = st.lists(st.builds(act, st.sampled_from(("view", "login", "join", "checkout")), customers, days))
contacts = st.lists(st.builds(contact, customers, days, st.sampled_from(("reached", "no_answer")), st.integers(0, 9)))
NUMBERS = [f"health_{name}" for name in MEASURES]
numbers = st.tuples(*[st.none() | st.floats(0, 5, allow_nan=False) for _each in MEASURES])
weights = st.lists(st.sampled_from([0, 1, 7, 10, 33]), min_size=len(MEASURES), max_size=len(MEASURES)).filter(any)


@settings(max_examples=15, deadline=None)
@given(st.lists(numbers, min_size=1, max_size=30), weights)
def test_the_points_add_up_to_the_score_and_both_stay_between_0_and_100(people, weighed):
    policy = HealthPolicy(
        **{
            name: measure.model_copy(update={"weight": weight})
            for (name, measure), weight in zip(HealthPolicy().measures(), weighed, strict=True)
        }
    )
    told = [{"customer_id": n, **dict(zip(NUMBERS, each, strict=True))} for n, each in enumerate(people)]
    schema = pa.schema({"customer_id": pa.int64(), **dict.fromkeys(NUMBERS, pa.float64())})
    table = applying.apply(ibis.memtable(pa.Table.from_pylist(told, schema=schema)), policy)
    for row in rows(table.select("customer_id", *applying.COLUMNS)).values():
        known = sum(weight for weight, number in zip(weighed, row["health_numbers"], strict=True) if number is not None)
        assert (row["health"] is None) == (known < 0.4 * sum(weighed) or not known)
        if row["health"] is not None:
            points = [round(each, 1) for each in row["health_points"] if each is not None]
            assert round(sum(points), 1) == row["health"]
            assert 0 <= row["health"] <= 100
            assert min(points, default=0) >= 0


@few
@given(orders, acts, contacts, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_what_comes_later_changes_nothing(sold, done, spoken, random):
    shop = telling(tables([sale(1, 200), *sold]), behaviours=done, interactions=spoken)
    late = telling(
        tables([sale(1, 200), *sold, sale(1, 0)], [event(1, "cancellation", 1, 0, 0)]),
        behaviours=[*random.sample(done, len(done)), act("login", 1, 0), act("share", 2, -3)],
        interactions=[*random.sample(spoken, len(spoken)), contact(1, 0, "no_answer"), contact(2, -1)],
    )
    assert rated(late) == rated(shop)
