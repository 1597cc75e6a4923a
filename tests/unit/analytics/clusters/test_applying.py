"""Who is in which group: the same in a fit, in an engine and on the page of one customer; and why."""

from math import dist
from types import SimpleNamespace

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.analytics.clusters.applying import apply, place
from shuke.analytics.clusters.features import measured
from shuke.analytics.clusters.parameters import Shortfall, Ungrouped
from shuke.analytics.clusters.scaling import point
from unit.analytics.clusters import kinds
from unit.analytics.clusters.kinds import JULY, POLICY
from unit.analytics.clusters.test_fitting import EACH, numbers

amounts = st.integers(0, 10**12)
anybody = st.fixed_dictionaries(
    {
        "money": st.integers(1, 10**12),
        "net_money": st.integers(-(10**12), 10**12),
        "net_money_365": amounts,
        "orders": st.integers(1, 10_000),
        "average_order": st.integers(1, 10**12),
        "days_since_last": st.integers(0, 10_000),
        "median_gap": st.none() | st.floats(0.5, 5_000),
        "money_90": amounts,
        "money_90_before": amounts,
    }
)


def grouped(rows: pa.Table, grouping) -> list[int | None]:
    return apply(kinds.lazy(rows), grouping).order_by("customer_id").to_pyarrow()["cluster"].to_pylist()


def test_an_engine_puts_customers_where_the_fit_does(rows, clusters):
    by_kind = [set(grouped(rows, clusters)[start : start + EACH]) for start in range(0, 4 * EACH, EACH)]
    assert by_kind == numbers(rows, clusters)


@pytest.mark.parametrize(
    "grouping",
    [
        pytest.param(None, id="not-looked-for"),
        pytest.param(
            Ungrouped(as_of=JULY, policy=POLICY, shortfalls=(Shortfall(code="customers", have=1, need=200),)),
            id="no-groups-that-hold",
        ),
    ],
)
def test_without_groups_nobody_is_in_one(rows, grouping):
    assert set(grouped(rows, grouping)) == {None}


@settings(deadline=None, max_examples=30)
@given(st.lists(anybody, min_size=1, max_size=20))
def test_the_page_of_a_customer_and_the_run_agree(clusters, people):
    rows = pa.Table.from_pylist([person | {"customer_id": n} for n, person in enumerate(people)], schema=kinds.SCORE)
    assert [place(SimpleNamespace(**person), clusters).group.number for person in people] == grouped(rows, clusters)


@settings(deadline=None)
@given(anybody)
def test_reasons_add_up_to_the_difference_of_the_squared_distances(clusters, person):
    found = place(SimpleNamespace(**person), clusters)
    near, further = (_squared(person, group, clusters) for group in (found.group, found.next))
    assert sum(reason.towards for reason in found.reasons) == pytest.approx(further - near)
    assert 0 <= found.fit <= 1


def _squared(person, group, clusters) -> float:
    return dist(point(measured(SimpleNamespace(**person)), clusters.scales), group.centre) ** 2


def test_a_typical_customer_fits_and_one_in_between_does_not(rows, clusters):
    first, *_others, last = (SimpleNamespace(**row) for row in rows.to_pylist())
    assert place(first, clusters).fit > 0.5
    between = SimpleNamespace(**{name: _halfway(getattr(first, name), getattr(last, name)) for name in vars(first)})
    assert place(between, clusters).fit < 0.5
    assert place(between, clusters).is_far


def _halfway(left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else (left * right) ** 0.5
