"""What holds for every shop."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.analytics.parameters import Parameters
from shuke.analytics.policies import Policies, TierPolicy
from unit.analytics.shop import event, fitted, return_, sale, scored, tables

few = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
customers = st.integers(1, 6)
days = st.integers(1, 500)
money = st.sampled_from([100, 200, 50_000, 250_000])
orders = st.lists(st.one_of(st.builds(sale, customers, days, money), st.builds(return_, customers, days, money)))
shops = orders.map(lambda rest: [sale(1, 40), *rest])
wide = Policies(tier=TierPolicy(gold_recency_share=0.5, gold_money_share=0.4, silver_share=0.8))


@few
@given(shops, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(shop, random):
    shuffled = random.sample(shop, len(shop))
    assert scored(tables(shuffled), wide) == scored(tables(shop), wide)
    assert fitted(tables(shuffled), wide) == fitted(tables(shop), wide)


@few
@given(shops, customers, st.integers(-30, 0), money)
def test_a_fact_of_today_or_later_changes_nothing(shop, customer, days_ago, amount):
    late = [sale(customer, days_ago, amount), return_(customer, days_ago, amount)]
    happened = [event(1, kind, 1, days_ago, amount) for kind in ("refund", "cancellation", "return")]
    assert scored(tables(shop + late, happened), wide) == scored(tables(shop), wide)


@few
@given(shops, customers, days, money)
def test_a_new_order_never_lowers_recency(shop, customer, days_ago, amount):
    learned = fitted(tables(shop))
    before = scored(tables(shop), parameters=learned).get(customer)
    after = scored(tables([*shop, sale(customer, days_ago, amount)]), parameters=learned)[customer]
    if before:
        assert after["days_since_last"] <= before["days_since_last"]
        assert after["r"] <= before["r"]  # "A" comes before "C"
        assert after["r_quintile"] >= before["r_quintile"]


@few
@given(shops)
def test_the_lines_put_everybody_where_their_ranks_do(shop):
    rows = scored(tables(shop), wide)
    by_recency = sorted(rows.values(), key=lambda c: (c["days_since_last"], -c["net_money_365"], c["customer_id"]))
    by_money = sorted(rows.values(), key=lambda c: (-c["net_money_365"], c["customer_id"]))

    def first(ranked, tenths):
        return {row["customer_id"] for row in ranked[: len(ranked) * tenths // 10]}

    spent = {customer for customer, row in rows.items() if row["net_money_365"] > 0}
    gold = first(by_recency, 5) & first(by_money, 4) & spent
    silver = first(by_recency, 8) & first(by_money, 8) & spent - gold
    assert {customer for customer, row in rows.items() if row["tier"] == "gold"} == gold
    assert {customer for customer, row in rows.items() if row["tier"] == "silver"} == silver


@few
@given(shops)
def test_equal_values_share_a_fifth_and_better_ones_are_never_below(shop):
    rows = scored(tables(shop)).values()
    for value, fifth, better in (("days_since_last", "r", -1), ("orders", "f", 1), ("money", "m", 1)):
        ordered = sorted((better * row[value], row[f"{fifth}_quintile"]) for row in rows)
        assert [fifth for _, fifth in ordered] == sorted(fifth for _, fifth in ordered)
        assert len(dict(ordered)) == len(set(ordered))


@few
@given(shops)
def test_parameters_survive_storage_and_score_anyone_alone(shop):
    learned = fitted(tables(shop), wide)
    stored = Parameters.model_validate_json(learned.model_dump_json())
    together = scored(tables(shop), wide, learned)
    one = max(together)
    alone = scored(tables([order for order in shop if order["identity_id"] == one]), wide, stored)
    assert alone == {one: together[one]}
