"""The formulas against single values of the papers, against other forms of themselves, and at their edges."""

import numpy as np
import pytest
from scipy.special import gammaln, hyp2f1

from shuke.analytics.lifetime import bg_nbd, gamma_gamma, pareto_nbd, predictions
from shuke.analytics.lifetime.parameters import Estimate
from shuke.analytics.lifetime.policy import LifetimePolicy
from shuke.analytics.lifetime.statistics import Histories, Spends

BG = np.array([0.2426, 4.4136, 0.7929, 2.4259])
PARETO = np.array([0.553, 10.578, 0.606, 11.669])


def of_weeks(frequency, age_at_last, age):
    days = [np.round(np.array(weeks) * 7).astype(int) for weeks in (age_at_last, age)]
    return Histories.of(frequency, *days)


SHOP = of_weeks([0, 0, 1, 3, 12, 40], [0, 0, 5, 30, 50, 151], [3, 39, 30, 30, 150, 152])
PURCHASES = [0.0, 1.0, 3.0, 40.0]


@pytest.mark.parametrize(("history", "expected"), [((200, 38, 40), 100.7957), ((0, 0, 40), -0.59947382)])
def test_log_likelihood_of_single_histories(history, expected):
    theta = np.array([0.25, 4, 0.8, 2.5])
    found, _ = bg_nbd.log_likelihood(theta, of_weeks(*([part] for part in history)))
    assert found == pytest.approx(expected, abs=0.00005)


@pytest.mark.parametrize(
    ("model", "theta", "data"),
    [
        pytest.param(bg_nbd, BG, SHOP, id="bg-nbd"),
        pytest.param(bg_nbd, np.array([0.7, 8.9, 1e-5, 1e5]), SHOP, id="bg-nbd-where-nobody-leaves"),
        pytest.param(pareto_nbd, PARETO, SHOP, id="pareto-nbd"),
        pytest.param(pareto_nbd, np.array([2.0, 90.0, 0.4, 0.2]), SHOP, id="pareto-nbd-with-a-above-b"),
        pytest.param(
            gamma_gamma,
            np.array([6.25, 3.74, 15.44]),
            Spends.of([1, 1, 4, 90], [900, 1, 20_000, 10**11]),
            id="gamma-gamma",
        ),
    ],
)
def test_gradients_are_the_slopes_of_the_likelihood(model, theta, data):
    _, slopes = model.log_likelihood(theta, data)
    for place, value in enumerate(theta):
        step = np.zeros(len(theta))
        step[place] = value * 1e-5
        above, below = (model.log_likelihood(theta + sign * step, data)[0] for sign in (1, -1))
        assert slopes[place] * value == pytest.approx((above - below) / 2e-5, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("theta", [PARETO, np.array([0.5, 40.0, 0.8, 9.0])], ids=["alpha-below-beta", "above"])
@pytest.mark.parametrize("history", [(0, 0.0, 39.0), (3, 20.0, 39.0), (7, 272 / 7, 39.0), (2, 2 / 7, 300.0)])
def test_pareto_nbd_is_that_of_the_note_with_its_hypergeometric_functions(theta, history):
    found, _ = pareto_nbd.log_likelihood(theta, of_weeks(*([part] for part in history)))
    assert found == pytest.approx(_published_pareto_nbd(*theta, *history), abs=1e-7)


def _published_pareto_nbd(r, alpha, s, beta, x, last, age):
    whole = r + s + x
    larger, difference, second = max(alpha, beta), abs(alpha - beta), s + 1 if alpha >= beta else r + x

    def part(t):
        return hyp2f1(whole, second, whole + 1, difference / (larger + t)) / (larger + t) ** whole

    ways = (alpha + age) ** -(r + x) * (beta + age) ** -s + s / whole * (part(last) - part(age))
    return gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(ways)


@pytest.mark.parametrize("weeks", [4.0, 39.0, 260.0])
def test_expected_orders_are_those_of_equation_10(weeks):
    r, alpha, a, b = BG
    frequency, age = np.array(PURCHASES), np.array([0.0, 39.0, 10.0, 150.0])
    series = hyp2f1(r + frequency, b + frequency, a + b + frequency - 1, weeks / (alpha + age + weeks))
    shrinking = ((alpha + age) / (alpha + age + weeks)) ** (r + frequency)
    published = (a + b + frequency - 1) / (a - 1) * (1 - shrinking * series)
    assert bg_nbd.orders_if_alive(BG, frequency, age, weeks) == pytest.approx(published, rel=1e-9)


@pytest.mark.parametrize("theta", [(0.25, 1.07, 200.0, 103.0), (1.0, 4.0, 50.0, 150.0), (0.5, 2.0, 5_000.0, 900.0)])
def test_where_the_series_overflows_the_expected_orders_are_still_a_mean_over_chances(theta):
    """A dropout that hardly differs between customers leaves little else than its mean."""
    theta, frequency, age = np.array(theta), np.array([0.0, 1.0, 8.0]), np.array([5.0, 30.0, 52.0])
    r, alpha, a, b = theta
    leaving = a / (a + b + frequency)
    alike = -np.expm1(-(r + frequency) * np.log1p(leaving * 260 / (alpha + age))) / leaving
    assert bg_nbd.orders_if_alive(theta, frequency, age, 260.0) == pytest.approx(alike, rel=0.02)


def test_by_the_series_and_over_the_chances_orders_are_the_same():
    theta, frequency, age = np.array([0.24, 4.4, 2.5, 8.0]), np.array([0.0, 3.0]), np.array([20.0, 39.0])
    by_series = bg_nbd.orders_if_alive(theta, frequency, age, 39.0)
    assert bg_nbd._over_chances(theta, frequency, age, 39.0) == pytest.approx(by_series, rel=1e-3)


def test_nothing_jumps_where_a_formula_is_0_by_0():
    frequency, age = np.array(PURCHASES), np.full(4, 30.0)
    for model, theta, place in ((bg_nbd, BG, 2), (pareto_nbd, PARETO, 2)):
        there, near = theta.copy(), theta.copy()
        there[place], near[place] = 1.0, 1.0 + 1e-4
        expected = model.orders_if_alive(near, frequency, age, 52.0)
        assert model.orders_if_alive(there, frequency, age, 52.0) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(("model", "theta"), [(bg_nbd, BG), (pareto_nbd, PARETO)], ids=["bg-nbd", "pareto-nbd"])
def test_a_chance_of_an_order_is_below_the_expected_orders_and_1(model, theta):
    frequency, age = np.array(PURCHASES), np.array([0.0, 39.0, 10.0, 150.0])
    for weeks in (0.1, 4.3, 52.0):
        chance, expected = (of(theta, frequency, age, weeks) for of in (model.p_order_if_alive, model.orders_if_alive))
        assert np.all((chance > 0) & (chance < np.minimum(expected, 1)))


@pytest.mark.parametrize(("model", "theta"), [("bg_nbd", BG), ("pareto_nbd", PARETO)])
def test_who_bought_as_often_but_longer_ago_is_less_likely_to_be_there(model, theta):
    estimate = _estimate(model, theta)
    alive = predictions.p_alive(estimate, of_weeks([4] * 5, [5, 10, 20, 30, 39], [39] * 5))
    assert np.all(np.diff(alive) > 0)
    assert np.all((alive > 0) & (alive <= 1))


def test_who_bought_more_often_up_to_the_last_day_will_buy_more():
    estimate = _estimate("bg_nbd", BG)
    histories = of_weeks(range(1, 40), [39] * 39, [39] * 39)
    expected = predictions.p_alive(estimate, histories) * predictions.orders_if_alive(estimate, histories, 39.0)
    assert np.all(np.diff(expected) > 0)


def test_a_discount_makes_late_orders_worth_less():
    estimate = _estimate("bg_nbd", BG)
    full, less = (
        predictions.discounted_orders_if_alive(estimate, SHOP, LifetimePolicy(discount=rate)) for rate in (0.0, 0.12)
    )
    five_years = predictions.orders_if_alive(estimate, SHOP, 5 * 365.25 / 7)
    assert full == pytest.approx(five_years)
    assert np.all((less < full) & (less > full / 1.12**5))


def _estimate(model, theta):
    names = predictions.MODELS[model].NAMES
    values = dict(zip(names, theta.tolist(), strict=True))
    return Estimate(model=model, values=values, standard_errors={}, log_likelihood=0.0)
