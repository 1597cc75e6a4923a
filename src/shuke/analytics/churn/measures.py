"""How good probabilities are, held against what came."""

import numpy as np

from shuke.analytics.churn.additive import Numbers
from shuke.analytics.churn.parameters import Band, Compared
from shuke.analytics.shares import SURELY

__all__ = ["auc_low", "bands", "compared", "losses", "mean_low"]


def compared(model: str, predicted: Numbers, outcome: Numbers) -> Compared:
    """Needs both outcomes among `outcome`."""
    from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score  # noqa: PLC0415  80 MB that only a run needs

    return Compared(
        model=model,
        log_loss=float(log_loss(outcome, predicted)),
        brier=float(brier_score_loss(outcome, predicted)),
        auc=float(roc_auc_score(outcome, predicted)),
    )


def losses(predicted: Numbers, outcome: Numbers) -> Numbers:
    """The log-loss of each row."""
    loss: Numbers = -np.log(np.where(outcome > 0, predicted, 1 - predicted))
    return loss


def mean_low(values: Numbers) -> float:
    """What the mean of such values is above, but for one sample in a hundred."""
    return float(np.mean(values) - SURELY * np.std(values, ddof=1) / np.sqrt(len(values)))


def auc_low(auc: float, outcome: Numbers) -> float:
    """The same for an area under the curve, by its standard error after Hanley and McNeil."""
    ones = float(np.sum(outcome))
    zeros = len(outcome) - ones
    above, below = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    variance = auc * (1 - auc) + (ones - 1) * (above - auc**2) + (zeros - 1) * (below - auc**2)
    return float(auc - SURELY * np.sqrt(variance / (ones * zeros)))


def bands(predicted: Numbers, outcome: Numbers) -> tuple[Band, ...]:
    """Tenths by probability, the highest first: the calibration plot and the lift table at once."""
    order = np.argsort(-predicted, kind="stable")
    rate = float(np.mean(outcome))
    return tuple(
        Band(
            customers=len(part),
            predicted=float(np.mean(predicted[part])),
            observed=float(np.mean(outcome[part])),
            lift=float(np.mean(outcome[part])) / rate,
        )
        for part in np.array_split(order, 10)
        if len(part)
    )
