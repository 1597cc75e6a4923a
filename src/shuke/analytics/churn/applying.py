"""Score anyone by a learned model, as expressions over the features; the same on every engine.

A step function is a search through its cuts, halved each time: a row meets five comparisons of thirty-two cuts.
"""

from collections.abc import Sequence
from functools import reduce
from math import inf
from operator import add

import ibis
import ibis.expr.types as ir

from shuke.analytics.churn.candidates import REASONS
from shuke.analytics.churn.parameters import Additive, Churn, Shape

__all__ = [
    "apply",
    "apply_by_cycle",
    "contributions",
    "no_purchase_within",
    "probability",
    "step",
]


def apply(features: ir.Table, parameters: Churn) -> ir.Table:
    """Add `churn_horizon_days`, `churn_log_odds`, `churn_probability`, and `churn_<reason>` for every reason.

    The log-odds are the model's intercept and the sum of the reasons' columns. Where a step reads the chance of a
    purchase model, that is the feature `no_purchase_within` the horizon.
    """
    chance = features[no_purchase_within(parameters.horizon_days)] if parameters.purchases else ibis.null("float64")
    features = features.mutate(no_purchase=chance)
    steps = contributions(features, parameters.additive)
    by_reason = {code: [steps[name] for name in names if name in steps] for code, names in REASONS.items()}
    sums = {f"churn_{code}": reduce(add, parts, ibis.literal(0.0)) for code, parts in by_reason.items()}
    told = features.mutate(**sums)
    log_odds = reduce(add, (told[name] for name in sums), ibis.literal(parameters.additive.intercept))
    horizon = ibis.literal(parameters.horizon_days, "int64")
    scored = told.mutate(churn_horizon_days=horizon, churn_log_odds=log_odds)
    return scored.mutate(churn_probability=probability(scored.churn_log_odds))


def no_purchase_within(days: int) -> str:
    """The column of the chance of no purchase in so many days, by a purchase model alone."""
    return f"no_purchase_{days}"


def apply_by_cycle(features: ir.Table, models: Sequence[Churn]) -> ir.Table:
    """The same, each customer by the shortest horizon that their own median gap fits in, or the longest there is."""
    by_horizon = sorted(models, key=lambda model: model.horizon_days)
    cycle = features.median_gap.fill_null(0.0)
    ends = [*(float(model.horizon_days) for model in by_horizon[:-1]), inf]
    starts = [-inf, *ends[:-1]]
    parts = [
        apply(features.filter(_between(cycle, start, end)), model)
        for model, start, end in zip(by_horizon, starts, ends, strict=True)
    ]
    return reduce(lambda left, right: left.union(right), parts)


def _between(cycle: ir.FloatingValue, start: float, end: float) -> ir.BooleanValue:
    above = cycle > start if start > -inf else ibis.literal(True)
    return above & (cycle <= end) if end < inf else above


def contributions(features: ir.Table, model: Additive) -> dict[str, ir.FloatingValue]:
    """What each feature adds to the log-odds of a row, against the average customer."""
    return {shape.feature: step(features[shape.feature], shape) for shape in model.shapes}


def probability(log_odds: ir.FloatingValue) -> ir.FloatingValue:
    """The chance that belongs to log-odds."""
    return 1 / (1 + (-log_odds).exp())


def step(value: ir.NumericValue, shape: Shape) -> ir.FloatingValue:
    """The shape's step for each value."""
    return value.isnull().ifelse(shape.missing, _searched(value, shape.cuts, shape.values))


def _searched(value: ir.NumericValue, cuts: Sequence[float], values: Sequence[float]) -> ir.FloatingValue:
    if not cuts:
        return ibis.literal(values[0], "float64")
    middle = len(cuts) // 2
    below = _searched(value, cuts[:middle], values[: middle + 1])
    above = _searched(value, cuts[middle + 1 :], values[middle + 1 :])
    return (value <= cuts[middle]).ifelse(below, above)
