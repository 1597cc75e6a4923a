"""What the files of costs say of each customer."""

from datetime import date

import pytest

from shuke.analytics.lifetime import costs
from shuke.analytics.lifetime.policy import LifetimePolicy
from unit.analytics.lifetime.shops import FEW, fitted, valued
from unit.analytics.shop import TODAY, ago, rows, sale, tables, telling


def stated(orders, identities=None, **more):
    facts = telling(tables(orders, identities=identities), **more)
    return rows(costs.stated(facts, as_of=TODAY))


def line(customer, product, days_ago, amount, quantity=1.0):
    told = {"order_id": 1, "identity_id": customer, "product_id": product, "quantity": quantity}
    return told | {"ordered_on": ago(days_ago), "amount": amount}


def cost(product, since=None, *, unit_cost=None, margin=None):
    return {"product_id": product, "since": since, "unit_cost": unit_cost, "margin": margin}


def by_channel(channel, amount, on=None):
    return {"identity_id": None, "channel": channel, "on": on, "amount": amount}


def test_a_margin_is_what_remains_of_the_articles_whose_cost_is_known():
    told = stated(
        [sale(1, 30), sale(2, 30)],
        lines=[line(1, 7, 30, 10_000, 2.0), line(1, 8, 30, 30_000), line(1, 9, 30, 99_999), line(2, 9, 30, 5_000)],
        product_costs=[cost(7, unit_cost=300_000), cost(8, margin=2_500)],  # 30.00 each; a quarter
    )
    assert told.keys() == {1}
    assert told[1]["margin_share"] == pytest.approx((10_000 - 6_000 + 7_500) / 40_000)


@pytest.mark.parametrize(("days_ago", "margin"), [(200, 0.5), (101, 0.5), (100, 0.2), (51, 0.2), (50, 0.1), (1, 0.1)])
def test_a_cost_holds_from_its_day_until_the_next(days_ago, margin):
    dated = [cost(7, ago(50), margin=1_000), cost(7, margin=5_000), cost(7, ago(100), margin=2_000)]
    told = stated([sale(1, 300)], lines=[line(1, 7, days_ago, 1_000)], product_costs=dated)
    assert told[1]["margin_share"] == margin


def test_what_is_sold_below_cost_is_a_loss_and_what_is_given_back_is_no_sale():
    lines = [line(1, 7, 30, 1_000), line(1, 7, 20, -1_000)]
    told = stated([sale(1, 30)], lines=lines, product_costs=[cost(7, unit_cost=150_000)])
    assert told[1]["margin_share"] == -0.5


def test_what_was_paid_for_a_customer_by_name_counts_before_the_channel():
    orders = [sale(n, 10) | {"channel": "ads"} for n in (1, 2)]
    told = stated(
        [*orders, sale(3, 10)],
        acquisition_costs=[
            by_channel("ads", 500),
            {"identity_id": 1, "channel": "ads", "on": ago(400), "amount": 300},
            {"identity_id": 1, "channel": "", "on": None, "amount": 40},
            {"identity_id": 3, "channel": "", "on": TODAY, "amount": 1},
        ],
    )
    assert {customer: row["acquisition_cost"] for customer, row in told.items()} == {1: 340, 2: 500}


def test_the_channel_is_that_of_the_first_day_at_the_cost_of_that_day():
    ads, shop = {"channel": "ads"}, {"channel": "store"}
    told = stated(
        [sale(1, 90) | ads, sale(1, 10) | shop, sale(2, 90) | shop, sale(2, 10) | ads, sale(3, 40) | ads],
        acquisition_costs=[by_channel("ads", 500, ago(100)), by_channel("ads", 800, ago(50))],
    )
    assert {customer: row["acquisition_cost"] for customer, row in told.items()} == {1: 500, 3: 800}


def test_a_customer_came_with_the_first_of_all_identities():
    orders = [sale(11, 90) | {"channel": "store"}, sale(12, 10) | {"channel": "ads"}]
    assert stated(orders, {11: 3, 12: 3}, acquisition_costs=[by_channel("ads", 500)]) == {}


def test_figures_are_assumed_only_where_nothing_was_stated():
    facts = telling(
        tables([sale(1, 100, 30_000), sale(1, 50, 10_000), sale(2, 80, 20_000)]),
        lines=[line(1, 7, 100, 30_000)],
        product_costs=[cost(7, margin=4_000)],
        acquisition_costs=[{"identity_id": 2, "channel": "", "on": None, "amount": 700}],
    )
    policy = LifetimePolicy(needed_customers=1_000, retention_cost=1_000)
    known = costs.stated(facts, as_of=TODAY)
    learned = fitted(facts, policy, costs=known)
    wang, chen = valued(facts, learned, policy, costs=known).values()
    assert (wang["margin_share"], wang["margin_assumed"], wang["contribution"]) == (0.4, False, 16_000)
    assert (chen["margin_share"], chen["margin_assumed"], chen["contribution"]) == (None, True, 20_000)
    assert (wang["acquisition_cost_assumed"], chen["acquisition_cost_assumed"]) == (True, False)
    assert chen["acquisition_cost"] == 700
    assert (wang["retention_cost_assumed"], wang["return_on_retention"]) == (False, 15.0)
    assert wang["profit_share"] == pytest.approx(15_000 / 34_000)
    assert (learned.population.margin_stated, learned.population.acquisition_stated) == (1, 1)


def test_without_files_every_figure_is_an_assumption():
    facts = tables([sale(1, 100), sale(2, 50)])
    known = costs.stated(facts, as_of=TODAY)
    assert rows(known) == {}
    assert valued(facts, policy=FEW, costs=known) == valued(facts, policy=FEW, costs=None)


def test_a_cost_dated_later_changes_nothing():
    dated = [cost(7, margin=5_000), cost(7, date(2030, 1, 1), margin=1_000)]
    told = stated([sale(1, 30)], lines=[line(1, 7, 30, 1_000), line(1, 7, 0, 9_000)], product_costs=dated)
    assert told[1]["margin_share"] == 0.5
