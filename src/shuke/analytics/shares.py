"""How sure a share of few is."""

from math import sqrt

__all__ = ["SURE", "wilson"]

SURE = 1.96
"""Standard errors to each side within which the true share lies nineteen times of twenty."""


def wilson(hits: int, size: int, *, z: float = SURE) -> tuple[float, float]:
    """Between which shares the true one lies, after Wilson (1927); anything, of nobody."""
    if not size:
        return 0.0, 1.0
    share, spread = hits / size, z * z / size
    half = z * sqrt(share * (1 - share) / size + spread / (4 * size))
    low, high = ((share + spread / 2 + side) / (1 + spread) for side in (-half, half))
    return max(0.0, low), min(1.0, high)
