import pytest

from shuke.analytics.policies import ActivityPolicy, Policies
from unit.analytics.shop import fitted, return_, sale, scored, tables


@pytest.mark.parametrize(
    ("days_ago", "state"),
    [
        pytest.param([1], "new", id="yesterday-for-the-first-time"),
        pytest.param([30, 1], "new", id="first-order-exactly-30-days-ago"),
        pytest.param([31], "active", id="31-days"),
        pytest.param([90], "active", id="exactly-90-days"),
        pytest.param([91], "dormant", id="91-days"),
        pytest.param([271, 181], "dormant", id="beyond-twice-a-gap-of-90"),
        pytest.param([282, 182], "active", id="within-twice-a-gap-of-100"),
        pytest.param([300, 200], "active", id="exactly-twice-the-own-gap"),
        pytest.param([301, 201], "dormant", id="a-day-more-than-twice-the-own-gap"),
        pytest.param([365], "dormant", id="exactly-365-days"),
        pytest.param([366], "lost", id="366-days"),
        pytest.param([900, 500], "active", id="own-gap-longer-than-dormant"),
    ],
)
def test_activity(days_ago, state):
    assert scored(tables([sale(1, day) for day in days_ago]))[1]["activity"] == state


def test_the_longest_activity_is_kept_for_the_reasons():
    rows = scored(tables([sale(1, 300), sale(1, 200), sale(2, 200)]))
    assert (rows[1]["active_until_days"], rows[2]["active_until_days"]) == (200.0, 90.0)


def test_value_at_risk_grows_with_silence_until_three_own_gaps():
    def at_risk(last):
        return scored(tables([sale(1, last + 20, 300), sale(1, last, 300)]))[1]["value_at_risk"]

    assert [at_risk(last) for last in (1, 30, 60, 100)] == [10, 300, 600, 600]


def test_who_ordered_once_is_measured_by_the_median_of_the_shop():
    orders = [sale(n, 100 + gap) for n, gap in ((1, 10), (2, 20), (3, 90))] + [sale(n, 100) for n in (1, 2, 3)]
    facts = tables([*orders, sale(4, 30, 600)])
    assert fitted(facts).shop_median_gap == 20.0
    assert scored(facts)[4]["value_at_risk"] == 300  # 30 days of 3 x 20


def test_where_nobody_came_twice_the_policy_gives_the_gap():
    facts = tables([sale(1, 27, 500)])
    assert fitted(facts).shop_median_gap == 45.0
    assert scored(facts)[1]["value_at_risk"] == 100  # 27 days of 3 x 45
    stricter = Policies(activity=ActivityPolicy(active_days=60, active_gaps=3))
    assert fitted(facts, stricter).shop_median_gap == 20.0


def test_nothing_is_at_risk_where_more_came_back_than_was_bought():
    assert scored(tables([sale(1, 50, 500), return_(1, 40, 800)]))[1]["value_at_risk"] == 0
