"""The risk list in hindsight: what became of those who would have been on it."""

import ibis
import pyarrow as pa
import pytest

from shuke.analytics.churn import hindsight
from shuke.analytics.churn.policy import ChurnPolicy
from shuke.analytics.features import features
from shuke.analytics.policies import ActivityPolicy
from unit.analytics.churn import shops
from unit.analytics.shop import ago, event, rows, sale, tables

ON = ago(40)
UNTIL = ago(0)


def listed(*people: dict) -> ibis.Table:
    usual = {"is_listed": True, "churn_horizon_days": 30, "days_since_last": 20, "days_since_first": 200}
    usual |= {"median_gap": 10.0, "net_money_365": 5_000}
    told = [{"customer_id": number, **usual, **person} for number, person in enumerate(people, start=1)]
    return ibis.memtable(pa.Table.from_pylist(told))


def seen(facts, *people: dict, until=UNTIL):
    return hindsight.outcomes(listed(*people), facts, ActivityPolicy(), on=ON, known_until=until)


def test_who_comes_within_the_horizon_has_not_lapsed():
    facts = tables([sale(1, 39), sale(2, 11), sale(3, 10), sale(4, 60)])
    told = rows(seen(facts, {}, {}, {}, {}))
    assert {customer: row["lapsed"] for customer, row in told.items()} == {1: False, 2: False, 3: True, 4: True}


def test_a_cancelled_order_is_no_coming():
    facts = tables([sale(1, 30)], [event(1, "cancellation", 1, 29, 0)])
    assert rows(seen(facts, {}))[1]["lapsed"]


def test_whose_horizon_is_not_over_is_not_judged():
    facts = tables([sale(1, 60)])
    assert rows(seen(facts, {}, {"churn_horizon_days": 60})).keys() == {1}


def test_the_summary_counts_the_list_its_hits_and_the_lead():
    facts = tables([sale(1, 30), sale(9, 1)])
    people = ({}, {}, {"days_since_last": 60, "net_money_365": 300}, {"is_listed": False}, {"is_listed": False})
    (row,) = hindsight.summary(seen(facts, *people)).to_pyarrow().to_pylist()
    assert row == {"active": 5, "lapsed": 4, "listed": 3, "hits": 2, "money": 10_300, "lead_days": (71 + 31) / 2}


def test_a_learned_model_lists_the_active_above_its_line(shop, learned):
    low = learned.backtest.risk.model_copy(update={"threshold": 0.5})
    model = learned.model_copy(update={"backtest": learned.backtest.model_copy(update={"risk": low})})
    told = rows(hindsight.foretell(features(shop, as_of=shops.AS_OF), [model], ChurnPolicy()))
    assert all(row["days_since_last"] <= 90 for row in told.values())
    for row in told.values():
        assert row["is_listed"] == (row["churn_probability"] >= 0.5)


@pytest.mark.parametrize("people", [(), ({"is_listed": False},)], ids=["nobody", "nobody-listed"])
def test_an_empty_list_has_no_lead(people):
    usual = listed({}).filter(ibis._.customer_id < 0) if not people else listed(*people)
    found = hindsight.outcomes(usual, tables([sale(1, 60)]), ActivityPolicy(), on=ON, known_until=UNTIL)
    (row,) = hindsight.summary(found).to_pyarrow().to_pylist()
    assert (row["lead_days"], row["money"]) == (None, None)
