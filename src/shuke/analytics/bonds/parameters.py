"""What is learned about bonds from everybody, stored with the run."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from shuke.analytics.shares import wilson

GOAL = 0.01
"""So few of those with a strong bond should stay away."""


class _Learned(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Band(_Learned):
    """Customers whose balance was from `low` to `high` on the day: how many there were, and how many stayed away."""

    low: int
    high: int
    customers: int = Field(ge=0)
    stayed_away: int = Field(ge=0)

    @property
    def rate(self) -> float | None:
        """The share that stayed away; None of nobody."""
        return self.stayed_away / self.customers if self.customers else None

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies, nineteen times of twenty, after Wilson; anything, of nobody."""
        return wilson(self.stayed_away, self.customers)


class Check(_Learned):
    """The balances of an earlier day held against what came: who ordered from `as_of` until before `until`.

    `strong` are those at or above the policy's line; `bands` divide all who had a balance; `without` had no entry.
    """

    as_of: date
    until: date
    strong: Band
    bands: tuple[Band, ...]
    without: Band


class BondParameters(_Learned):
    """Where each twentieth of the customers ends by money and by orders of a year; and the check of the account."""

    value_cuts: tuple[float, ...] = ()
    frequency_cuts: tuple[float, ...] = ()
    check: Check | None = None
