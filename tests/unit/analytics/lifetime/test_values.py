import ibis
import pyarrow as pa
import pytest

from shuke.analytics.lifetime import plain, values
from shuke.analytics.lifetime.costs import COSTS
from shuke.analytics.lifetime.policy import LifetimePolicy
from unit.analytics.lifetime.shops import FEW, bought, fitted, known, predicted, simulated, valued
from unit.analytics.shop import ago, event, return_, rows, sale, tables

DECLINED = LifetimePolicy(needed_customers=1_000, assumed_retention=0.5, years=2, discount=0.25)


def costs(*stated):
    columns = [dict(zip(COSTS.names, row, strict=True)) for row in stated]
    return ibis.memtable(pa.Table.from_pylist(columns, schema=COSTS.to_pyarrow()), schema=COSTS)


def history(orders, events=(), **options):
    return rows(bought(tables(orders, events), **options))


def test_orders_of_one_day_are_one_purchase():
    orders = [sale(1, 71, 500), sale(1, 71, 300), sale(1, 36, 200), sale(1, 36, 50), sale(1, 8, 1_000)]
    assert history(orders)[1] == {
        "customer_id": 1,
        "frequency": 2,
        "age_at_last_days": 63,
        "age_days": 70,  # to the last day seen, yesterday
        "money": 2_050,
        "repeat_money": 1_250,
        "net_money": 2_050,
        "net_money_365": 2_050,
        "bought_365": True,
        "bought_before": False,
    }


def test_a_return_is_no_purchase_and_lowers_net_money_alone():
    orders = [sale(1, 400, 900), sale(1, 100, 500), return_(1, 50, 200)]
    wang = history(orders, [event(1, "refund", 1, 380, 100)])[1]
    assert (wang["frequency"], wang["age_at_last_days"], wang["money"], wang["repeat_money"]) == (1, 300, 1_400, 500)
    assert (wang["net_money"], wang["net_money_365"]) == (1_100, 300)
    assert (wang["bought_365"], wang["bought_before"]) == (True, True)


def test_a_cancelled_order_is_no_purchase():
    cancelled = history([sale(1, 100), sale(1, 50)], [event(2, "cancellation", 1, 40, 0)])[1]
    assert (cancelled["frequency"], cancelled["age_at_last_days"], cancelled["repeat_money"]) == (0, 0, 0)


def test_in_the_day_the_day_is_seen():
    wang = history([sale(1, 10), sale(1, 0)], seen_until=ago(-1))[1]
    assert (wang["frequency"], wang["age_at_last_days"], wang["age_days"]) == (1, 10, 10)


def test_identities_of_one_customer_have_one_history():
    facts = tables([sale(11, 30), sale(12, 20), sale(12, 30)], identities={11: 3, 12: 3})
    (wang,) = rows(bought(facts)).values()
    assert (wang["customer_id"], wang["frequency"]) == (3, 1)


def test_plain_formulas():
    assert plain.lifetime_years(0.8) == pytest.approx(5)
    assert plain.simple(1_000, years=5, acquisition_cost=200) == 4_800
    assert plain.by_arpu(2_000, retention=0.5, years=2, acquisition_cost=100) == 1_900
    assert plain.discounted(1_000, retention=0.5, discount=0.25, years=2) == pytest.approx(1_000 * (0.4 + 0.16))


def test_where_the_gate_is_shut_the_plain_formulas_stand_in():
    shop = tables([sale(1, 100, 30_000), sale(1, 50, 10_000), sale(2, 80, 20_000)])
    stated = costs((1, 0.5, 1_000, 2_000))
    wang, chen = valued(shop, None, DECLINED, costs=stated).values()
    assert wang == {
        **wang,
        **dict.fromkeys(("p_alive", "expected_orders", "p_order", "discounted_orders")),
        "order_value": 20_000,
        "contribution": 20_000,
        "contribution_365": 20_000,
        "residual_value": 11_200,
        "lifetime_value": 30_200,
        "simple_value": 39_000,
        "arpu_value": 29_000,
        "discounted_value": 10_200,
        "profit_share": 18_000 / 38_000,
        "return_on_retention": 9.0,
        "margin_assumed": False,
        "acquisition_cost_assumed": False,
        "retention_cost_assumed": False,
    }
    assert (chen["contribution"], chen["return_on_retention"]) == (20_000, None)
    assert all(chen[f"{name}_assumed"] for name in ("margin", "acquisition_cost", "retention_cost"))


def test_each_missing_cost_is_marked_by_itself():
    shop = tables([sale(1, 100), sale(2, 100)])
    wang, chen = valued(shop, costs=costs((1, None, 500, None), (2, 0.3, None, 900))).values()
    marked = [name for name, value in wang.items() if name.endswith("_assumed") and value]
    assert marked == ["margin_assumed", "retention_cost_assumed"]
    assert [name for name, value in chen.items() if name.endswith("_assumed") and value] == ["acquisition_cost_assumed"]


def test_a_margin_and_what_comes_back_lower_what_is_still_to_come():
    shop = simulated(400)
    learned = fitted(shop)
    population = learned.population.model_copy(update={"kept_share": 0.5})
    half = learned.model_copy(update={"population": population})
    full = valued(shop, learned)
    less = valued(shop, half, costs=costs(*((customer, 0.2, 0, 0) for customer in full)))
    for customer, row in full.items():
        assert less[customer]["residual_value"] == pytest.approx(row["residual_value"] * 0.1, abs=1)


def test_nobody_has_a_share_of_a_loss():
    shop = tables([sale(1, 100, 500), return_(1, 50, 900), sale(2, 30, 300)])
    assert {row["profit_share"] for row in valued(shop).values()} == {None}


def test_shares_of_profit_sum_to_1():
    shop = simulated(200)
    assert sum(row["profit_share"] for row in valued(shop).values()) == pytest.approx(1)


def test_a_customer_is_valued_alone_as_with_all():
    shop = simulated(300)
    learned = fitted(shop)
    people = known(shop)
    one = people.filter(people.customer_id == 7)
    alone = rows(values.apply(predicted(one, learned), FEW, learned))
    assert alone == {7: valued(shop, learned)[7]}
