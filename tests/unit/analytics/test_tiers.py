import pytest

from shuke.analytics.parameters import MoneyLine, RecencyLine
from shuke.analytics.policies import Policies, TierPolicy
from unit.analytics.shop import event, fitted, sale, scored, tables

HALVES = Policies(tier=TierPolicy(gold_recency_share=0.5, gold_money_share=0.5, silver_share=0.5))


def tier_of(rows):
    return {customer: row["tier"] for customer, row in rows.items()}


def shop_of_twenty():
    """Customer n ordered n days ago, and the later the less: 20 % are 4 customers, 15 % are 3, 40 % are 8."""
    return [sale(n, n, 1_000 * (21 - n)) for n in range(1, 21)]


def test_gold_is_the_smaller_of_both_shares_and_silver_the_rest_within_its_own():
    tiers = tier_of(scored(tables(shop_of_twenty())))
    assert {n for n in tiers if tiers[n] == "gold"} == {1, 2, 3}
    assert {n for n in tiers if tiers[n] == "silver"} == {4, 5, 6, 7, 8}


def test_recent_or_rich_alone_is_not_enough():
    orders = shop_of_twenty()
    orders[0]["amount"], orders[19]["amount"] = 1, 10**9
    rows = scored(tables(orders))
    assert (rows[1]["tier"], rows[1]["recency_line"], rows[1]["money_line"]) == ("bronze", "gold", "bronze")
    assert (rows[20]["tier"], rows[20]["recency_line"], rows[20]["money_line"]) == ("bronze", "bronze", "gold")


def test_the_lines_are_the_last_customers_within():
    learned = fitted(tables(shop_of_twenty()))
    assert learned.gold_recency == RecencyLine(days_since_last=4, net_money_365=17_000, customer_id=4)
    assert learned.gold_money == MoneyLine(net_money_365=18_000, customer_id=3)
    assert learned.silver_recency == RecencyLine(days_since_last=8, net_money_365=13_000, customer_id=8)


def test_a_tie_goes_to_more_money_and_then_to_the_smaller_id():
    by_money = scored(tables([sale(1, 5, 100), sale(2, 5, 200)]), HALVES)
    assert tier_of(by_money) == {1: "bronze", 2: "gold"}
    by_id = scored(tables([sale(1, 5, 100), sale(2, 5, 100)]), HALVES)
    assert tier_of(by_id) == {1: "gold", 2: "bronze"}


def test_who_has_spent_nothing_within_the_year_is_bronze_however_few_have_spent_more():
    long_ago = [sale(n, 400 + n, 100) for n in range(1, 5)]
    assert set(tier_of(scored(tables(long_ago), HALVES)).values()) == {"bronze"}


def test_money_counts_net_and_of_twelve_months():
    orders = [sale(1, 5, 100), sale(2, 5, 900), sale(3, 5, 200), sale(3, 400, 9_999), sale(4, 5, 150)]
    tiers = tier_of(scored(tables(orders, [event(2, "refund", 2, 3, 850)]), HALVES))
    assert tiers == {1: "bronze", 2: "bronze", 3: "gold", 4: "gold"}


@pytest.mark.parametrize(("customers", "gold"), [(1, 0), (4, 0), (6, 0), (7, 1), (20, 3), (100, 15)])
def test_a_share_holds_only_whole_customers(customers, gold):
    rows = scored(tables([sale(n, n, 1_000_000 - n) for n in range(1, customers + 1)]))
    assert list(tier_of(rows).values()).count("gold") == gold


def test_shares_do_not_suffer_from_floating_point():
    policies = Policies(tier=TierPolicy(gold_recency_share=0.29, gold_money_share=0.29, silver_share=0.58))
    tiers = tier_of(scored(tables([sale(n, n, 1_000_000 - n) for n in range(1, 101)]), policies))
    assert list(tiers.values()).count("gold") == 29
    assert list(tiers.values()).count("silver") == 29


@pytest.mark.parametrize(
    ("amount", "tier"),
    [
        (50_000_000, "gold"),
        (49_999_999, "silver"),
        (10_000_000, "silver"),
        (9_999_999, "bronze"),
    ],
)
def test_by_spend_a_threshold_is_enough(amount, tier):
    row = scored(tables([sale(1, 300, amount)]), Policies(tier=TierPolicy(mode="by_spend")))[1]
    assert (row["tier"], row["recency_line"], row["money_line"]) == (tier, None, tier)


def test_one_customer_alone_falls_where_the_whole_run_put_them():
    orders = shop_of_twenty()
    learned, together = fitted(tables(orders)), scored(tables(orders))
    for customer in (3, 4, 8, 9):
        alone = scored(tables([orders[customer - 1]]), parameters=learned)
        assert alone[customer] == together[customer]
