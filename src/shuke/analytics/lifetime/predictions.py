"""What the fitted model expects of each distinct history. Arrow in, Arrow out: the formulas are beyond SQL."""

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pyarrow as pa

from shuke.analytics.lifetime import bg_nbd, pareto_nbd
from shuke.analytics.lifetime.parameters import Estimate
from shuke.analytics.lifetime.policy import LifetimePolicy
from shuke.analytics.lifetime.statistics import DAYS_A_WEEK, Floats, Histories

MONTHS_A_YEAR = 12
WEEKS_A_MONTH = 365.25 / MONTHS_A_YEAR / DAYS_A_WEEK
MODELS: dict[str, ModuleType] = {"bg_nbd": bg_nbd, "pareto_nbd": pareto_nbd}
IfAlive = Callable[[Floats, Floats, float], Floats]


def predict(histories: pa.Table, estimate: Estimate, policy: LifetimePolicy) -> pa.Table:
    """Add to each history, of the executed table of `purchases.histories`:

    `p_alive`, the chance that the customer has not left; `expected_orders` in the policy's horizon, and `p_order`, the
    chance of at least one; `discounted_orders`, those of the policy's years, each worth less the later it comes.
    """
    known = _each(histories)
    alive, weeks = p_alive(estimate, known), policy.horizon_days / DAYS_A_WEEK
    told = {
        "p_alive": alive,
        "expected_orders": alive * orders_if_alive(estimate, known, weeks),
        "p_order": alive * p_order_if_alive(estimate, known, weeks),
        "discounted_orders": alive * discounted_orders_if_alive(estimate, known, policy),
    }
    for name, values in told.items():
        histories = histories.append_column(name, pa.array(values))
    return histories


def no_purchase(histories: pa.Table, estimate: Estimate, *, horizon_days: int) -> Floats:
    """The chance of each history, of the same table, that no purchase comes in the next days."""
    known = _each(histories)
    chance: Floats = 1 - p_alive(estimate, known) * p_order_if_alive(estimate, known, horizon_days / DAYS_A_WEEK)
    return chance


def _each(histories: pa.Table) -> Histories:
    frequency, last, age = (histories[name].to_numpy() for name in ("frequency", "age_at_last_days", "age_days"))
    return Histories(frequency.astype(np.float64), last, age, np.ones(len(frequency)))


def p_alive(estimate: Estimate, histories: Histories) -> Floats:
    """The chance that a customer with each history has not left."""
    chance: Floats = MODELS[estimate.model].p_alive(estimate.theta(), histories)
    return chance


def orders_if_alive(estimate: Estimate, histories: Histories, weeks: float) -> Floats:
    """Expected purchases in the next `weeks` of who has not left."""
    expected, theta = MODELS[estimate.model].orders_if_alive, estimate.theta()
    return _once_each(lambda frequency, age: expected(theta, frequency, age, weeks), histories)


def p_order_if_alive(estimate: Estimate, histories: Histories, weeks: float) -> Floats:
    """The chance of at least one purchase in the next `weeks` of who has not left."""
    chance, theta = MODELS[estimate.model].p_order_if_alive, estimate.theta()
    return _once_each(lambda frequency, age: chance(theta, frequency, age, weeks), histories)


def discounted_orders_if_alive(estimate: Estimate, histories: Histories, policy: LifetimePolicy) -> Floats:
    """Expected purchases of the policy's years, by steps of a month, discounted from the end of each."""
    expected, theta = MODELS[estimate.model].orders_if_alive, estimate.theta()

    def discounted(frequency: Floats, age: Floats) -> Floats:
        total, before = np.zeros(len(frequency)), np.zeros(len(frequency))
        for month in range(1, policy.years * MONTHS_A_YEAR + 1):
            until = expected(theta, frequency, age, month * WEEKS_A_MONTH)
            total += (until - before) * (1 + policy.discount) ** (-month / MONTHS_A_YEAR)
            before = until
        return total

    return _once_each(discounted, histories)


def _once_each(expected: Callable[[Floats, Floats], Floats], histories: Histories) -> Floats:
    """What depends on frequency and age alone, computed once for each such pair."""
    sizes = int(histories.frequency.max(initial=0)) + 1, int(histories.age_days.max(initial=0)) + 1
    pairs = np.ravel_multi_index((histories.frequency.astype(np.int64), histories.age_days), sizes)
    distinct, place = np.unique(pairs, return_inverse=True)
    frequency, days = np.unravel_index(distinct, sizes)
    each: Floats = np.maximum(expected(frequency.astype(np.float64), days / DAYS_A_WEEK), 0.0)[place]
    return each
