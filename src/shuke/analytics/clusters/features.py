"""What customers are compared by: a few measures of how they buy, all of them among the columns of a score."""

from collections.abc import Callable
from typing import Any

import ibis.expr.types as ir

__all__ = ["FEATURES", "GRAINS", "measured", "measures"]

FEATURES = ("money", "orders", "average_order", "days_since_last", "own_cycle", "returns", "trend")
GRAINS = {"money": 1.0, "orders": 1.0, "average_order": 1.0, "days_since_last": 30.0, "own_cycle": 30.0}
"""Twice as much is as far everywhere, beyond so much: these are compared as log(1 + value / grain), so that a day more
or less within a month is nothing. Shares and changes are compared as they are.
"""


def measures(table: ir.Table) -> dict[str, ir.NumericValue]:
    """The features of each customer by the columns of RFM-T; null where something cannot be known."""
    return _measures(table, lambda part, whole: part / whole.nullif(0))


def measured(score: Any) -> dict[str, float | None]:
    """The same of one customer whose score has been read: anything with its columns as attributes."""
    return _measures(score, lambda part, whole: part / whole if whole else None)


def _measures(of: Any, share: Callable[[Any, Any], Any]) -> dict[str, Any]:
    """`returns` is the share of the money that was paid back; `trend` is from -1, all gone, to 1, nothing before."""
    return {
        "money": of.money,
        "orders": of.orders,
        "average_order": of.average_order,
        "days_since_last": of.days_since_last,
        "own_cycle": of.median_gap,
        "returns": share(of.money - of.net_money, of.money),
        "trend": share(of.money_90 - of.money_90_before, of.money_90 + of.money_90_before),
    }
