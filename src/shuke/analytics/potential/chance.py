"""Which pairs come together more often than chance: the likelihood ratio of Dunning (1993), over many pairs at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = ["Counts", "beyond_chance", "likelihood_ratio", "wilson_low"]

Numbers = npt.NDArray[np.float64]
ALPHA = 0.01
"""So often chance alone may bring any rule at all, over all pairs that were looked at."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Pair by pair: cases with the left item and those of them that came to the right one, and all others' alike."""

    of: Numbers
    came: Numbers
    others_of: Numbers
    others_came: Numbers

    @classmethod
    def from_table(cls, pairs: pa.Table) -> "Counts":
        return cls(*(pairs[name].to_numpy().astype(float) for name in ("of", "came", "others_of", "others_came")))


def beyond_chance(counts: Counts, *, pairs: int) -> npt.NDArray[np.bool_]:
    """Is the share with the left item surely above that of the others, for all of so many pairs together?

    Needs both: the likelihood ratio beyond what chance reaches, and the lower Wilson bound above the others' share.
    """
    from scipy.special import chdtri, ndtri  # noqa: PLC0415  only a run needs it

    level = ALPHA / max(pairs, 1)
    usual = counts.others_came / np.maximum(counts.others_of, 1)
    low = wilson_low(counts.came, counts.of, z=-float(ndtri(ALPHA)))
    surprising = likelihood_ratio(counts) > chdtri(1, 2 * level)
    above: npt.NDArray[np.bool_] = surprising & (low > usual) & (counts.others_of > 0)
    return above


def likelihood_ratio(counts: Counts) -> Numbers:
    """G²: how much better two shares explain the counts than one share for all."""
    pooled = (counts.came + counts.others_came) / np.maximum(counts.of + counts.others_of, 1)
    apart = _log_likelihood(counts.came, counts.of) + _log_likelihood(counts.others_came, counts.others_of)
    together = _at(pooled, counts.came, counts.of) + _at(pooled, counts.others_came, counts.others_of)
    ratio: Numbers = 2 * (apart - together)
    return ratio


def wilson_low(came: Numbers, of: Numbers, *, z: float) -> Numbers:
    """The lower bound of Wilson's interval of a share; 0 of none."""
    many = np.maximum(of, 1)
    share, square = came / many, z * z / many
    spread = z * np.sqrt(share * (1 - share) / many + square / (4 * many))
    low: Numbers = (share + square / 2 - spread) / (1 + square)
    return np.where(of > 0, low, 0.0)


def _log_likelihood(came: Numbers, of: Numbers) -> Numbers:
    return _at(came / np.maximum(of, 1), came, of)


def _at(share: Numbers, came: Numbers, of: Numbers) -> Numbers:
    from scipy.special import xlog1py, xlogy  # noqa: PLC0415

    value: Numbers = xlogy(came, share) + xlog1py(of - came, -share)
    return value
