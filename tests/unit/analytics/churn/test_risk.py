import numpy as np
import pytest

from shuke.analytics.churn.applying import apply
from shuke.analytics.churn.policy import ChurnPolicy
from shuke.analytics.churn.risk import is_listed, risk_line
from shuke.analytics.features import features
from unit.analytics.churn import shops
from unit.analytics.shop import rows


def line(chances, lapsed, wished=0.85):
    return risk_line(
        np.array(chances), np.array(lapsed, dtype=float), np.full(len(chances), 7.0), wished_precision=wished
    )


def test_the_list_is_as_long_as_the_precision_allows():
    chances = np.linspace(0.9, 0.1, 100)
    lapsed = [1] * 34 + [0] * 6 + [1] * 10 + [0] * 50
    found = line(chances, lapsed)
    assert (found.customers, found.lapsed) == (51, 44)
    assert (found.precision, found.recall) == (44 / 51, 1)
    assert found.threshold == chances[50]
    assert (found.money, found.active_money) == (357, 700)
    assert found.precision_low < found.precision


def test_equal_chances_are_on_the_list_together():
    found = line([0.9] * 30 + [0.5] * 30, [1] * 30 + [1, 0] * 15, wished=0.9)
    assert (found.customers, found.threshold) == (30, 0.9)


@pytest.mark.parametrize(
    ("chances", "lapsed"),
    [([0.9] * 40, [1, 0] * 20), ([0.9] * 19 + [0.1] * 60, [1] * 19 + [0] * 60), ([], [])],
    ids=["never-precise", "too-short", "nobody"],
)
def test_where_no_list_keeps_the_precision_there_is_none(chances, lapsed):
    found = line(chances, lapsed)
    assert (found.threshold, found.precision, found.customers) == (None, None, 0)
    assert found.active_customers == len(chances)


def test_the_list_holds_the_active_above_the_line(shop, learned):
    low = learned.backtest.risk.model_copy(update={"threshold": 0.5})
    model = learned.model_copy(update={"backtest": learned.backtest.model_copy(update={"risk": low})})
    scored = apply(features(shop, as_of=shops.AS_OF), model)
    listed = rows(scored.filter(is_listed(scored, [model], ChurnPolicy())))
    everybody = rows(scored)
    expected = {
        customer
        for customer, row in everybody.items()
        if row["days_since_last"] <= 90 and row["churn_probability"] >= 0.5
    }
    assert listed.keys() == expected
    assert 0 < len(expected) < len(everybody)


def test_without_a_line_the_list_is_empty(shop, learned):
    none = learned.backtest.risk.model_copy(update={"threshold": None})
    model = learned.model_copy(update={"backtest": learned.backtest.model_copy(update={"risk": none})})
    scored = apply(features(shop, as_of=shops.AS_OF), model)
    assert rows(scored.filter(is_listed(scored, [model], ChurnPolicy()))) == {}


def test_it_is_measured_on_those_who_were_active(learned):
    found = learned.backtest.risk
    assert found.active_customers < learned.backtest.customers
    assert found.wished_precision == 0.85
