"""What a fit of potential learns, and what it is worth: plain JSON, stored with the run and shown on the model page."""

from datetime import date
from typing import Literal

from pydantic import Field

from shuke.analytics.churn.parameters import Learned, Shortfall
from shuke.analytics.goods import Goods

__all__ = ["KINDS", "Bands", "Goods", "Kind", "Measured", "Pattern", "Potential", "Rule", "Shortfall"]

Kind = Literal["next", "complement", "upgrade"]
KINDS: tuple[Kind, ...] = ("next", "complement", "upgrade")


class Rule(Learned):
    """Of `of` cases with `left`, `came` had `right` too; among cases without `left`, the share `usual`.

    A case is a customer in a window, for a complement an order. `amount` is what `right` costs in one order, the
    median, in minor units.
    """

    left: str
    right: str
    of: int = Field(gt=0)
    came: int
    usual: float
    amount: int

    @property
    def rate(self) -> float:
        return self.came / self.of


class Bands(Learned):
    """Where the lower, middle and upper price of a category meet, in minor units for one piece."""

    item: str
    cuts: tuple[float, float]


class Measured(Learned):
    """Suggestions as of an earlier day, held against what was bought in the window after it.

    Over the customers who had a suggestion and then bought something new: how often it was among the first, and the
    first three, suggestions; beside it the same for what most customers buy. `low` is what is sure of the difference
    of the first three.
    """

    cut_on: date
    until: date
    customers: int
    suggested_to: int
    hit_first: float
    hit_three: float
    popular_first: float
    popular_three: float
    low: float


class Pattern(Learned):
    """The rules of one kind that are used, or what was missing; the comparison where it came that far."""

    kind: Kind
    rules: tuple[Rule, ...] = ()
    pairs: int = 0
    shortfalls: tuple[Shortfall, ...] = ()
    measured: Measured | None = None


class Potential(Learned):
    """What was learned before `as_of`, from windows that begin on the days of `landmarks`."""

    as_of: date
    goods: Goods
    window_days: int
    landmarks: tuple[date, ...] = ()
    customers: int = 0
    patterns: tuple[Pattern, ...]
    bands: tuple[Bands, ...] = ()

    def rules(self, kind: Kind) -> tuple[Rule, ...]:
        """The rules of a kind; none where it is not used."""
        return next((pattern.rules for pattern in self.patterns if pattern.kind == kind), ())
