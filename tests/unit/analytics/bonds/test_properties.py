"""What holds for every shop."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unit.analytics.dealings import act, bonds, contact, with_dealings
from unit.analytics.shop import ago, event, return_, sale, tables
from unit.analytics.test_contacts import OUTCOMES

few = settings(max_examples=8, deadline=None)
customers, days = st.integers(1, 3), st.integers(1, 400)
orders = st.lists(st.builds(sale, customers, days) | st.builds(return_, customers, days, st.just(500)), max_size=8)
shops = orders.map(lambda rest: [sale(1, 40), *rest])
calls = st.lists(
    st.builds(
        contact,
        customers,
        days,
        st.sampled_from(OUTCOMES),
        satisfaction=st.none() | st.integers(1, 5),
        promised_on=st.none() | st.integers(0, 400).map(ago),
    ),
    max_size=8,
)


def numbered(rows, column):
    return [row | {column: number} for number, row in enumerate(rows, start=1)]


@few
@given(shops, calls, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(shop, told, random):
    shop, told = numbered(shop, "order_id"), numbered(told, "interaction_id")
    mixed = with_dealings(tables(random.sample(shop, len(shop))), random.sample(told, len(told)))
    assert bonds(mixed) == bonds(with_dealings(tables(shop), told))


@few
@given(shops, calls, customers, st.integers(-30, 0))
def test_a_fact_of_today_or_later_changes_nothing(shop, told, customer, days_ago):
    late = [contact(customer, days_ago, "refused", satisfaction=1)]
    events = [event(1, "return", 1, days_ago, 100)]
    shared = [act(customer, days_ago, "share")]
    after = with_dealings(tables([*shop, return_(customer, days_ago, 100)], events), told + late, shared)
    assert bonds(after) == bonds(with_dealings(tables(shop), told))


@few
@given(shops, calls)
def test_contributions_sum_up_to_the_score_and_nothing_leaves_its_bounds(shop, told):
    for row in bonds(with_dealings(tables(shop), told)).values():
        parts = row["relationship_parts"]
        if row["relationship"] is None:
            assert None in parts
        else:
            assert sum(parts) == pytest.approx(row["relationship"], abs=1e-4)
            assert 0 <= row["relationship"] <= 100
        assert all(side is None or 0 <= side <= 100 for side in row["radar"])
