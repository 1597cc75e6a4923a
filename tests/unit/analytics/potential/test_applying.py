"""Suggestions by rules that are given."""

import ibis
import pyarrow as pa
import pytest

from shuke.analytics.goods import bought
from shuke.analytics.potential.applying import EXCLUDED, in_bands, suggestions
from shuke.analytics.potential.landmarks import seen_at
from shuke.analytics.potential.parameters import Bands, Rule
from unit.analytics.baskets import basket, tables
from unit.analytics.shop import TODAY

RULES = (
    Rule(left="tea", right="cups", of=400, came=148, usual=0.09, amount=8_600),
    Rule(left="tea", right="sweets", of=100, came=20, usual=0.1, amount=3_000),
    Rule(left="coffee", right="cups", of=100, came=50, usual=0.09, amount=8_600),
)


def suggested(shop, *, rules=RULES, at_most=3, excluded=()):
    facts = tables(shop)
    seen = seen_at(bought(facts, seen_until=TODAY, goods="category"), TODAY, window_days=90)
    table = ibis.memtable(pa.Table.from_pylist(list(excluded), schema=EXCLUDED.to_pyarrow()), schema=EXCLUDED)
    told = suggestions(seen, rules, at_most=at_most, excluded=table).to_pyarrow().to_pylist()
    return sorted(told, key=lambda row: (row["customer_id"], row["place"]))


def test_the_highest_share_comes_first_and_is_told_with_its_amount():
    cups, sweets = suggested([basket(1, 30, ["tea"])])
    assert (cups["item"], cups["because"], cups["place"], cups["of"], cups["came"]) == ("cups", "tea", 0, 400, 148)
    assert cups["expected"] == round(0.37 * 8_600)
    assert (sweets["item"], sweets["place"]) == ("sweets", 1)


def test_of_several_rules_the_strongest_speaks():
    cups, _sweets = suggested([basket(1, 30, ["tea", "coffee"])])
    assert (cups["because"], cups["came"]) == ("coffee", 50)


def test_what_was_ever_bought_is_not_suggested():
    assert [row["item"] for row in suggested([basket(1, 30, ["tea"]), basket(1, 800, ["cups"])])] == ["sweets"]


def test_what_was_bought_long_ago_leads_to_nothing():
    assert suggested([basket(1, 91, ["tea"])]) == []


def test_nothing_of_the_exclusion_list_is_ever_suggested():
    shop = [basket(1, 30, ["tea", "coffee"]), basket(2, 30, ["tea"])]
    told = suggested(shop, excluded=[{"customer_id": 1, "item": "cups"}])
    assert [(row["customer_id"], row["item"]) for row in told] == [(1, "sweets"), (2, "cups"), (2, "sweets")]


def test_no_more_than_asked_for():
    assert [row["item"] for row in suggested([basket(1, 30, ["tea"])], at_most=1)] == ["cups"]


def test_no_rules_suggest_nothing():
    assert suggested([basket(1, 30, ["tea"])], rules=()) == []


@pytest.mark.parametrize(("price", "band"), [(999, 0), (1_000, 1), (1_999, 1), (2_000, 2)])
def test_a_price_falls_into_its_band(price, band):
    facts = tables([basket(1, 30, {"tea": price * 3, "cups": 1}, quantity=3.0)])
    lines = bought(facts, seen_until=TODAY, goods="category")
    (row,) = in_bands(lines, [Bands(item="tea", cuts=(1_000, 2_000))]).to_pyarrow().to_pylist()
    assert row["item"] == f"tea#{band}"
