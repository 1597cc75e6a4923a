"""Pareto/NBD: purchases come at random at a rate of the customer's own; the customer may leave at any moment.

The rates of purchase are gamma (r, α), the rates of leaving gamma (s, β). Sources: D. C. Schmittlein, D. G. Morrison,
R. Colombo: Counting Your Customers: Who Are They and What Will They Do Next? Management Science 33 (1987), 1-24; P. S.
Fader, B. G. S. Hardie: A Note on Deriving the Pareto/NBD Model and Related Expressions (2005),
brucehardie.com/notes/009. Letters are those of the papers; x is the frequency, t_x the age at the last purchase, T the
age; times in weeks.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from shuke.analytics.lifetime.parameters import LETTERS
from shuke.analytics.lifetime.statistics import Floats, Histories, dot

NAMES = LETTERS["pareto_nbd"]
# Where the papers have Gaussian hypergeometric functions, we integrate over the moment of leaving: as exact, and its
# gradient falls out of the same sum.
NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)
PLACES, SHARES = (NODES + 1) / 2, WEIGHTS / 2
NEGLIGIBLE = 32.0  # e^-32 is below what the rest of the sum can notice
AT_A_TIME = 2_000


def start(histories: Histories) -> Floats:
    """Where a search begins: the population's own rate, and a lifetime like the mean age."""
    weeks = dot(histories.customers, histories.age) / histories.total()
    return np.array([1.0, histories.weeks_a_purchase(), 1.0, max(weeks, 1.0)])


def log_likelihood(theta: Floats, histories: Histories) -> tuple[float, Floats]:
    """Of all customers, and its gradient (equation 3 of the note, before the integral is solved)."""
    r, alpha, s, beta = theta
    total, beyond = histories.total(), histories.beyond()
    steps = np.arange(len(beyond))
    value = dot(beyond, np.log(r + steps)) + total * (r * np.log(alpha) + s * np.log(beta))
    gradient = np.array(
        [
            dot(beyond, 1 / (r + steps)) + total * np.log(alpha),
            total * r / alpha,
            total * np.log(beta),
            total * s / beta,
        ]
    )
    for part in histories.parts(AT_A_TIME):
        ways, slopes = _ways(theta, part)
        value += dot(part.customers, ways)
        gradient += slopes
    return value, gradient


def _ways(theta: Floats, histories: Histories) -> tuple[Floats, Floats]:
    """Logarithm of the two ways to each history together, and the gradient of their sum."""
    r, alpha, s, beta = theta
    x, age = histories.frequency, histories.age
    alive, left, leaving = _alive_and_left(theta, histories)
    n_gone = histories.customers * expit(left - alive)
    n_here = histories.customers - n_gone
    slopes = np.array(
        [
            -dot(n_here, np.log(alpha + age)) - dot(n_gone, leaving.mean(leaving.log_alpha)),
            -dot(n_here * (r + x), 1 / (alpha + age)) - dot(n_gone * (r + x), leaving.mean(np.exp(-leaving.log_alpha))),
            n_gone.sum() / s - dot(n_here, np.log(beta + age)) - dot(n_gone, leaving.mean(leaving.log_beta)),
            -s * dot(n_here, 1 / (beta + age)) - (s + 1) * dot(n_gone, leaving.mean(np.exp(-leaving.log_beta))),
        ]
    )
    return np.logaddexp(alive, left), slopes


@dataclass(frozen=True, slots=True)
class _Leaving:
    """The moments of leaving t between t_x and T that the integral looks at, a row a history."""

    log_alpha: Floats  # ln(α + t)
    log_beta: Floats  # ln(β + t)
    shares: Floats  # of each moment in the integral; a row sums to 1
    log_integral: Floats

    def mean(self, values: Floats) -> Floats:
        expected: Floats = np.einsum("ij,ij->i", values, self.shares)
        return expected


def _alive_and_left(theta: Floats, histories: Histories) -> tuple[Floats, Floats, _Leaving]:
    r, alpha, s, beta = theta
    leaving = _leaving(theta, histories)
    alive = -(r + histories.frequency) * np.log(alpha + histories.age) - s * np.log(beta + histories.age)
    return alive, np.log(s) + leaving.log_integral, leaving


def _leaving(theta: Floats, histories: Histories) -> _Leaving:
    """The integral of (α + t)^-(r + x) (β + t)^-(s + 1), evenly in the logarithm in which it is smooth."""
    r, alpha, s, beta = theta
    k = (r + histories.frequency)[:, None]
    first, last = histories.age_at_last[:, None], _end(theta, histories)[:, None]
    near, further = min(alpha, beta), abs(alpha - beta)
    span = np.log((near + last) / (near + first))
    log_near = np.log(near + first) + span * PLACES
    log_far = np.log(np.exp(log_near) + further)
    log_alpha, log_beta = (log_near, log_far) if alpha < beta else (log_far, log_near)
    logs = log_near - k * log_alpha - (s + 1) * log_beta
    top = logs.max(axis=1, keepdims=True)
    parts = SHARES * np.exp(logs - top)
    sums = parts.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):  # who bought on the last day had no time to leave: ln 0
        log_integral = np.log(span) + top + np.log(sums)
    return _Leaving(log_alpha, log_beta, parts / sums, log_integral[:, 0])


def _end(theta: Floats, histories: Histories) -> Floats:
    """The age, or the moment before it from which on nothing is left of the integral."""
    r, alpha, _, _ = theta
    nothing_left = np.expm1(np.minimum(NEGLIGIBLE / (r + histories.frequency), 100.0))
    end: Floats = np.minimum(histories.age, histories.age_at_last + (alpha + histories.age_at_last) * nothing_left)
    return end


def p_alive(theta: Floats, histories: Histories) -> Floats:
    """The chance that a customer with each history has not left."""
    chances = [expit(alive - left) for alive, left, _ in _by_parts(theta, histories)]
    return np.concatenate(chances) if chances else np.zeros(0)


def _by_parts(theta: Floats, histories: Histories) -> Iterator[tuple[Floats, Floats, _Leaving]]:
    return (_alive_and_left(theta, part) for part in histories.parts(AT_A_TIME))


def orders_if_alive(theta: Floats, frequency: Floats, age: Floats, weeks: float) -> Floats:
    """Expected purchases in the next `weeks` of who has not left (equation 41 of the note)."""
    r, alpha, s, beta = theta
    staying = np.log1p(weeks / (beta + age))
    # -(e^-(s - 1)y - 1) / (s - 1), which is y at s = 1
    time_left = staying if s == 1 else -np.expm1((1 - s) * staying) / (s - 1)
    expected: Floats = (r + frequency) * (beta + age) / (alpha + age) * time_left
    return expected


def p_order_if_alive(theta: Floats, frequency: Floats, age: Floats, weeks: float) -> Floats:
    """The chance of at least one purchase in the next `weeks`, before leaving, of who has not left."""
    r, alpha, s, beta = theta
    ahead = weeks * PLACES
    k, alpha_t, beta_t = (r + frequency)[:, None], (alpha + age)[:, None], (beta + age)[:, None]
    nothing_yet = -(k + 1) * np.log1p(ahead / alpha_t) - s * np.log1p(ahead / beta_t)
    chance: Floats = np.einsum("ij,j->i", weeks * k / alpha_t * np.exp(nothing_yet), SHARES)
    return chance
