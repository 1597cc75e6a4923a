"""What a lifetime fit has learned, and what it could not: stored with the run as JSON, enough to score anyone later."""

from datetime import date
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from shuke.analytics.lifetime.statistics import Floats

Model = Literal["bg_nbd", "pareto_nbd", "gamma_gamma"]
Method = Literal["bg_nbd", "pareto_nbd", "plain"]
LETTERS: dict[Model, tuple[str, ...]] = {
    "bg_nbd": ("r", "alpha", "a", "b"),
    "pareto_nbd": ("r", "alpha", "s", "beta"),
    "gamma_gamma": ("p", "q", "gamma"),
}
Code = Literal[
    "too_few_customers",
    "too_few_repeat_buyers",
    "too_short_history",
    "no_money",
    "bound_reached",
    "flat_likelihood",
    "not_converged",
    "infinite_mean",
    "penalised",
    "spend_follows_frequency",
    "retention_assumed",
]


class _Learned(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Note(_Learned):
    """Why something is not, or other than usual: a code with numbers, put into words where it is shown."""

    code: Code
    model: Model | None = None
    parameter: str | None = None
    numbers: dict[str, float] = Field(default_factory=dict)


class Estimate(_Learned):
    """The parameters of one model and their standard errors, by the letters of its paper.

    Time is in weeks, money in whole units of the currency.
    A penalised estimate has the log-likelihood of the data alone, without the penalty.
    """

    model: Model
    values: dict[str, float]
    standard_errors: dict[str, float]
    log_likelihood: float
    penalised: bool = False

    def theta(self) -> Floats:
        """The parameters in the order of the paper: stored as JSON, they come back in any."""
        return np.array([self.values[letter] for letter in LETTERS[self.model]])


class Population(_Learned):
    """What the plain formulas need of the whole shop. Money in minor units.

    `arpu` is the net money of the last 365 days of a customer who bought in them; `retention` the share of the buyers
    of the year before who came back in the last; `kept_share` what remains of money after returns and refunds;
    `profit_365` everybody's profit of the last 365 days; `margin_stated` and `acquisition_stated` of how many customers
    a cost is known and not assumed.
    """

    customers: int = Field(ge=0)
    arpu: float
    retention: float = Field(ge=0, lt=1)
    kept_share: float = Field(ge=0, le=1)
    profit_365: float
    margin_stated: int = 0
    acquisition_stated: int = 0


class LifetimeParameters(_Learned):
    """All that `apply` needs. `notes` say why the method is not BG/NBD, if it is not, and what else to know."""

    method: Method
    purchases: Estimate | None
    spend: Estimate | None
    population: Population
    notes: tuple[Note, ...] = ()


class Row(_Learned):
    """Customers with one frequency until the split, and their mean purchases after it."""

    frequency: int
    customers: int
    predicted: float
    actual: float


class Holdout(_Learned):
    """Predicted against actual purchases of everybody known at the split; `correlation` is over customers.

    The last row of `by_frequency` holds all of 7 and more.
    """

    split_on: date
    as_of: date
    customers: int
    correlation: float
    predicted: float
    actual: float
    by_frequency: tuple[Row, ...]
