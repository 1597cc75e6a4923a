import pytest

from unit.analytics.shop import TODAY, ago, event, measured, return_, sale, tables


def test_a_customer_is_measured_from_their_orders():
    orders = [sale(7, 400, 30_000), sale(7, 200, 20_000), sale(7, 100, 10_000), sale(7, 10, 40_000)]
    wang = measured(tables(orders))[7]
    assert wang == {
        "customer_id": 7,
        "first_ordered_on": ago(400),
        "last_ordered_on": ago(10),
        "orders": 4,
        "money": 100_000,
        "median_gap": 100.0,  # of 200, 100 and 90 days
        "days_since_first": 400,
        "days_since_last": 10,
        "net_money": 100_000,
        "net_money_365": 70_000,
        "average_order": 25_000,
        "orders_per_month": pytest.approx(4 / (400 / 30.4375)),
        "money_90": 40_000,
        "money_90_before": 10_000,
        "trend": 4.0,
    }


@pytest.mark.parametrize(
    ("days_ago", "money_90", "money_90_before", "net_money_365"),
    [
        pytest.param(1, 500, 0, 500, id="yesterday"),
        pytest.param(90, 500, 0, 500, id="90-days"),
        pytest.param(91, 0, 500, 500, id="91-days"),
        pytest.param(180, 0, 500, 500, id="180-days"),
        pytest.param(181, 0, 0, 500, id="181-days"),
        pytest.param(365, 0, 0, 500, id="365-days"),
        pytest.param(366, 0, 0, 0, id="366-days"),
    ],
)
def test_windows_of_days_include_their_last_day(days_ago, money_90, money_90_before, net_money_365):
    wang = measured(tables([sale(1, days_ago, 500)]))[1]
    assert (wang["money_90"], wang["money_90_before"]) == (money_90, money_90_before)
    assert wang["net_money_365"] == net_money_365


def test_a_fact_of_today_is_not_known_yet():
    orders = [sale(1, 5, 500), sale(1, 0, 900), sale(2, 0, 900)]
    facts = tables(orders, [event(1, "refund", 1, 0, 500), event(1, "cancellation", 1, 0, 500)])
    (wang,) = measured(facts).values()
    assert (wang["orders"], wang["net_money"], wang["last_ordered_on"]) == (1, 500, ago(5))


def test_in_the_day_the_facts_of_the_day_are_known_and_days_are_counted_to_it():
    orders = [sale(1, 5, 500), sale(1, 0, 900), sale(1, -1, 7), sale(2, 8, 300), sale(3, 0, 40)]
    facts = tables(orders, [event(4, "refund", 2, 0, 100), event(4, "refund", 2, -1, 9)])
    wang, chen, new = measured(facts, seen_until=ago(-1)).values()
    assert (wang["days_since_last"], wang["orders"], wang["money_90"]) == (0, 2, 1_400)
    assert (chen["days_since_last"], chen["net_money"]) == (8, 200)
    assert (new["days_since_first"], new["orders_per_month"]) == (0, 1.0)


def test_orders_a_month_count_at_least_one_month():
    assert measured(tables([sale(1, 2), sale(1, 1)]))[1]["orders_per_month"] == 2.0


@pytest.mark.parametrize(
    ("days_ago", "gap"),
    [
        pytest.param([50], None, id="one-order"),
        pytest.param([50, 50, 50], None, id="bills-of-one-day-are-one-visit"),
        pytest.param([50, 30], 20.0, id="one-gap"),
        pytest.param([50, 30, 30, 30], 20.0, id="split-bills-make-no-gap-of-zero"),
        pytest.param([100, 90, 60], 20.0, id="even-number-of-gaps"),
        pytest.param([100, 99, 60, 10], 39.0, id="odd-number-of-gaps"),
    ],
)
def test_own_gap_is_the_median_between_visits(days_ago, gap):
    assert measured(tables([sale(1, day) for day in days_ago]))[1]["median_gap"] == gap


def test_returns_and_refunds_lower_net_money_on_their_own_day():
    orders = [sale(1, 400, 1_000), sale(1, 30, 700), return_(1, 380, 200), return_(1, 20, 50)]
    wang = measured(tables(orders, [event(1, "refund", 1, 10, 300), event(2, "return", 1, 370, 5)]))[1]
    assert (wang["orders"], wang["money"]) == (2, 1_700)
    assert wang["net_money"] == 1_700 - 200 - 50 - 300 - 5
    assert wang["net_money_365"] == 700 - 50 - 300


def test_a_payment_changes_nothing():
    assert measured(tables([sale(1, 9, 500)], [event(1, "payment", 1, 8, 500)]))[1]["net_money"] == 500


def test_the_kind_of_an_event_says_its_direction():
    assert measured(tables([sale(1, 9, 500)], [event(1, "refund", 1, 8, -200)]))[1]["net_money"] == 300


def test_a_cancelled_sale_is_no_order_and_its_refund_is_not_subtracted_again():
    cancelled = [event(2, "cancellation", 1, 4, 900), event(2, "refund", 1, 3, 900)]
    wang = measured(tables([sale(1, 40, 500), sale(1, 5, 900)], cancelled))[1]
    assert (wang["orders"], wang["money"], wang["net_money"]) == (1, 500, 500)
    assert (wang["last_ordered_on"], wang["median_gap"]) == (ago(40), None)


def test_a_cancellation_counts_from_the_day_after_it():
    facts = tables([sale(1, 40, 500), sale(1, 20, 900)], [event(2, "cancellation", 1, 10, 900)])
    assert measured(facts, as_of=ago(10))[1]["orders"] == 2
    assert measured(facts, as_of=ago(9))[1]["orders"] == 1


@pytest.mark.parametrize(
    "orders",
    [
        pytest.param([], id="no-orders"),
        pytest.param([sale(None, 5)], id="no-customer"),
        pytest.param([return_(1, 5, 100)], id="only-returns"),
        pytest.param([sale(1, 5, 0)], id="only-gifts"),
    ],
)
def test_without_an_order_there_is_no_row(orders):
    assert measured(tables(orders, identities={1: 1, 2: 2})) == {}


def test_identities_of_one_customer_are_one_row():
    orders = [sale(11, 30, 500), sale(12, 20, 700), return_(12, 10, 100)]
    wang = measured(tables(orders, identities={11: 3, 12: 3}))
    assert list(wang) == [3]
    assert (wang[3]["orders"], wang[3]["median_gap"], wang[3]["net_money"]) == (2, 10.0, 1_100)


def test_average_order_is_rounded_half_up():
    assert measured(tables([sale(1, 5, 100), sale(1, 4, 101)]))[1]["average_order"] == 101


def test_money_of_a_large_shop_stays_exact():
    huge = 9 * 10**14 + 1
    wang = measured(tables([sale(1, 5, huge), sale(1, 4, huge)]))[1]
    assert wang["money"] == wang["net_money_365"] == 2 * huge


def test_days_are_counted_across_a_leap_day():
    facts = tables([{**sale(1, 1), "ordered_on": TODAY.replace(year=2024, month=2, day=28)}])
    assert measured(facts, as_of=TODAY.replace(year=2024, month=3, day=1))[1]["days_since_last"] == 2


def test_a_date_of_another_century_does_no_harm():
    facts = tables([{**sale(1, 1), "ordered_on": TODAY.replace(year=1900)}, sale(1, 1)])
    assert measured(facts)[1]["median_gap"] == (ago(1) - TODAY.replace(year=1900)).days
