"""Stages, the value card and the place among value and loyalty, by hand."""

import pytest

from shuke.analytics import ratings
from shuke.analytics.contacts import contacts
from shuke.analytics.features import features
from shuke.analytics.policies import Policies
from shuke.analytics.scorecard.applying import VALUES
from shuke.analytics.scorecard.policy import ScorecardPolicy
from unit.analytics.rated import felt, rated
from unit.analytics.shop import TODAY, act, ago, sale, tables, telling


def times(customer, *days, amount=10_000):
    return [sale(customer, each, amount) for each in days]


def stages(orders, behaviours=()):
    return {
        n: (row["stage"], row["journey"]) for n, row in rated(telling(tables(orders), behaviours=behaviours)).items()
    }


STAGES = {
    "first order": ((10,), "grow", "decide"),
    "third order": ((10, 40, 70), "grow", "loyal"),
    "four grow on": ((10, 40, 70, 100), "grow", "loyal"),
    "mature from five": ((10, 40, 70, 100, 130), "mature", "loyal"),
    "dormant": ((100,), "decline", "aware"),
    "lost, however mature": ((400, 430, 460, 490, 520), "decline", "aware"),
    "mature and falling": ((80, 110, 120, 130, 140), "decline", "loyal"),
    "too few to compare": ((80, 110, 120, 300, 310), "mature", "loyal"),
}


def test_the_first_rule_that_fits_decides():
    told = {n: days for n, (days, *_expected) in enumerate(STAGES.values())}
    found = stages([order for n, days in told.items() for order in times(n, *days)])
    assert {words: found[n] for n, words in enumerate(STAGES)} == {
        words: tuple(expected) for words, (_days, *expected) in STAGES.items()
    }


def test_what_is_seen_in_the_shop_brings_a_lapsed_customer_back_on_the_journey():
    orders = [sale(n, 200) for n in (1, 2, 3)]
    found = stages(orders, [act("cart", 1, 30), act("view", 2, 30), act("cart", 3, 31)])
    assert [found[n][1] for n in (1, 2, 3)] == ["decide", "consider", "aware"]


def card(row, column="value_card"):
    return dict(zip(VALUES, row[column], strict=True))


def test_economic_value_is_the_share_of_customers_who_brought_less():
    rows = rated(tables([sale(n, 10, 1_000 * n) for n in range(1, 42)]))
    points = [card(rows[n])["economic"] for n in range(1, 42)]
    assert points == sorted(points)
    assert (points[0], points[20], points[40]) == (0, pytest.approx(9 / 19 * 100), 100)
    assert {round(each * 19 / 100) for each in points} == set(range(20))


def test_the_other_values_come_from_what_the_shop_tells_and_are_unknown_where_it_does_not():
    orders = [*times(1, 5, 35, 65, 95, 125), sale(2, 10)]
    nothing = card(rated(tables(orders))[1])
    assert {name for name, points in nothing.items() if points is None} == set(VALUES) - {"economic"}
    contacts = [
        {"identity_id": 1, "interaction_id": n, "happened_on": ago(n), "direction": "in", "satisfaction": 5}
        for n in (1, 2)
    ]
    contract = {"contract_id": 1, "identity_id": 1, "starts_on": None, "is_cancelled": False}
    shop = telling(
        tables(orders),
        behaviours=[act("share", 1, 300, 3)],
        interactions=contacts,
        contracts=[contract | {"ends_on": ago(-73)}, contract | {"ends_on": ago(-700), "is_cancelled": True}],
    )
    found = rated(shop)
    assert card(found[1], "value_numbers") == {
        "economic": 50_000, "word_of_mouth": 3, "strategic": 73, "emotional": None, "learning": 4,
    }  # fmt: skip
    assert card(found[1])["word_of_mouth"] == 50
    assert card(found[1])["strategic"] == pytest.approx(20)
    assert card(found[1])["learning"] == pytest.approx(400 / 6)
    assert found[1]["is_expert"]
    assert (card(found[2])["word_of_mouth"], card(found[2])["strategic"], card(found[2])["learning"]) == (None, 0, 0)
    assert not found[2]["is_expert"]


def test_the_four_places_of_value_and_loyalty():
    shop = [
        *times(1, 10, 40, 70, 100, 130, amount=90_000),  # much, often
        *times(2, 100, amount=400_000),  # much, once, long ago
        *times(3, 10, 40, 70, 100, 130, amount=100),  # little, often
        *times(4, 300, amount=100),
    ]
    found = rated(tables(shop))
    assert [found[n]["value_quadrant"] for n in (1, 2, 3, 4)] == ["friend", "butterfly", "regular", "passer_by"]
    assert found[1]["loyalty"] == 100
    assert found[2]["loyalty"] == pytest.approx((0 + (1 - (100 / 30 - 1) / 3) * 100) / 2)


def test_the_balance_of_the_emotional_account_is_the_emotional_value():
    found = rated(tables([sale(1, 10), sale(2, 10)]), balances=felt(_1=80))
    place = VALUES.index("emotional")
    assert [found[customer]["value_card"][place] for customer in (1, 2)] == [80, None]
    assert [found[customer]["value_numbers"][place] for customer in (1, 2)] == [80, None]


def test_thresholds_are_the_policys():
    shop = tables([*times(1, 10, 40, 70, 100, 130), *times(2, 10, 40, amount=100)])
    strict = Policies(scorecard=ScorecardPolicy(high_value=100, high_loyalty=100, loyal_orders=6))
    assert rated(shop)[1]["value_quadrant"] == "friend"
    assert rated(shop, strict)[1]["value_quadrant"] == "butterfly"


def test_a_run_that_knows_nothing_of_the_shop_rates_nobody():
    facts = tables([sale(1, 10)])
    known = ratings.Known(**ratings.beside(facts, as_of=TODAY))
    rated_by_none = ratings.apply(
        features(facts, as_of=TODAY), known, contacts(facts, as_of=TODAY), felt(), Policies(), None
    ).to_pyarrow()
    assert [set(row.values()) for row in rated_by_none.drop_columns("customer_id").to_pylist()] == [{None}]
