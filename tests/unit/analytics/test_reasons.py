import re

import pytest

from shuke.analytics.policies import Policies, TierPolicy
from shuke.analytics.reasons import WORDS, reasons
from unit.analytics.shop import fitted, sale, scored, tables

SHOP = [sale(n, 10 * n, 1_000 * (21 - n)) for n in range(1, 21)]


def why(orders, customer, policies=None):
    policies = policies or Policies()
    facts = tables(orders)
    learned = fitted(facts, policies)
    return reasons(scored(facts, policies, learned)[customer], policies, learned)


def test_gold_names_both_shares_and_where_they_end():
    assert why(SHOP, 1)["tier"] == [
        {"code": "recency_within_gold", "share": 0.2, "line": 40, "days": 10},
        {"code": "money_within_gold", "share": 0.15, "line_minor": 18_000, "money_minor": 20_000},
    ]


def test_silver_names_the_share_that_was_missed():
    assert why(SHOP, 4)["tier"] == [
        {"code": "recency_within_gold", "share": 0.2, "line": 40, "days": 40},
        {"code": "money_within_silver", "share": 0.4, "missed_share": 0.15, "money_minor": 17_000},
    ]


def test_bronze_names_what_would_be_needed():
    assert why(SHOP, 20)["tier"] == [
        {"code": "recency_outside", "missed_share": 0.4, "days": 200},
        {"code": "money_outside", "missed_share": 0.4, "money_minor": 1_000},
    ]


@pytest.mark.parametrize(
    ("amount", "code", "limit"),
    [
        (60_000_000, "spend_reaches", 50_000_000),
        (20_000_000, "spend_reaches", 10_000_000),
        (20_000, "spend_below", 10_000_000),
    ],
)
def test_by_spend_the_threshold_is_named(amount, code, limit):
    policies = Policies(tier=TierPolicy(mode="by_spend"))
    (reason,) = why([sale(1, 5, amount)], 1, policies)["tier"]
    assert reason == {"code": code, "money_minor": amount, "limit_minor": limit}


@pytest.mark.parametrize(
    ("days_ago", "reason"),
    [
        pytest.param([20], {"code": "first_order_recent", "days": 20, "limit": 30}, id="new"),
        pytest.param([80], {"code": "active_by_days", "days": 80, "limit": 90}, id="active"),
        pytest.param(
            [250, 150], {"code": "active_by_own_gap", "days": 150, "gaps": 2.0, "gap": 100.0}, id="active-by-gap"
        ),
        pytest.param([200], {"code": "silent_but_not_lost", "days": 200, "active": 90.0, "limit": 365}, id="dormant"),
        pytest.param([400], {"code": "silent_too_long", "days": 400, "limit": 365}, id="lost"),
        pytest.param(
            [1300, 1000, 700], {"code": "silent_too_long", "days": 700, "limit": 600.0}, id="lost-after-own-gap"
        ),
    ],
)
def test_activity_says_the_limit_that_decided(days_ago, reason):
    assert why([sale(1, day) for day in days_ago], 1)["activity"] == [reason]


@pytest.mark.parametrize(
    ("days_ago", "code"),
    [([10, 100], "trend_band"), ([10, 200], "trend_from_nothing"), ([200], "trend_of_nothing")],
)
def test_trend_says_what_it_compares(days_ago, code):
    assert why([sale(1, day) for day in days_ago], 1)["t"][0]["code"] == code


def test_value_at_risk_says_whose_gap_it_used():
    orders = [sale(1, 40, 600), sale(1, 30, 600), sale(2, 15, 900)]
    own, shop = why(orders, 1)["value_at_risk"][0], why(orders, 2)["value_at_risk"][0]
    assert (own["code"], own["gap"], own["loss_share"]) == ("silent_against_own_gap", 10.0, 1.0)
    assert (shop["code"], shop["gap"], shop["loss_share"]) == ("silent_against_shop_gap", 10.0, 0.5)


def test_every_reason_has_words_for_its_numbers():
    shops = [SHOP, [sale(1, 20)], [sale(1, 400)], [sale(1, 250), sale(1, 150)], [sale(1, 100), sale(1, 10)]]
    by_spend = Policies(tier=TierPolicy(mode="by_spend"))
    for policies in (Policies(), by_spend):
        for orders in shops:
            for reason in all_said(orders, policies):
                needed = set(re.findall(r"%\((\w+)\)s", WORDS[reason["code"]]))
                assert needed == reason.keys() - {"code"}


def all_said(orders, policies):
    facts = tables(orders)
    learned = fitted(facts, policies)
    for row in scored(facts, policies, learned).values():
        for said in reasons(row, policies, learned).values():
            yield from said
