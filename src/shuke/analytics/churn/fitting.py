"""Learn churn from examples of the past, choose the best model that is honest, and say what it is worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from shuke.analytics.arrays import numbers
from shuke.analytics.churn import additive, measures
from shuke.analytics.churn.additive import Columns, Numbers
from shuke.analytics.churn.candidates import CANDIDATES, DAYS_SINCE_LAST, NO_CALENDAR
from shuke.analytics.churn.cutoffs import NEEDED_CUTOFFS
from shuke.analytics.churn.parameters import (
    Additive,
    Backtest,
    Calibration,
    Churn,
    Compared,
    Declined,
    Gain,
    RiskLine,
    Shortfall,
)
from shuke.analytics.churn.policy import ChurnPolicy
from shuke.analytics.churn.risk import risk_line

__all__ = ["NEEDED_OUTCOMES", "fit"]

NEEDED_OUTCOMES = 50
"""So many must have come, and so many stayed away, on each of the two latest cut-offs and on the others together."""


@dataclass(frozen=True, slots=True)
class _Past:
    """All examples of one cut-off, or of several."""

    columns: Columns
    lapsed: Numbers


@dataclass(frozen=True, slots=True)
class _Recipe:
    """Which cut-offs the trees learn from, and the later one that their sigmoid is laid over."""

    trees_on: tuple[date, ...]
    calibrated_on: date

    def fit(self, past: Mapping[date, _Past], features: Sequence[str]) -> tuple[Additive, Calibration]:
        learned = _joined([past[day] for day in self.trees_on])
        later = past[self.calibrated_on]
        model = additive.fit(learned.columns, learned.lapsed, features)
        sigmoid = additive.calibration(additive.log_odds(model, later.columns), later.lapsed)
        return additive.calibrated(model, sigmoid), sigmoid


def fit(examples: pa.Table, policy: ChurnPolicy, *, as_of: date, horizon_days: int) -> Churn | Declined:
    """Learn from the rows of `cutoffs.examples`; of fewer than three cut-offs nothing can be learned.

    The backtest stands on the latest cut-off, with trees and sigmoid of earlier ones; there the models are compared.
    The winner is then learned again by the same recipe one cut-off later, so that nothing known is left unused.
    """
    past = _by_cut_off(examples)
    missing = _shortfalls(past)
    if missing:
        return Declined(as_of=as_of, horizon_days=horizon_days, shortfalls=missing)
    latest, *earlier = sorted(past, reverse=True)
    tried = _Recipe(tuple(earlier[1:]), earlier[0])
    model, backtest = _backtest(past, tried, latest, policy, horizon_days)
    if backtest.gain.low <= 0 or backtest.auc_low <= 0.5:
        silence = Shortfall(code="no_usable_signal", have=backtest.gain.low, need=0.0)
        return Declined(as_of=as_of, horizon_days=horizon_days, shortfalls=(silence,), backtest=backtest)
    recipe = _Recipe(tuple(earlier), latest)
    learned, sigmoid = recipe.fit(past, CANDIDATES[model])
    return Churn(
        as_of=as_of,
        horizon_days=horizon_days,
        model=model,
        trees_on=recipe.trees_on,
        calibrated_on=recipe.calibrated_on,
        additive=learned,
        calibration=sigmoid,
        backtest=backtest,
    )


def _by_cut_off(examples: pa.Table) -> dict[date, _Past]:
    # In an order of their own, so that sums come out the same however an engine returns the rows.
    ordered = examples.sort_by([("cut_on", "ascending"), ("customer_id", "ascending")])
    days = pc.unique(ordered["cut_on"]).to_pylist()
    return {day: _past(ordered.filter(pc.equal(ordered["cut_on"], pa.scalar(day)))) for day in days}


def _past(examples: pa.Table) -> _Past:
    names = {name for features in CANDIDATES.values() for name in features} | {"net_money_365"}
    columns = {name: numbers(examples[name]) for name in names if name in examples.column_names}
    return _Past(columns, numbers(examples["lapsed"]))


def _joined(parts: Sequence[_Past]) -> _Past:
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    return _Past(columns, np.concatenate([part.lapsed for part in parts]))


def _shortfalls(past: Mapping[date, _Past]) -> tuple[Shortfall, ...]:
    if len(past) < NEEDED_CUTOFFS:
        return (Shortfall(code="cut_offs", have=len(past), need=NEEDED_CUTOFFS),)
    latest, before, *others = sorted(past, reverse=True)
    parts = [past[latest], past[before], _joined([past[day] for day in others])]
    fewest = {
        "lapsed": min(part.lapsed.sum() for part in parts),
        "came": min((1 - part.lapsed).sum() for part in parts),
    }
    return tuple(
        Shortfall(code=code, have=float(have), need=NEEDED_OUTCOMES)
        for code, have in fewest.items()
        if have < NEEDED_OUTCOMES
    )


def _backtest(
    past: Mapping[date, _Past], recipe: _Recipe, held_out: date, policy: ChurnPolicy, horizon_days: int
) -> tuple[str, Backtest]:
    """The name of the best model and what it was worth on a cut-off that neither trees nor sigmoid had seen."""
    seen = past[held_out]
    said = {name: _predicted(recipe, past, features, seen) for name, features in _possible(seen).items()}
    compared = tuple(measures.compared(name, chances, seen.lapsed) for name, chances in said.items())
    best, reference = _best(compared), min((one for one in compared if one.model in NO_CALENDAR), key=_log_loss)
    return best.model, Backtest(
        cut_on=held_out,
        until=held_out + timedelta(horizon_days),
        customers=len(seen.lapsed),
        lapse_rate=float(np.mean(seen.lapsed)),
        trees_on=recipe.trees_on,
        calibrated_on=recipe.calibrated_on,
        compared=compared,
        gain=_gain(said, best, reference, seen.lapsed),
        auc_low=measures.auc_low(best.auc, seen.lapsed),
        bands=measures.bands(said[best.model], seen.lapsed),
        risk=_risk(said[best.model], seen, policy),
    )


def _possible(seen: _Past) -> dict[str, tuple[str, ...]]:
    return {name: needed for name, needed in CANDIDATES.items() if set(needed) <= set(seen.columns)}


def _predicted(recipe: _Recipe, past: Mapping[date, _Past], features: Sequence[str], seen: _Past) -> Numbers:
    model, _ = recipe.fit(past, features)
    return additive.probability(additive.log_odds(model, seen.columns))


def _best(compared: Sequence[Compared]) -> Compared:
    """The lowest log-loss of those that rank no worse than the days since the last order; the simplest of equals."""
    simplest = next(one for one in compared if one.model == DAYS_SINCE_LAST)
    return min((one for one in compared if one.auc >= simplest.auc), key=_log_loss)


def _log_loss(compared: Compared) -> float:
    return compared.log_loss


def _gain(said: Mapping[str, Numbers], best: Compared, reference: Compared, lapsed: Numbers) -> Gain:
    less = measures.losses(said[reference.model], lapsed) - measures.losses(said[best.model], lapsed)
    return Gain(over=reference.model, log_loss=float(np.mean(less)), low=measures.mean_low(less))


def _risk(chances: Numbers, seen: _Past, policy: ChurnPolicy) -> RiskLine:
    active: npt.NDArray[np.bool_] = seen.columns["days_since_last"] <= policy.list_active_days
    return risk_line(
        chances[active],
        seen.lapsed[active],
        seen.columns["net_money_365"][active],
        wished_precision=policy.list_precision,
    )
