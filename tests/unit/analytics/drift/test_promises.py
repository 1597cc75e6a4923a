"""What was said of who would not come, against who did not."""

import ibis
import pyarrow as pa
import pytest

from shuke.analytics.drift.parameters import Promise
from shuke.analytics.drift.promises import outcomes, promise
from unit.analytics.shop import TODAY, ago, event, rows, sale, tables

ON = ago(40)


def said(*customers: int, chance: float = 0.5) -> ibis.Table:
    return ibis.memtable(pa.table({"customer_id": customers, "churn_probability": [chance] * len(customers)}))


def seen(facts, *customers: int):
    return rows(outcomes(said(*customers), facts, on=ON, horizon_days=30, customers=len(customers)))


def test_who_comes_within_the_horizon_has_not_lapsed():
    facts = tables([sale(1, 40), sale(2, 11), sale(3, 10), sale(4, 41)])
    told = seen(facts, 1, 2, 3, 4)
    assert {customer: row["lapsed"] for customer, row in told.items()} == {1: False, 2: False, 3: True, 4: True}


def test_a_cancelled_order_is_no_coming():
    assert seen(tables([sale(1, 30)], [event(1, "cancellation", 1, 29, 0)]), 1)[1]["lapsed"]


def test_whoever_was_merged_away_is_not_judged_and_who_stayed_has_their_orders():
    told = seen(tables([sale(1, 60), sale(2, 30)], identities={2: 1}), 1, 2)
    assert {customer: row["lapsed"] for customer, row in told.items()} == {1: False}


def told(*groups: tuple[int, float, int]) -> Promise:
    """Of groups of so many customers with a chance, of whom so many lapsed."""
    people = [(chance, place < lapsed) for count, chance, lapsed in groups for place in range(count)]
    table = pa.table(
        {
            "customer_id": range(len(people)),
            "churn_probability": pa.array([chance for chance, _ in people], pa.float64()),
            "lapsed": pa.array([lapsed for _, lapsed in people], pa.bool_()),
        }
    )
    return promise(table, said_on=ON, horizon_days=30, computed_on=TODAY)


def test_mean_chance_and_share_are_told_and_how_far_apart_chance_brings_them():
    found = told((60, 0.2, 18), (40, 0.7, 30))
    assert (found.said_on, found.until, found.computed_on, found.customers) == (ON, ago(10), TODAY, 100)
    assert (found.predicted, found.observed) == (pytest.approx(0.4), pytest.approx(0.48))
    assert found.chance == pytest.approx(2.576 * (60 * 0.16 + 40 * 0.21) ** 0.5 / 100)
    assert (found.verdict, found.tenths) == ("kept", ())


@pytest.mark.parametrize(
    ("lapsed", "verdict"), [(2_255, "kept"), (2_245, "too_high"), (2_745, "kept"), (2_755, "too_low")]
)
def test_of_many_customers_five_points_are_tolerated(lapsed, verdict):
    assert told((5_000, 0.5, lapsed)).verdict == verdict


def test_tenths_go_from_the_lowest_chance_to_the_highest():
    tenths = told((300, 0.9, 270), (300, 0.1, 60)).tenths
    assert [one.customers for one in tenths] == [60] * 10
    assert [one.predicted for one in tenths] == pytest.approx([0.1] * 5 + [0.9] * 5)
    assert sum(one.observed * one.customers for one in tenths) == pytest.approx(330)


@pytest.mark.parametrize("customers", [0, 99])
def test_of_too_few_customers_only_their_number_is_told(customers):
    found = told((customers, 0.5, customers))
    assert (found.customers, found.predicted, found.observed, found.verdict) == (customers, None, None, None)


def test_everybody_sure_and_nobody_away_is_no_division_by_zero():
    found = told((600, 1.0, 0))
    assert (found.predicted, found.observed, found.chance, found.verdict) == (1, 0, 0, "too_high")
