"""BG/NBD: purchases come at random at a rate of the customer's own; after each one the customer may leave for good.

The rates are gamma (r, α), the chances to leave beta (a, b). Source: P. S. Fader, B. G. S. Hardie, K. L. Lee: "Counting
Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model. Marketing Science 24 (2005), 275-284. Letters are
those of the paper; x is the frequency, t_x the age at the last purchase, T the age; times in weeks.
"""

import numpy as np
from scipy.special import betaincinv, expit, hyp2f1

from shuke.analytics.lifetime.parameters import LETTERS
from shuke.analytics.lifetime.statistics import Floats, Histories, dot

NAMES = LETTERS["bg_nbd"]
AWAY_FROM_ONE = 1e-6
ROUNDING = 1e-9
QUANTILES = 200


def start(histories: Histories) -> Floats:
    """Where a search begins: the population's own rate, and one customer in four leaves after a purchase."""
    return np.array([1.0, histories.weeks_a_purchase(), 1.0, 3.0])


def log_likelihood(theta: Floats, histories: Histories) -> tuple[float, Floats]:
    """Of all customers (equation 7 of the paper), and its gradient.

    Sums over the purchases so far stand for the gamma functions: exact however large b is.
    """
    r, alpha, a, b = theta
    total, beyond = histories.total(), histories.beyond()
    steps = np.arange(len(beyond))
    ways, gone = _both_ways(*_alive_and_left(theta, histories))
    value = dot(beyond, np.log(r + steps) - np.log1p(a / (b + steps))) + total * r * np.log(alpha)
    gradient = np.array(
        [
            dot(beyond, 1 / (r + steps)) + total * np.log(alpha),
            total * r / alpha,
            -dot(beyond, 1 / (a + b + steps)),
            dot(beyond, a / ((b + steps) * (a + b + steps))),
        ]
    )
    return value + dot(histories.customers, ways), gradient + _slopes(theta, histories, gone=gone)


def _slopes(theta: Floats, histories: Histories, *, gone: Floats) -> Floats:
    """The gradient of the two ways together, each as likely as it is after the history."""
    r, alpha, a, b = theta
    n_gone = histories.customers * gone
    n_here = histories.customers - n_gone
    rates = n_here / (alpha + histories.age) + n_gone / (alpha + histories.age_at_last)
    return np.array(
        [
            -dot(n_here, histories.log_age(alpha)) - dot(n_gone, histories.log_age_at_last(alpha)),
            -dot(r + histories.frequency, rates),
            n_gone.sum() / a,
            -dot(n_gone, 1 / _again(b, histories.frequency)),
        ]
    )


def _alive_and_left(theta: Floats, histories: Histories) -> tuple[Floats, Floats]:
    """Logarithms of the two ways to a history: still a customer, or gone after the last purchase."""
    r, alpha, a, b = theta
    x = histories.frequency
    alive = -(r + x) * histories.log_age(alpha)
    left = np.log(a / _again(b, x)) - (r + x) * histories.log_age_at_last(alpha)
    return alive, np.where(x > 0, left, -np.inf)


def _both_ways(alive: Floats, left: Floats) -> tuple[Floats, Floats]:
    """The logarithm of the sum of both, and the share of `left` in it, from one exponential."""
    ahead = left - alive
    smaller = np.exp(-np.abs(ahead))
    share = np.where(ahead > 0, 1.0, smaller) / (1 + smaller)
    return np.maximum(alive, left) + np.log(1 + smaller), share


def _again(b: float, frequency: Floats) -> Floats:
    return np.where(frequency > 0, b + frequency - 1, 1.0)


def p_alive(theta: Floats, histories: Histories) -> Floats:
    """The chance that a customer with each history has not left. It is 1 for who bought once: nobody leaves before."""
    alive, left = _alive_and_left(theta, histories)
    chance: Floats = expit(alive - left)
    return chance


def orders_if_alive(theta: Floats, frequency: Floats, age: Floats, weeks: float) -> Floats:
    """Expected purchases in the next `weeks` of who has not left.

    Equation 10 of the paper after Euler's transformation, whose parameters stay small however often somebody bought.
    """
    r, alpha, a, b = theta
    if abs(a - 1) < AWAY_FROM_ONE:
        a = 1 + AWAY_FROM_ONE  # the formula is 0 / 0 there, and smooth around it
    ahead = weeks / (alpha + age + weeks)
    series = hyp2f1(a - 1, a + b - 1 - r, a + b + frequency - 1, ahead)
    with np.errstate(all="ignore"):
        expected = (a + b + frequency - 1) / (a - 1) * (1 - (1 - ahead) ** (a - 1) * series)
    if_nobody_left = (r + frequency) / (alpha + age) * weeks
    lost = ~((expected >= 0) & (expected <= if_nobody_left * (1 + ROUNDING)))
    if lost.any():
        expected, frequency, age = np.broadcast_arrays(expected, frequency, age)
        expected = expected.copy()
        expected[lost] = _over_chances(theta, frequency[lost], age[lost], weeks)
    found: Floats = expected
    return found


def _over_chances(theta: Floats, frequency: Floats, age: Floats, weeks: float) -> Floats:
    """The same where the series overflows, which it does for a dropout that hardly differs between customers.

    The mean of (1 - E[exp(-λ p t)]) / p over the chance p of leaving after a purchase, at evenly spaced quantiles of
    its distribution.
    """
    r, alpha, a, b = theta
    share = (np.arange(QUANTILES) + 0.5) / QUANTILES
    distinct, place = np.unique(frequency, return_inverse=True)
    leaving = betaincinv(a, (b + distinct)[:, None], share)[place]
    still = -np.expm1(-(r + frequency)[:, None] * np.log1p(leaving * weeks / (alpha + age)[:, None]))
    expected: Floats = (still / leaving).mean(axis=1)
    return expected


def p_order_if_alive(theta: Floats, frequency: Floats, age: Floats, weeks: float) -> Floats:
    """The chance of at least one purchase in the next `weeks` of who has not left."""
    r, alpha, _, _ = theta
    chance: Floats = -np.expm1(-(r + frequency) * np.log1p(weeks / (alpha + age)))
    return chance
