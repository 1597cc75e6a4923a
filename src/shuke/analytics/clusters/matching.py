"""Groups keep their numbers: each carries on the one of last month with which it shares most of its customers."""

import numpy as np

from shuke.analytics.clusters.scaling import Places

__all__ = ["carried_on"]

SAME = 1 / 3
"""Of the customers of two groups together, the share that both must hold to be one group that went on."""


def carried_on(present: Places, former: Places) -> dict[int, int]:
    """By a present label the former number that it carries on; a label that is new is not in it.

    Both say of the same customers, in the same order, where they are. The pairs that share most customers in all are
    found as Kuhn (1955) assigns people to work.
    """
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415  only a run needs it

    labels, numbers = np.unique(present), np.unique(former)
    shared = np.array([[_shared(present == label, former == number) for number in numbers] for label in labels])
    pairs = zip(*linear_sum_assignment(shared, maximize=True), strict=True)
    return {int(labels[here]): int(numbers[there]) for here, there in pairs if shared[here, there] >= SAME}


def _shared(left: np.ndarray, right: np.ndarray) -> float:
    return float(np.sum(left & right) / np.sum(left | right))
