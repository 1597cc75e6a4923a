"""Cohorts: known tables by hand, and what must hold of any shop."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.analytics import cohorts
from shuke.analytics.cohorts import Cohorts
from unit.analytics.shop import TODAY, event, measured, return_, sale, tables

MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)


def on(month: int, day: int) -> int:
    """A day of 2026 as days before TODAY."""
    return (TODAY - date(2026, month, day)).days


def found(facts, *, as_of: date = TODAY) -> Cohorts:
    rows = cohorts.cells(facts, as_of=as_of).to_pyarrow().to_pylist()
    return Cohorts.from_rows(rows, as_of=as_of)


def months(known: Cohorts) -> dict[date, list[tuple[int, ...]]]:
    return {
        each.first_month: [(month.age, month.customers, month.orders, month.money) for month in each.months]
        for each in known.cohorts
    }


def test_a_shop_of_three_by_hand():
    known = found(
        tables(
            [
                sale(1, on(3, 10), 100),
                sale(1, on(3, 20), 50),
                sale(1, on(5, 2), 30),
                sale(2, on(3, 5), 200),
                return_(2, on(4, 10), 40),
                sale(3, on(5, 15), 70),
            ]
        )
    )
    assert months(known) == {MARCH: [(0, 2, 3, 350), (1, 0, 0, -40), (2, 1, 1, 30)], MAY: [(0, 1, 1, 70)]}
    march = known.cohorts[0]
    assert (march.customers, march.retention(1), march.retention(2), march.retention(9)) == (2, 0.0, 0.5, 0.0)
    assert [march.money(age) for age in range(4)] == [350, 310, 340, 340]
    assert [known.ages(each) for each in known.cohorts] == [3, 1]


def test_a_month_is_over_when_its_last_day_was_seen():
    facts = tables([sale(1, on(5, 2))])
    (first,) = found(facts).cohorts
    assert found(facts).is_over(first, 0)
    assert not found(facts, as_of=TODAY - timedelta(days=1)).is_over(first, 0)


def test_what_comes_before_the_first_order_belongs_to_its_month():
    known = found(tables([return_(1, on(4, 28), 5), sale(1, on(5, 2), 30)]))
    assert months(known) == {MAY: [(0, 1, 1, 25)]}


def test_cancelled_orders_and_buyers_of_nothing_are_in_no_cohort():
    facts = tables([sale(1, on(5, 2)), sale(2, on(5, 3), 0), sale(None, on(5, 3))], [event(1, "cancellation", 1, 9, 0)])
    assert found(facts).cohorts == ()


def test_one_person_with_two_identities_is_one_customer():
    known = found(tables([sale(1, on(3, 10), 100), sale(2, on(5, 2), 30)], identities={1: 1, 2: 1}))
    assert months(known) == {MARCH: [(0, 1, 1, 100), (2, 1, 1, 30)]}


facts = st.lists(
    st.one_of(
        st.builds(sale, st.integers(1, 6), st.integers(0, 500), st.integers(0, 5_000)),
        st.builds(return_, st.integers(1, 6), st.integers(0, 500), st.integers(1, 5_000)),
    ),
    max_size=30,
)


@given(facts)
@settings(max_examples=40, deadline=None)
def test_the_sums_of_all_cohorts_are_the_whole(orders):
    shop = tables(orders)
    known, people = found(shop), measured(shop).values()
    cells = [month for each in known.cohorts for month in each.months]
    assert sum(each.customers for each in known.cohorts) == len(people)
    assert sum(cell.orders for cell in cells) == sum(person["orders"] for person in people)
    assert sum(cell.money for cell in cells) == sum(person["net_money"] for person in people)
    assert all(cell.customers <= each.customers for each in known.cohorts for cell in each.months)


@given(facts, st.randoms())
@settings(max_examples=15, deadline=None)
def test_neither_the_order_of_rows_nor_what_comes_later_matters(orders, random):
    later = [sale(1, -days, 999) for days in (0, 3)]
    shuffled = [*orders, *later]
    random.shuffle(shuffled)
    assert found(tables(shuffled)) == found(tables(orders))
