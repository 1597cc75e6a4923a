"""An additive model of chances: trees of one feature each, so that a score is a sum of steps that can be read.

Features are cut into bins first and the trees see only bins, so what they learn is one number per bin: nothing of a
customer is lost or rounded on the way from the trees to the step functions.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from shuke.analytics.churn.parameters import Additive, Calibration, Shape

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

__all__ = ["Columns", "Numbers", "calibrated", "calibration", "fit", "log_odds", "probability"]

Numbers = npt.NDArray[np.float64]
Columns = Mapping[str, Numbers]

BINS = 32
TREES = {
    "max_iter": 150,
    "learning_rate": 0.05,
    "max_leaf_nodes": 3,
    "min_samples_leaf": 100,
    "l2_regularization": 10.0,
    "early_stopping": False,
    "interaction_cst": "no_interactions",
}


def fit(columns: Columns, outcome: Numbers, features: Sequence[str]) -> Additive:
    """Learn the log-odds of `outcome` (0 or 1, both must occur) as a sum of one step function per feature.

    Missing values are NaN. Steps are against the average row of `columns`. A feature that says nothing is left out.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415  80 MB that only a run needs

    cuts = {name: found for name in features if len(found := _cuts(columns[name]))}
    rate = float(np.mean(outcome))
    if not cuts:
        return Additive(intercept=float(np.log(rate / (1 - rate))), shapes=())
    binned = np.column_stack([_bins(columns[name], found) for name, found in cuts.items()])
    with threadpool_limits(1):  # beside other work, threads that wait for each other take ten times as long
        trees = HistGradientBoostingClassifier(**TREES).fit(binned, outcome)
        return _read(trees, binned, cuts)


def _cuts(values: Numbers) -> Numbers:
    """Where bins meet, between two values that occur; a value above a cut is further right. None of one value only.

    On no value itself: an engine may read a written number one bit off, and whoever stands on a cut would change sides.
    """
    known = values[np.isfinite(values)]
    occurring = np.unique(known)
    if len(occurring) < 2:
        return np.empty(0)
    last_of_bin = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[:-1], method="lower"))
    places = np.searchsorted(occurring, last_of_bin[last_of_bin < occurring[-1]])
    cuts: Numbers = (occurring[places] + occurring[places + 1]) / 2
    return cuts


def _bins(values: Numbers, cuts: Numbers) -> Numbers:
    bins: Numbers = np.where(np.isfinite(values), np.searchsorted(cuts, values, side="left"), np.nan)
    return bins


def _read(trees: "HistGradientBoostingClassifier", binned: Numbers, cuts: Mapping[str, Numbers]) -> Additive:
    """The steps of the trees, by asking them for each bin of each feature with all others at their first bin."""
    asked = [_asked(place, len(cuts), len(edges)) for place, edges in enumerate(cuts.values())]
    at_first, *answers = trees.decision_function(np.vstack([np.zeros((1, len(cuts))), *asked]))
    steps = np.split(np.array(answers) - at_first, np.cumsum([len(rows) for rows in asked])[:-1])
    averages = [float(np.mean(_looked_up(binned[:, place], found))) for place, found in enumerate(steps)]
    shapes = tuple(
        _shape(name, edges, found - average)
        for (name, edges), found, average in zip(cuts.items(), steps, averages, strict=True)
        if np.ptp(found)
    )
    return Additive(intercept=float(at_first) + sum(averages), shapes=shapes)


def _asked(place: int, features: int, cuts: int) -> Numbers:
    rows = np.zeros((cuts + 2, features))
    rows[:, place] = [*range(cuts + 1), np.nan]
    return rows


def _looked_up(bins: Numbers, steps: Numbers) -> Numbers:
    """The step of each bin; the last of `steps` is for a missing value."""
    found: Numbers = steps[np.where(np.isnan(bins), len(steps) - 1, bins).astype(int)]
    return found


def _shape(name: str, cuts: Numbers, steps: Numbers) -> Shape:
    """Neighbours with the same step become one."""
    values, missing = steps[:-1], steps[-1]
    differs = np.flatnonzero(np.diff(values))
    if not len(differs):
        differs = np.array([0])
    kept = (*values[differs].tolist(), float(values[-1]))
    return Shape(feature=name, cuts=tuple(cuts[differs].tolist()), values=kept, missing=float(missing))


def log_odds(model: Additive, columns: Columns) -> Numbers:
    """The sum for each row of `columns`, which hold NaN where a value is missing."""
    rows = len(next(iter(columns.values())))
    total = np.full(rows, model.intercept)
    for shape in model.shapes:
        bins = _bins(columns[shape.feature], np.array(shape.cuts))
        total += _looked_up(bins, np.array([*shape.values, shape.missing]))
    return total


def probability(log_odds: Numbers) -> Numbers:
    """The chance that belongs to log-odds; safe for any size of them."""
    chance: Numbers = 0.5 * (1 + np.tanh(log_odds / 2))
    return chance


def calibration(log_odds: Numbers, outcome: Numbers) -> Calibration:
    """The sigmoid that turns log-odds into what came. A model that ranks backwards keeps nothing but the base rate."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  as above

    rate = float(np.mean(outcome))
    base_rate = Calibration(slope=0.0, intercept=float(np.log(rate / (1 - rate))))
    if not np.ptp(log_odds):
        return base_rate
    sigmoid = LogisticRegression(C=np.inf).fit(log_odds[:, None], outcome)
    slope, intercept = float(sigmoid.coef_[0, 0]), float(sigmoid.intercept_[0])
    return Calibration(slope=slope, intercept=intercept) if slope > 0 else base_rate


def calibrated(model: Additive, sigmoid: Calibration) -> Additive:
    """The model with the sigmoid in its steps: a straight line through the log-odds keeps the sum a sum."""
    shapes = tuple(
        Shape(
            feature=shape.feature,
            cuts=shape.cuts,
            values=tuple(sigmoid.slope * value for value in shape.values),
            missing=sigmoid.slope * shape.missing,
        )
        for shape in model.shapes
    )
    return Additive(intercept=sigmoid.intercept + sigmoid.slope * model.intercept, shapes=shapes)
