"""When the models are used, when they are not, and what is said about it."""

import ibis
import pytest

from shuke.analytics.lifetime import statistics
from shuke.analytics.lifetime.parameters import LifetimeParameters, Note
from shuke.analytics.lifetime.policy import LifetimePolicy
from unit.analytics.lifetime.shops import FEW, Truth, fitted, held_out, simulated, valued
from unit.analytics.shop import ago, event, sale, tables


@pytest.fixture(scope="module")
def shop():
    return simulated(3_000)


@pytest.fixture(scope="module")
def learned(shop):
    return fitted(shop)


def test_a_fit_finds_the_parameters_a_shop_was_made_from(learned):
    truth = Truth()
    assert (learned.method, learned.purchases.penalised) == ("bg_nbd", False)
    for estimate, scale in ((learned.purchases, 1), (learned.spend, 100)):
        for name, value in estimate.values.items():
            true = getattr(truth, name) / (scale if name == "gamma" else 1)
            assert abs(value - true) < 3 * estimate.standard_errors[name]


def test_many_histories_are_fitted_as_few_are(monkeypatch, shop, learned):
    monkeypatch.setattr(statistics, "PART", 200)
    quick = fitted(shop)
    assert quick.method == learned.method
    for name in ("purchases", "spend"):
        one, other = getattr(quick, name), getattr(learned, name)
        assert one.values == pytest.approx(other.values, rel=1e-4)
        assert one.standard_errors == pytest.approx(other.standard_errors, rel=1e-3)
        assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-9)


def test_a_fit_of_the_past_foretells_the_present(shop):
    past = ago(140)
    result = held_out(shop, fitted(shop, as_of=past), split_on=past, as_of=ago(0))
    assert result.predicted == pytest.approx(result.actual, rel=0.05)
    assert result.correlation > 0.6
    assert result.customers == sum(row.customers for row in result.by_frequency) == 3_000


def test_parameters_survive_storage(learned):
    assert LifetimeParameters.model_validate_json(learned.model_dump_json()) == learned


def test_a_shop_that_nobody_leaves_is_fitted_with_a_penalty_and_says_so():
    learned = fitted(simulated(1_500, weeks=30, truth=Truth(a=0.001, b=100.0)))
    assert (learned.method, learned.purchases.penalised) == ("bg_nbd", True)
    told = [(note.code, note.model) for note in learned.notes if note.model]
    assert [model for _, model in told] == ["bg_nbd", "pareto_nbd", "bg_nbd"]
    assert {code for code, _ in told[:2]} <= {"bound_reached", "flat_likelihood"}
    assert told[2][0] == "penalised"


def test_pareto_nbd_stands_in_where_bg_nbd_has_no_optimum(monkeypatch, shop):
    from shuke.analytics.lifetime import fitting

    def without_bg_nbd(name, data, *, penalised):
        found = original(name, data, penalised=penalised)
        return found if name != "bg_nbd" else type(found)(**_fields(found) | {"trouble": Note(code="not_converged")})

    original = fitting._optimum
    monkeypatch.setattr(fitting, "_optimum", without_bg_nbd)
    learned = fitted(shop)
    assert learned.method == "pareto_nbd"
    assert Note(code="not_converged", model="bg_nbd") in learned.notes
    assert all(0 < row["p_alive"] <= 1 for row in valued(shop, learned).values())


def _fields(found):
    return {name: getattr(found, name) for name in found.__slots__}


NEEDED = LifetimePolicy(needed_customers=500, needed_repeat_buyers=100, needed_weeks=26)


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        pytest.param([], {"too_few_customers": 0, "too_few_repeat_buyers": 0, "too_short_history": 0}, id="no-order"),
        pytest.param(
            [sale(1, 300)],
            {"too_few_customers": 1, "too_few_repeat_buyers": 0},
            id="one-customer",
        ),
        pytest.param(
            [sale(n, 300) for n in range(1, 313)],
            {"too_few_customers": 312, "too_few_repeat_buyers": 0},
            id="few-and-nobody-twice",
        ),
        pytest.param([sale(n, 300) for n in range(1, 600)], {"too_few_repeat_buyers": 0}, id="nobody-twice"),
        pytest.param(
            [sale(n, day) for n in range(1, 600) for day in (9, 8)], {"too_short_history": 1}, id="a-week-of-orders"
        ),
    ],
)
def test_the_data_gate_says_what_is_missing(orders, expected):
    learned = fitted(tables(orders), NEEDED)
    gate = {note.code: note.numbers["have"] for note in learned.notes if "have" in note.numbers}
    assert (learned.method, gate) == ("plain", expected)


def test_without_money_there_is_nothing_to_value():
    learned = fitted(tables([sale(n, 300, 0) for n in range(1, 1_000)]), NEEDED)
    assert learned.notes[0] == Note(code="no_money", numbers={"orders": 999})
    assert valued(tables([sale(1, 300, 0)]), learned) == {}


@pytest.mark.parametrize(
    "orders",
    [
        pytest.param([sale(n, day) for n in range(1, 40) for day in (200, 100)], id="all-the-same"),
        pytest.param([sale(n, 200) for n in range(1, 40)] + [sale(1, 3), sale(2, 3)], id="two-repeat-buyers"),
        pytest.param([sale(n, day) for n in range(1, 9) for day in range(1, 300)], id="every-day"),
        pytest.param(
            [sale(n, day, 10**15 if n == 1 else 1) for n in range(1, 30) for day in (200, n)], id="a-huge-outlier"
        ),
        pytest.param([sale(n, day) for n in range(1, 30) for day in (900, 880 - n)], id="years-of-silence"),
        pytest.param([sale(n, day) for n in range(1, 30) for day in (30_000, 30_000 - n)], id="another-century"),
        pytest.param([sale(n, day) for n in range(1, 30) for day in (200, 1)], id="all-of-them-yesterday"),
    ],
)
def test_an_odd_shop_gets_numbers_and_no_error(orders):
    learned = fitted(tables(orders))
    for row in valued(tables(orders), learned).values():
        assert row["lifetime_value"] >= 0
        assert row["p_alive"] is None or 0 <= row["p_alive"] <= 1
    assert learned.method != "plain" or learned.notes


def test_same_spends_are_fitted_with_a_penalty():
    shop = simulated(300)
    orders = shop.orders.mutate(amount=ibis.literal(5_000, "int64"))
    learned = fitted(type(shop)(orders, shop.order_events, shop.identities))
    assert learned.spend.penalised
    assert Note(code="penalised", model="gamma_gamma") in learned.notes


def test_spends_without_a_mean_leave_each_customer_their_own():
    shop = simulated(800, truth=Truth(q=0.8))
    learned = fitted(shop)
    told = [note for note in learned.notes if note.model == "gamma_gamma"]
    assert [note.code for note in told[:2]] == ["infinite_mean", "infinite_mean"]
    assert (learned.method, learned.spend) == ("bg_nbd", None)
    for row in valued(shop, learned).values():
        assert row["order_value"] == pytest.approx(row["money"] / (row["frequency"] + 1), abs=0.5)


def test_spend_that_follows_frequency_is_told():
    orders = [sale(n, 300 - place, 1_000 * n + place) for n in range(1, 40) for place in range(n)]
    (note,) = (note for note in fitted(tables(orders)).notes if note.code == "spend_follows_frequency")
    assert note.numbers["correlation"] > 0.9


def test_retention_is_measured_from_two_years_on():
    back = [sale(n, day) for n in range(1, 61) for day in (500, 100)]
    gone = [sale(n, 500) for n in range(61, 101)]
    short = fitted(tables(back + gone))
    assert (short.population.retention, short.notes[-1].code) == (FEW.assumed_retention, "retention_assumed")
    whole = fitted(tables([*back, *gone, sale(101, 800)]))
    assert whole.population.retention == 0.6
    assert "retention_assumed" not in {note.code for note in whole.notes}


def test_what_comes_back_is_not_kept():
    events = [event(1, "refund", 1, 50, 2_500)]
    assert fitted(tables([sale(1, 100, 5_000), sale(2, 100, 5_000)], events)).population.kept_share == 0.75
