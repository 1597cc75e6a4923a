"""The emotional account: the balance after all entries in the order in which they happened, from 0 to 100.

What goes beyond a bound is lost, so the order of entries matters, and no sum over them gives the balance.
"""

from collections.abc import Iterable
from itertools import accumulate

import ibis
import pyarrow as pa

from shuke.analytics.bonds.policy import FULL

ENTRIES = ("identity_id", "place", "points")
BALANCES = ibis.schema({"identity_id": "int64", "emotion": "int64", "entries": "int64"})


def running(points: Iterable[int], *, opens_at: int) -> list[int]:
    """The balance after each entry of one customer, given in the order in which they happened."""
    return list(accumulate(points, lambda balance, change: min(FULL, max(0, balance + change)), initial=opens_at))[1:]


def closing(told: pa.Table, *, opens_at: int) -> pa.Table:
    """The last balance and the number of entries of each customer, from ENTRIES of everybody in any order.

    All customers walk together: the n-th step adds the n-th entry of everybody who has so many.
    """
    import numpy as np  # noqa: PLC0415

    if not told.num_rows:
        return BALANCES.to_pyarrow().empty_table()
    owner, place, points = (told[name].to_numpy() for name in ENTRIES)
    order = np.lexsort((place, owner))
    points = points[order]
    who, first, count = np.unique(owner[order], return_index=True, return_counts=True)
    longest_first = np.argsort(-count, kind="stable")
    who, first, count = who[longest_first], first[longest_first], count[longest_first]
    balance = np.full(len(who), opens_at, dtype=np.int64)
    walking = np.searchsorted(-count, -np.arange(count[0]))
    for step, many in enumerate(walking):
        balance[:many] = np.clip(balance[:many] + points[first[:many] + step], 0, FULL)
    return pa.table({"identity_id": who, "emotion": balance, "entries": count}, schema=BALANCES.to_pyarrow())
