"""How sure a share of few is."""

from math import sqrt
from typing import Literal

__all__ = ["SURE", "SURELY", "Kept", "kept", "wilson"]

Kept = Literal["kept", "too_low", "too_high"]

SURE = 1.959964
"""Standard errors to each side within which the true share lies nineteen times of twenty."""
SURELY = 2.326
"""So many standard errors below its figure a bound is undercut once in a hundred times."""
TOLERATED = 0.05
"""So far may a share be from what was said before anybody is told that it was not kept."""


def wilson(hits: int, size: int, *, z: float = SURE) -> tuple[float, float]:
    """Between which shares the true one lies, after Wilson (1927); anything, of nobody."""
    if not size:
        return 0.0, 1.0
    share, spread = hits / size, z * z / size
    half = z * sqrt(share * (1 - share) / size + spread / (4 * size))
    low, high = ((share + spread / 2 + side) / (1 + spread) for side in (-half, half))
    return max(0.0, low), min(1.0, high)


def kept(*, said: float, came: float, by_chance: float) -> Kept:
    """Whether a share that was said has held: `too_low` where more came. `by_chance` the two may always be apart."""
    if abs(came - said) <= max(TOLERATED, by_chance):
        return "kept"
    return "too_low" if came > said else "too_high"
