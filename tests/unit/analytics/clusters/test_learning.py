"""Groups are looked for by the first run of a month, and stand until the next one."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pytest

from shuke.analytics import rfm
from shuke.analytics.clusters.learning import is_due, learn
from shuke.analytics.clusters.parameters import Clusters, Shortfall, Ungrouped
from shuke.analytics.clusters.policy import ClusterPolicy
from shuke.analytics.tables import IDENTITIES, ORDER_EVENTS, ORDERS, Tables
from unit.analytics.clusters.kinds import JULY

AUGUST = date(2026, 8, 1)
EACH = 100
POLICY = ClusterPolicy(weights={"trend": 0})


def lacking(code: str) -> Ungrouped:
    return Ungrouped(as_of=JULY, policy=POLICY, shortfalls=(Shortfall(code=code, have=0.1, need=0.2),))


@pytest.mark.parametrize(
    ("former", "day", "due"),
    [
        pytest.param(lacking("one_lump"), date(2026, 7, 31), False, id="the-same-month"),
        pytest.param(lacking("one_lump"), date(2026, 8, 1), True, id="a-new-month"),
        pytest.param(lacking("one_lump"), date(2027, 7, 1), True, id="the-same-month-of-another-year"),
        pytest.param(lacking("customers"), date(2026, 7, 2), True, id="too-few-until-now"),
    ],
)
def test_groups_are_looked_for_once_a_month(former, day, due):
    assert is_due(former, POLICY, day) is due


def test_another_policy_counts_at_once():
    assert is_due(lacking("one_lump"), ClusterPolicy(most_groups=5), date(2026, 7, 2))


def orders_of(customer: int, days_before: list[int], amount: int) -> list[dict[str, object]]:
    fixed = {"source_id": 1, "store_id": 1, "line_id": 1, "kind": "sale", "amount": amount, "identity_id": customer}
    return [fixed | {"ordered_on": AUGUST - timedelta(day)} for day in days_before]


def shop() -> Tables:
    """Regulars, giants and the lost, a hundred each; then ten regulars who are lost from July on."""
    random = np.random.default_rng(1)
    orders = []
    for customer in range(1, EACH + 1):
        noise = int(random.integers(0, 3))
        cents = int(random.integers(0, 500))
        last = 45 if customer <= 10 else 1
        orders += orders_of(customer, list(range(last + noise, 200, 7)), 5_000 + cents)
        orders += orders_of(customer + EACH, [20 + noise, 80 + noise, 140 + noise], 400_000 + 50 * cents)
        orders += orders_of(customer + 2 * EACH, [500 + 5 * noise, 520 + 5 * noise], 3_000 + cents)
    numbered = [{"order_id": number, **order} for number, order in enumerate(orders, start=1)]
    people = [{"identity_id": number, "customer_id": number} for number in range(1, 3 * EACH + 1)]
    return Tables(
        ibis.memtable(pa.Table.from_pylist(numbered, schema=ORDERS.to_pyarrow())),
        ibis.memtable(ORDER_EVENTS.to_pyarrow().empty_table()),
        ibis.memtable(pa.Table.from_pylist(people, schema=IDENTITIES.to_pyarrow())),
    )


def read(table: ir.Table) -> pa.Table:
    return table.to_pyarrow()


def learned(facts: Tables, day: date, former=None):
    features = rfm.rfm_t(facts, as_of=day, seen_until=day)
    return learn(read, facts, features, POLICY, customers=3 * EACH, as_of=day, former=former)


@pytest.fixture(scope="module")
def july() -> Clusters:
    return learned(shop(), JULY)


@pytest.fixture(scope="module")
def august(july) -> Clusters:
    return learned(shop(), AUGUST, july)


def test_a_run_of_the_same_month_carries_the_groups_on_and_counts_anew(july):
    later = learned(shop(), date(2026, 7, 20), july)
    told = {"profiles", "shop"}
    assert later.model_dump(exclude=told) == july.model_dump(exclude=told)
    assert later.shop.averages["money"] > july.shop.averages["money"]


def test_profiles_are_of_everybody(july):
    assert july.shop.customers == sum(each.customers for each in july.profiles.values()) == 3 * EACH
    assert july.shop.money == sum(each.money for each in july.profiles.values())
    giants = july.profiles[1]
    assert (giants.customers, giants.averages["orders"]) == (EACH, 2)


def test_moves_tell_who_was_where_at_the_fit_before(july, august):
    assert august.moves.since == JULY
    assert sum(move.customers for move in august.moves.pairs) == 3 * EACH
    stayed = sum(move.customers for move in august.moves.pairs if move.former == move.present)
    assert stayed >= 3 * EACH - 10
    assert july.moves is None


def test_a_month_without_groups_does_not_lose_their_numbers(july, august):
    none = lacking("one_lump").model_copy(update={"former": july})
    assert learned(shop(), AUGUST, none).groups == august.groups


def test_a_shop_without_customers_is_told_so():
    empty = Tables(*(ibis.memtable(schema.to_pyarrow().empty_table()) for schema in (ORDERS, ORDER_EVENTS, IDENTITIES)))
    features = rfm.rfm_t(empty, as_of=JULY, seen_until=JULY)
    found = learn(read, empty, features, POLICY, customers=0, as_of=JULY, former=None)
    assert found.shortfalls[0].code == "customers"
