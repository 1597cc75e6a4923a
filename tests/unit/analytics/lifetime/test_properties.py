"""What holds for every shop."""

import math

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unit.analytics.lifetime.shops import fitted, valued
from unit.analytics.shop import event, return_, sale, tables

few = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
customers = st.integers(1, 8)
days = st.integers(1, 1_200)
money = st.sampled_from([1, 200, 50_000, 10**15])
orders = st.lists(
    st.one_of(st.builds(sale, customers, days, money), st.builds(return_, customers, days, money)), max_size=40
)
shops = orders.map(lambda rest: [sale(1, 40), sale(1, 20), sale(2, 300), sale(2, 1), *rest])


@few
@given(shops, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(shop, random):
    shuffled = random.sample(shop, len(shop))
    learned = fitted(tables(shop))
    assert fitted(tables(shuffled)) == learned
    assert valued(tables(shuffled), learned) == valued(tables(shop), learned)


@few
@given(shops, customers, st.integers(-30, 0), money)
def test_a_fact_of_today_or_later_changes_nothing(shop, customer, days_ago, amount):
    late = [sale(customer, days_ago, amount), return_(customer, days_ago, amount), sale(99, days_ago, amount)]
    happened = [event(1, kind, 1, days_ago, amount) for kind in ("refund", "cancellation", "return")]
    learned = fitted(tables(shop))
    assert fitted(tables(shop + late, happened)) == learned
    assert valued(tables(shop + late, happened), learned) == valued(tables(shop), learned)


@few
@given(shops)
def test_every_number_is_one(shop):
    learned = fitted(tables(shop))
    for estimate in filter(None, (learned.purchases, learned.spend)):
        assert all(0 < value < math.inf for value in estimate.values.values())
        assert all(0 < error < math.inf for error in estimate.standard_errors.values())
    for row in valued(tables(shop), learned).values():
        assert all(math.isfinite(value) for value in row.values() if value is not None)
        assert row["residual_value"] >= 0
        if learned.purchases:
            assert 0 <= row["p_order"] <= row["p_alive"] <= 1
            assert row["discounted_orders"] >= 0
