"""How scores and the features behind them are spread over the customers, against an earlier run.

    psi = sum over bands of (share now - share then) * ln(share now / share then)

The bands are the tenths of then, and one for those who have no such number. What a model says has bands around the
middles of the tenths: models are learned anew every night, and many customers who share one number would all change
bands for a hair's breadth. After Siddiqi, N. (2006). *Credit Risk Scorecards*. Wiley.
"""

from collections.abc import Sequence
from datetime import date

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shuke.analytics.arrays import numbers
from shuke.analytics.drift.parameters import FEWEST, Spread, Stability
from shuke.analytics.sampling import is_sampled

__all__ = ["FEATURES", "LIFETIME", "SAMPLE", "psi", "said", "stability"]

Numbers = npt.NDArray[np.float64]

SAMPLE = 100_000
"""Of so many customers chance moves ten bands by 0.0005 at most, 99 times in a hundred."""
FEATURES = ("days_since_last", "median_gap", "orders_per_month", "orders", "money")
"""The features of churn that a score carries."""
LIFETIME = ("lifetime_value", "expected_orders", "order_value")
SAID = {"churn_probability", *LIFETIME}
HALF_A_CUSTOMER = 0.5
"""Stands in for nobody: a share of zero has no logarithm."""


def said(scores: ir.Table, *, run: int, customers: int) -> ir.Table:
    """What a run of so many customers has said of a sample of them; a chance by a contract is of no model here."""
    of_run = scores.filter(scores.run_id == run, is_sampled(scores.customer_id, customers=customers, at_most=SAMPLE))
    chance = of_run.renewal_reason.isnull().ifelse(of_run.churn_probability, None)
    names = ("customer_id", "churn_horizon_days", *FEATURES, *LIFETIME)
    return of_run.select(*names, churn_probability=chance)


def stability(then: pa.Table, now: pa.Table, names: Sequence[str], *, since: date) -> Stability:
    """The spreads of the columns `names`, the score first; of too few customers none."""
    known = Stability(since=since, customers_then=then.num_rows, customers_now=now.num_rows)
    if min(then.num_rows, now.num_rows) < FEWEST:
        return known
    score, *features = [_spread(name, numbers(then[name]), numbers(now[name])) for name in names]
    return known.model_copy(update={"score": score, "features": tuple(features)})


def _spread(name: str, then: Numbers, now: Numbers) -> Spread:
    return Spread(name=name, psi=psi(then, now, said=name in SAID), then=_median(then), now=_median(now))


def _median(values: Numbers) -> float | None:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else None


def psi(then: Numbers, now: Numbers, *, said: bool = False) -> float:
    """The population stability index of two samples that are not empty, of numbers as known or as `said` by a model.

    Missing values are NaN.
    """
    known = then[np.isfinite(then)]
    cuts = (_between_middles if said else _tenths)(known) if len(known) else np.empty(0)
    counts_then, counts_now = _counts(then, cuts), _counts(now, cuts)
    occurring = counts_then + counts_now > 0
    before, after = (
        np.maximum(counts[occurring], HALF_A_CUSTOMER) / counts.sum() for counts in (counts_then, counts_now)
    )
    return float(np.sum((after - before) * np.log(after / before)))


def _tenths(known: Numbers) -> Numbers:
    cuts: Numbers = np.unique(np.quantile(known, np.arange(1, 10) / 10, method="lower"))
    return cuts


def _between_middles(known: Numbers) -> Numbers:
    middles = np.unique(np.quantile(known, np.arange(1, 20, 2) / 20, method="lower"))
    cuts: Numbers = (middles[:-1] + middles[1:]) / 2
    return cuts


def _counts(values: Numbers, cuts: Numbers) -> Numbers:
    """How many are up to each cut, above the last, and missing."""
    known = values[np.isfinite(values)]
    bands = np.bincount(np.searchsorted(cuts, known, side="left"), minlength=len(cuts) + 1)
    counts: Numbers = np.append(bands, len(values) - len(known)).astype(np.float64)
    return counts
