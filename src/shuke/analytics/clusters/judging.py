"""How good a number of groups is: how clearly they part, whether chance does as well, and whether they come back."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from warnings import catch_warnings

import numpy as np

from shuke.analytics.clusters.parameters import Compared
from shuke.analytics.clusters.scaling import Numbers, Places

if TYPE_CHECKING:
    from sklearn.cluster import KMeans

__all__ = ["compared", "k_means"]

SEED = 20_260_101
STARTS, FEW_STARTS = 4, 2
RESAMPLES = 6


def k_means(points: Numbers, groups: int, *, starts: int = STARTS, centres: Numbers | None = None) -> "KMeans":
    """Lloyd's algorithm from the best of some seeded starts, or from given centres."""
    from sklearn.cluster import KMeans  # noqa: PLC0415  80 MB that only a run needs
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415

    how = {"n_init": starts} if centres is None else {"n_init": 1, "init": centres}
    with catch_warnings(action="ignore", category=ConvergenceWarning):  # fewer different customers than groups
        return KMeans(groups, random_state=SEED, **how).fit(points)


def compared(points: Numbers, groups: Iterable[int]) -> tuple[Compared, ...]:
    """Each number of groups, judged on some customers; there must be as many different ones."""
    shuffled = _shuffled(points)
    return tuple(_judged(points, shuffled, number) for number in groups)


def _judged(points: Numbers, shuffled: tuple[Numbers, ...], groups: int) -> Compared:
    labels = k_means(points, groups).labels_
    sizes = np.bincount(labels, minlength=groups)
    return Compared(
        groups=groups,
        silhouette=_silhouette(points, labels),
        by_chance=max(_silhouette(each, k_means(each, groups).labels_) for each in shuffled),
        stability=_stability(points, labels, groups),
        smallest_share=float(sizes.min() / len(points)),
    )


def _silhouette(points: Numbers, labels: Places) -> float:
    """How much nearer everybody is to their own group than to the next, on average (Rousseeuw 1987)."""
    from sklearn.metrics import silhouette_score  # noqa: PLC0415  as above

    return float(silhouette_score(points, labels)) if len(np.unique(labels)) < len(points) else 0.0


def _shuffled(points: Numbers) -> tuple[Numbers, ...]:
    """The same numbers without groups: each feature shuffled by itself; and each principal axis, so that what goes
    together still does. A crowd that is merely long, as money and orders make it, is no two groups.
    """
    random = np.random.default_rng(SEED)
    around = points - points.mean(axis=0)
    axes = np.linalg.svd(around, full_matrices=False)[2]
    return random.permuted(around, axis=0), random.permuted(around @ axes.T, axis=0)


def _stability(points: Numbers, labels: Places, groups: int) -> float:
    """How well groups of other draws from the same customers agree with these (Hubert & Arabie 1985), on average."""
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415  as above

    random = np.random.default_rng(SEED)
    draws = (points[random.integers(0, len(points), len(points))] for _draw in range(RESAMPLES))
    again = (k_means(drawn, groups, starts=FEW_STARTS).predict(points) for drawn in draws)
    return float(np.mean([adjusted_rand_score(labels, each) for each in again]))
