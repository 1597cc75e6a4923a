"""What is learned from simulated shops, and when nothing is."""

from dataclasses import replace

import ibis
import pytest

from shuke.analytics.potential.parameters import Potential
from shuke.analytics.potential.policy import PotentialPolicy
from shuke.analytics.tables import LINES
from unit.analytics.baskets import basket, tables
from unit.analytics.potential import shops
from unit.analytics.shop import TODAY, ago


@pytest.fixture(scope="module")
def shop():
    return shops.shop()


@pytest.fixture(scope="module")
def learned(shop) -> Potential:
    return shops.learned(shop)


def pattern(learned: Potential, kind: str):
    return next(pattern for pattern in learned.patterns if pattern.kind == kind)


def codes(learned: Potential, kind: str) -> list[str]:
    return [each.code for each in pattern(learned, kind).shortfalls]


def test_what_follows_is_found_and_worth_more_than_what_is_popular(learned):
    next_ = pattern(learned, "next")
    rules = {(rule.left, rule.right): rule for rule in next_.rules}
    assert ("coffee", "filters") in rules
    assert rules["coffee", "filters"].rate > 3 * rules["coffee", "filters"].usual
    assert next_.measured.hit_first > next_.measured.popular_first
    assert next_.measured.low > 0
    assert next_.measured.until == TODAY


def test_where_nothing_follows_nothing_is_suggested():
    learned = shops.learned(shops.shop(follows=0.03))
    assert pattern(learned, "next").rules == ()
    assert codes(learned, "next")[0] in {"rules", "new_buyers", "no_usable_pattern"}


def test_what_lies_together_is_found():
    told = pattern(shops.learned(shops.shop(1_500, together=0.4)), "complement")
    (rule,) = [rule for rule in told.rules if (rule.left, rule.right) == ("tea", "cups")]
    assert rule.rate > 0.4 > rule.usual
    assert told.measured.hit_three > told.measured.popular_three


def test_dearer_is_no_step_up_where_prices_fall_by_chance(learned):
    assert len(learned.bands) > 10
    assert pattern(learned, "upgrade").rules == ()


def test_articles_are_learned_where_there_are_no_categories(shop):
    nameless = replace(shop, products=shop.products.mutate(category=ibis.literal("")))
    learned = shops.learned(nameless)
    assert learned.goods == "article"
    assert pattern(learned, "next").rules
    assert codes(learned, "upgrade") == ["categories"]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        pytest.param(tables([basket(1, 30, ["tea"])]), "customers", id="one-customer"),
        pytest.param(tables([basket(n, 30, ["tea"]) for n in range(300)]), "history_days", id="one-day"),
        pytest.param(tables([basket(n, 30, ["-tea"]) for n in range(300)]), "lines", id="only-returns"),
    ],
)
def test_too_little_is_said(facts, code):
    assert codes(shops.learned(facts), "next")[0] == code


def test_a_shop_without_lines_is_declined(shop):
    empty = replace(shop, lines=ibis.memtable(LINES.to_pyarrow().empty_table(), schema=LINES))
    assert codes(shops.learned(empty), "next") == ["lines"]


def test_a_category_of_one_article_and_constant_prices_ends():
    same = tables([basket(n, days, ["tea"]) for n in range(300) for days in (10, 150, 290, 400)])
    learned = shops.learned(same)
    assert codes(learned, "next") == ["rules"]
    assert learned.bands == ()


def test_it_is_the_same_whatever_the_order_and_whatever_comes_later(shop, learned):
    rows = shop.lines.to_pyarrow().to_pylist()
    late = [{**row, "ordered_on": ago(-5), "order_id": 10**9} for row in rows[:500]]
    turned = ibis.memtable(rows[::-1] + late, schema=LINES)
    assert shops.learned(replace(shop, lines=turned)) == learned


def test_what_is_learned_survives_storage(learned):
    assert Potential.model_validate_json(learned.model_dump_json()) == learned


def test_a_sample_is_always_the_same(shop):
    few = PotentialPolicy(min_customers=50)
    assert shops.learned(shop, few, customers=15_000) == shops.learned(shop, few, customers=15_000)
