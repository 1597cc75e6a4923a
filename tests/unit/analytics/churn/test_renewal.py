from datetime import timedelta

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.analytics import features, models
from shuke.analytics.churn import renewal
from shuke.analytics.churn.lapses import Renewal, RenewalRate
from shuke.analytics.churn.policy import ChurnPolicy
from shuke.analytics.models import PURCHASE_COLUMNS
from shuke.analytics.tables import CONTRACTS, IDENTITIES, ORDER_EVENTS, ORDERS, Tables
from unit.analytics.engines import InMemory
from unit.analytics.shop import TODAY, ago


def contracts(*rows):
    """(customer, days ago that it began, days ago that it ended or will end if below zero, and whether cancelled)"""
    facts = [
        {
            "contract_id": number,
            "identity_id": 10 * customer + number % 2,
            "starts_on": None if start is None else ago(start),
            "ends_on": ago(end),
            "is_cancelled": bool(cancelled),
        }
        for number, (customer, start, end, *cancelled) in enumerate(rows, start=1)
    ]
    whose = [
        {"identity_id": 10 * customer + place, "customer_id": customer}
        for customer in {row[0] for row in rows}
        for place in (0, 1)
    ]
    nothing = (memory([], schema) for schema in (ORDERS, ORDER_EVENTS))
    return Tables(*nothing, memory(whose, IDENTITIES), contracts=memory(facts, CONTRACTS))


def memory(rows, schema):
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema.to_pyarrow()), schema=schema)


def fitted(*rows):
    in_order = renewal.in_order(contracts(*rows), as_of=TODAY)
    return Renewal.from_rows(renewal.fit(in_order).to_pyarrow().to_pylist(), as_of=TODAY)


def ending(*rows, learned=None, **more):
    table = renewal.apply(renewal.in_order(contracts(*rows), as_of=TODAY, **more), learned or PAST)
    return {row["contract_id"]: row for row in table.to_pyarrow().to_pylist()}


PAST = Renewal(rates=(RenewalRate(before=0, contracts=100, lapsed=40), RenewalRate(before=1, contracts=60, lapsed=6)))


def test_a_contract_is_renewed_by_one_that_begins_around_its_end():
    learned = fitted((1, 800, 435), (1, 430, 65), (2, 800, 435), (3, 800, 435), (3, 300, 65), (4, 400, 35))
    assert learned.rates == (
        RenewalRate(before=0, contracts=4, lapsed=3),
        RenewalRate(before=1, contracts=2, lapsed=2),
    )


def test_what_ended_a_moment_ago_may_still_be_renewed():
    assert fitted((1, 395, 30)).rates == ()


def test_the_risk_of_a_contract_is_that_of_those_before_it():
    found = ending((1, 335, -30), (2, 700, 335), (2, 335, -30))
    first, second = found[1], found[3]
    assert (first["before"], first["days_until_end"], first["reason"]) == (0, 30, "contract_ends")
    assert first["renewal_risk"] == pytest.approx((40 + 20 * 46 / 160) / 120)
    assert second["renewal_risk"] == pytest.approx((6 + 20 * 46 / 160) / 80)
    assert (second["ended_alike"], second["lapsed_alike"]) == (60, 6)


def test_a_rate_that_nobody_has_had_is_that_of_all():
    found = ending((1, 1_200, 900), (1, 900, 600), (1, 600, 300), (1, 300, -60))
    assert found[4]["renewal_risk"] == pytest.approx(46 / 160)
    assert found[4]["ended_alike"] == 0


FEW = (RenewalRate(before=0, contracts=19, lapsed=3),)
ONLY_LAPSED = (RenewalRate(before=0, contracts=50, lapsed=50),)


@pytest.mark.parametrize("rates", [(), FEW, ONLY_LAPSED], ids=["none", "few", "only-lapsed"])
def test_where_no_renewal_has_been_seen_there_is_no_number(rates):
    found = ending((1, 300, -60), (2, 300, -60, True), learned=Renewal(rates=rates))
    assert found[1]["renewal_risk"] is None
    assert (found[2]["renewal_risk"], found[2]["reason"]) == (1.0, "contract_cancelled")


def test_a_contract_without_a_first_day_counts_by_its_end():
    assert ending((1, None, -20), (1, None, -385)).keys() == set()
    assert ending((1, None, -20)).keys() == {1}


def test_another_contract_with_the_same_end_is_no_renewal():
    assert ending((1, 300, -20), (1, 200, -20)).keys() == {1, 2}


def test_contracts_that_end_together_are_carried_on_together():
    learned = fitted((1, 800, 435), (1, 700, 435), (1, 430, 65), (2, 800, 435), (2, 700, 435))
    assert learned.rates == (
        RenewalRate(before=0, contracts=4, lapsed=2),
        RenewalRate(before=2, contracts=1, lapsed=1),
    )
    assert ending((1, 300, -20), (1, 200, -20), (1, 1, -400)).keys() == set()


def test_a_renewal_that_was_signed_ahead_counts_where_it_may_be_seen():
    shop = (1, 355, -10), (1, -11, -375)
    assert ending(*shop).keys() == {1}
    assert ending(*shop, seen_until=ago(-90)).keys() == set()


def test_a_run_sees_what_was_signed_ahead():
    on = InMemory()
    facts = contracts((1, 355, -10), (1, -11, -375))
    known = models.known(on, facts, on.keep("features", features.features(facts, as_of=TODAY)), as_of=TODAY)
    seen = {row["contract_id"]: row["is_renewed"] for row in on.read(known.contracts).to_pylist()}
    assert seen == {1: True, 2: False}


@pytest.mark.parametrize(
    ("ends", "is_listed"), [(1, False), (0, True), (-90, True), (-91, False)], ids=["over", "today", "last", "later"]
)
def test_only_what_ends_within_the_notice(ends, is_listed):
    assert bool(ending((1, 300, ends))) == is_listed


def test_what_has_been_renewed_already_is_not_at_risk():
    assert ending((1, 365, -10), (1, 1, -375)).keys() == set()


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 900), st.integers(30, 400)), min_size=1, max_size=8))
def test_a_contract_that_begins_later_changes_nothing(drawn):
    past = [(customer, start, start - length) for customer, start, length in drawn]
    late = [*past, (1, 0, -365), (2, -5, -370)]
    assert fitted(*late) == fitted(*past)
    assert ending(*late) == ending(*past)
    assert all(row["ends_on"] <= TODAY + timedelta(90) for row in ending(*past).values())


def told(*customers):
    """Chances of churn as the purchase model says them."""
    row = {"churn_probability": 0.2, "churn_horizon_days": 30, "churn_parts": [0.1], "churn_numbers": [1.0]}
    types = {"customer_id": "int64", **PURCHASE_COLUMNS}
    return memory([{"customer_id": customer, "at_risk": False} | row for customer in customers], ibis.schema(types))


def laid_over(*rows, learned=None):
    in_order = renewal.in_order(contracts(*rows), as_of=TODAY)
    table = renewal.lay_over(told(1, 2, 3), in_order, learned or PAST, ChurnPolicy())
    return {row["customer_id"]: row for row in table.to_pyarrow().to_pylist()}


def test_a_contract_that_ends_takes_the_place_of_the_chance_by_purchases():
    found = laid_over((1, 335, -20), (2, 300, -91), (3, 300, -10, True))
    assert found[1]["churn_horizon_days"] == 20
    assert found[1]["churn_probability"] == pytest.approx((40 + 20 * 46 / 160) / 120)
    assert (found[1]["churn_parts"], found[1]["at_risk"]) == (None, False)
    assert (found[1]["renewal_reason"], found[1]["renewal_numbers"]) == ("contract_ends", [0, 100, 40])
    assert (found[2]["churn_probability"], found[2]["churn_parts"], found[2]["renewal_reason"]) == (
        0.2,
        [pytest.approx(0.1)],
        None,
    )
    assert (found[3]["churn_probability"], found[3]["at_risk"], found[3]["renewal_reason"]) == (
        1.0,
        True,
        "contract_cancelled",
    )


def test_a_contract_without_a_chance_leaves_the_chance_by_purchases():
    found = laid_over((1, 300, -60), learned=Renewal(rates=()))[1]
    assert (found["churn_probability"], found["churn_horizon_days"], found["renewal_reason"]) == (0.2, 30, None)


def soon(*rows, learned=None):
    in_order = renewal.in_order(contracts(*rows), as_of=TODAY)
    (row,) = renewal.ahead(in_order, learned or PAST, ChurnPolicy()).to_pyarrow().to_pylist()
    return row


def test_what_ends_soon_is_counted_with_how_many_are_expected_to_lapse():
    found = soon((1, 300, -20), (1, 200, -20), (2, 300, -90), (3, 300, -91), (4, 200, -10, True))
    assert (found["contracts"], found["customers"], found["cancelled"]) == (4, 3, 1)
    assert found["expected"] == pytest.approx(3 * (40 + 20 * 46 / 160) / 120, abs=0.05)
    assert (found["likely"], found["amount"], found["likely_amount"]) == (1, None, None)


def test_nothing_that_ends_soon_is_no_number_and_without_a_chance_nothing_is_expected():
    assert soon((1, 300, 5)) == {
        "contracts": 0,
        "customers": 0,
        "cancelled": 0,
        "amount": None,
        "expected": None,
        "likely": 0,
        "likely_amount": None,
    }
    assert soon((1, 300, -5), learned=Renewal(rates=()))["expected"] is None
