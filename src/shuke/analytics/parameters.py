"""What a fit learns from everybody: stored with the run as JSON, enough to score one customer later."""

from collections.abc import Mapping, Sequence
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from shuke.analytics.learned import Models

Cuts = tuple[float, ...]
CUT_DIGITS = 6
"""Engines differ in the last digit between two customers, and a whole number must not end up just below itself."""


class _Learned(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RecencyLine(_Learned):
    """The last customer within a share by recency: fewer days first, then more money, then the smaller id."""

    days_since_last: int
    net_money_365: int
    customer_id: int


class MoneyLine(_Learned):
    """The last customer within a share by money: more money first, then the smaller id."""

    net_money_365: int
    customer_id: int


Line = TypeVar("Line", RecencyLine, MoneyLine)


class Parameters(_Learned):
    """Cut points of the fifths, the shop's median gap, and the lines of the tiers.

    A line is a customer and not a share, so that a customer who is scored alone falls where the whole run
    puts them. It is None where the share holds nobody, as 20 % of four do. An empty shop has no cuts.
    `pilot` is what the policies of a pilot have learned from the same customers.
    """

    customers: int = Field(ge=0)
    shop_median_gap: float = Field(gt=0)
    r_cuts: Cuts
    f_cuts: Cuts
    m_cuts: Cuts
    gold_recency: RecencyLine | None
    silver_recency: RecencyLine | None
    gold_money: MoneyLine | None
    silver_money: MoneyLine | None
    models: Models = Models()
    pilot: Self | None = None

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Read the one row that `scores.fit` gives."""
        return cls(
            customers=row["customers"],
            shop_median_gap=row["shop_median_gap"],
            r_cuts=_cuts(row["r_cuts"]),
            f_cuts=_cuts(row["f_cuts"]),
            m_cuts=_cuts(row["m_cuts"]),
            gold_recency=_line(RecencyLine, row, "gold_recency"),
            silver_recency=_line(RecencyLine, row, "silver_recency"),
            gold_money=_line(MoneyLine, row, "gold_money"),
            silver_money=_line(MoneyLine, row, "silver_money"),
        )


def _cuts(found: Sequence[float] | None) -> Cuts:
    return tuple(round(cut, CUT_DIGITS) for cut in found or ())


def _line(kind: type[Line], row: Mapping[str, Any], name: str) -> Line | None:
    if row[f"{name}_customer_id"] is None:
        return None
    return kind(**{field: row[f"{name}_{field}"] for field in kind.model_fields})
