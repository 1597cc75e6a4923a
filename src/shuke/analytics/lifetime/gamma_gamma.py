"""Gamma-Gamma: what a customer spends in one purchase scatters around a mean of the customer's own.

Shape p within a customer; the scales are gamma (q, γ) between customers. Source: P. S. Fader, B. G. S. Hardie: The
Gamma-Gamma Model of Monetary Value (2013), brucehardie.com/notes/025. Letters are those of the paper; x is the number
of repeat purchases, z the money of all of them in whole units of the currency.
"""

import numpy as np
from scipy.special import digamma, gammaln

from shuke.analytics.lifetime.parameters import LETTERS
from shuke.analytics.lifetime.statistics import Floats, Spends, dot

NAMES = LETTERS["gamma_gamma"]


def start(spends: Spends) -> Floats:
    """Where a search begins: the typical customer's mean, geometrically, which no single huge order moves."""
    typical = dot(spends.customers, spends.log_money - np.log(spends.frequency)) / spends.total()
    return np.array([2.0, 4.0, 1.5 * np.exp(typical)])


def log_likelihood(theta: Floats, spends: Spends) -> tuple[float, Floats]:
    """Of the mean spends of all repeat buyers (equation 1a of the paper), and its gradient."""
    p, q, gamma = theta
    n, x, z = spends.customers, spends.frequency, spends.money
    of_each = np.bincount(x.astype(np.int64), weights=n)
    steps = np.flatnonzero(of_each).astype(np.float64)
    sharing, total, n_x = of_each[of_each > 0].astype(np.float64), spends.total(), n * x
    whole = np.log(gamma + z)
    shrink = whole - spends.log_money
    value = (
        dot(sharing, gammaln(p * steps + q) - gammaln(p * steps))
        + total * (q * np.log(gamma) - gammaln(q))
        - dot(n, p * x * shrink + q * whole + spends.log_money - np.log(x))
    )
    reach = digamma(p * steps + q)
    gradient = np.array(
        [
            dot(sharing * steps, reach - digamma(p * steps)) - dot(n_x, shrink),
            dot(sharing, reach) + total * (np.log(gamma) - digamma(q)) - dot(n, whole),
            total * q / gamma - dot(n, (p * x + q) / (gamma + z)),
        ]
    )
    return float(value), gradient
