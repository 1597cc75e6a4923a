"""What the features say of small shops that can be counted by hand."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.analytics import scores
from shuke.analytics.features import features
from unit.analytics.shop import TODAY, ago, event, return_, rows, sale, tables

few = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
customers = st.integers(1, 5)
days = st.integers(1, 500)
money = st.sampled_from([100, 200, 50_000])
orders = st.lists(st.one_of(st.builds(sale, customers, days, money), st.builds(return_, customers, days, money)))
shops = orders.map(lambda rest: [sale(1, 40), *rest])


def of(*args, **more):
    return rows(features(tables(*args), as_of=TODAY, **more))


def test_rhythm():
    one = of([sale(1, days_ago) for days_ago in (100, 80, 80, 40, 30)])[1]
    assert (one["visits"], one["orders"]) == (4, 5)
    assert (one["mean_gap"], one["median_gap"], one["longest_gap"]) == (pytest.approx(70 / 3), 20, 40)
    spread = math.sqrt((20**2 + 40**2 + 10**2) / 3 - (70 / 3) ** 2)
    assert one["gap_variation"] == pytest.approx(spread / (70 / 3))
    assert (one["lateness"], one["silence"]) == (30 / 20, 30 / 40)


def test_who_came_once_has_no_rhythm():
    one = of([sale(1, 100), sale(1, 100)])[1]
    assert one["visits"] == 1
    assert {one[name] for name in ("mean_gap", "longest_gap", "gap_variation", "lateness", "silence")} == {None}


def test_windows_begin_so_many_days_before_the_day():
    one = of([sale(1, days_ago, 100) for days_ago in (1, 30, 31, 90, 91, 180, 181, 365, 366)])[1]
    assert [one[f"orders_{days}"] for days in (30, 90, 180, 365)] == [2, 4, 6, 8]
    assert [one[f"money_{days}"] for days in (30, 90, 180, 365)] == [200, 400, 600, 800]


def test_trends_are_between_all_gone_and_all_new():
    gone, new, half, silent = (
        of(shop)[1]
        for shop in (
            [sale(1, 100, 300)],
            [sale(1, 10, 300)],
            [sale(1, 10, 100), sale(1, 100, 300), sale(1, 101, 100)],
            [sale(1, 400)],
        )
    )
    assert [one["orders_change"] for one in (gone, new, half, silent)] == [-1, 1, pytest.approx(-1 / 3), None]
    assert half["money_change"] == pytest.approx((100 - 400) / 500)
    assert half["average_order_trend"] == pytest.approx(1)


def test_season_is_the_thirty_days_ahead_a_year_ago_and_unknown_to_newcomers():
    assert of([sale(1, n) for n in (400, 365, 336, 335, 10)])[1]["season_orders"] == 2
    assert of([sale(1, 364)])[1]["season_orders"] is None


def test_habits_count_visits_of_the_last_year():
    # TODAY, the first of June 2026, is a Monday; so is every seventh day before it. Two days before is a Saturday.
    one = of([sale(1, n) for n in (7, 7, 14, 2, 400)])[1]
    assert one["active_months"] == 1
    assert one["weekend_share"] == pytest.approx(1 / 3)


def test_every_day_of_a_year_fits_the_counts():
    one = of([sale(1, n) for n in range(1, 366)])[1]
    assert one["active_months"] == 12
    assert one["weekend_share"] == pytest.approx(104 / 365, abs=0.01)


def test_returns_are_a_share_and_a_cancelled_order_is_none():
    shop = [sale(1, 50, 1_000), sale(1, 40, 500), return_(1, 30, 250)]
    assert of(shop)[1]["returned_share"] == pytest.approx(250 / 1_500)
    assert of(shop, [event(2, "cancellation", 1, 20, 500)])[1]["visits"] == 1


def test_an_order_of_the_day_is_seen_only_when_asked():
    shop = [sale(1, 20), sale(1, 0)]
    assert of(shop)[1]["visits"] == 1
    assert of(shop, seen_until=ago(-1))[1]["visits"] == 2


@few
@given(shops)
def test_they_hold_all_that_rfm_t_measures(shop):
    facts = tables(shop)
    measured = rows(features(facts, as_of=TODAY))
    for customer, row in rows(scores.features(facts, as_of=TODAY)).items():
        assert {name: measured[customer][name] for name in row} == row


@few
@given(shops, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(shop, random):
    assert of(random.sample(shop, len(shop))) == of(shop)


@few
@given(shops, customers, st.integers(-30, 0), money)
def test_a_fact_of_today_or_later_changes_nothing(shop, customer, days_ago, amount):
    happened = [event(1, kind, 1, days_ago, amount) for kind in ("refund", "cancellation", "return")]
    late = [sale(customer, days_ago, amount), return_(customer, days_ago, amount)]
    assert of(shop + late, happened) == of(shop)


@few
@given(shops)
def test_nothing_is_without_bound(shop):
    for row in of(shop).values():
        numbers = [value for value in row.values() if isinstance(value, float)]
        assert all(math.isfinite(number) for number in numbers)
        assert all(row[name] is None or -1 <= row[name] <= 1 for name in ("orders_change", "money_change"))
