"""What is found of the drift of a run's models: plain JSON, stored beside the run and shown on the model page."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shuke.analytics.shares import Kept, kept

__all__ = ["FEWEST", "FEWEST_PROMISED", "Drift", "Drifts", "Promise", "Spread", "Stability", "Tenth", "Verdict"]

STEADY_BELOW, SHIFTED_ABOVE = 0.1, 0.25
"""The bands of the population stability index after Siddiqi, *Credit Risk Scorecards* (2006)."""
FEWEST = 500
"""With fewer customers on a side, chance alone moves ten bands by 0.1 more often than once in a hundred times."""
FEWEST_PROMISED = 100

Verdict = Literal["steady", "watch", "shifted"]


class Found(BaseModel):
    """Frozen, and strict about its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Spread(Found):
    """How one number is spread over the customers now against then: its index, and the medians of those who have it."""

    name: str
    psi: float
    then: float | None
    now: float | None

    @property
    def verdict(self) -> Verdict:
        """What the index means."""
        if self.psi < STEADY_BELOW:
            return "steady"
        return "watch" if self.psi <= SHIFTED_ABOVE else "shifted"


class Stability(Found):
    """The score and the features behind it against the run of the day `since`; None and nothing for too few."""

    since: date
    customers_then: int
    customers_now: int
    score: Spread | None = None
    features: tuple[Spread, ...] = ()


class Tenth(Found):
    """A tenth of the customers by what was said."""

    customers: int
    predicted: float
    observed: float


class Promise(Found):
    """The chances that the run of a day gave against who then really stayed away `until` the horizon was over.

    `computed_on` is later than `said_on` where the run was asked for afterwards. `chance` is how far apart mean and
    share come by chance alone, 99 times in a hundred. Too few customers have neither; tenths need FEWEST.
    """

    said_on: date
    until: date
    computed_on: date
    customers: int
    predicted: float | None = None
    observed: float | None = None
    chance: float | None = None
    tenths: tuple[Tenth, ...] = ()

    @property
    def verdict(self) -> Kept | None:
        """Whether what was said has held: `too_low` where more stayed away than was said."""
        if self.predicted is None or self.observed is None or self.chance is None:
            return None
        return kept(said=self.predicted, came=self.observed, by_chance=self.chance)


class Drift(Found):
    """The chance of churn of one horizon, or from which day on stability (`comparable_from`) or promise is told."""

    horizon_days: int
    stability: Stability | None
    promise: Promise | None
    comparable_from: date | None = None
    known_from: date | None = None


class Drifts(Found):
    """All that was found; `comparable_from` is the day from which on lifetime value can be compared."""

    churn: tuple[Drift, ...] = ()
    lifetime: Stability | None = None
    comparable_from: date | None = None

    def of_horizon(self, horizon_days: int) -> Drift | None:
        """What was found of the chance of churn of one horizon."""
        return next((one for one in self.churn if one.horizon_days == horizon_days), None)
