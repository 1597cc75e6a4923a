"""The risk list: as long as it can be while so many of its customers, as wished, really stay away."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np

from shuke.analytics.churn.additive import Numbers
from shuke.analytics.churn.parameters import Churn, RiskLine
from shuke.analytics.churn.policy import ChurnPolicy
from shuke.analytics.shares import SURELY, wilson

__all__ = ["GOAL_PRECISION", "GOAL_RECALL", "is_listed", "risk_line"]

GOAL_PRECISION, GOAL_RECALL = 0.85, 0.87
"""What the business hopes for, to be shown beside what was measured."""

SHORTEST_LIST = 20


def risk_line(chances: Numbers, lapsed: Numbers, money: Numbers, *, wished_precision: float) -> RiskLine:
    """Where the list of the active customers begins, measured on a cut-off that the chances had not seen."""
    nobody = RiskLine(
        wished_precision=wished_precision,
        threshold=None,
        active_customers=len(chances),
        active_lapsed=int(lapsed.sum()),
        active_money=int(money.sum()),
    )
    order = np.argsort(-chances, kind="stable")
    size = _longest(chances[order], lapsed[order], wished_precision)
    if not size:
        return nobody
    listed = order[:size]
    hits = int(lapsed[listed].sum())
    found = {
        "threshold": float(chances[listed[-1]]),
        "precision": hits / size,
        "precision_low": wilson(hits, size, z=SURELY)[0],
        "recall": hits / nobody.active_lapsed,
        "customers": size,
        "lapsed": hits,
        "money": int(money[listed].sum()),
    }
    return nobody.model_copy(update=found)


def _longest(chances: Numbers, lapsed: Numbers, wished_precision: float) -> int:
    """The greatest length, from the front, that keeps the precision; equal chances are all on the list or none."""
    size = np.arange(1, len(chances) + 1)
    ends = np.append(chances[1:] < chances[:-1], True)[: len(chances)]
    fits = ends & (np.cumsum(lapsed) / size >= wished_precision) & (size >= SHORTEST_LIST)
    return int(size[fits].max(initial=0))


def is_listed(scored: ir.Table, models: Sequence[Churn], policy: ChurnPolicy) -> ir.BooleanValue:
    """Whether a customer is active, and above the line of their horizon."""
    active = scored.days_since_last <= policy.list_active_days
    lines = {model.horizon_days: model.backtest.risk.threshold for model in models}
    above = [
        (scored.churn_horizon_days == horizon) & (scored.churn_probability >= threshold)
        for horizon, threshold in lines.items()
        if threshold is not None
    ]
    return active & ibis.or_(*above)
