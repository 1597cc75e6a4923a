"""What a fit of churn learns, and what it is worth: plain JSON, stored with the run and shown on the model page."""

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shuke.analytics.lifetime.parameters import Estimate

Share = float


class Learned(BaseModel):
    """Frozen, and strict about its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Shape(Learned):
    """A step function of one feature, in log-odds against the average customer.

    A value gets `values[n]` where n cuts are below it, and a missing one `missing`.
    """

    feature: str
    cuts: tuple[float, ...] = Field(min_length=1)
    values: tuple[float, ...]
    missing: float

    @model_validator(mode="after")
    def _one_value_more_than_cuts(self) -> Self:
        if len(self.values) != len(self.cuts) + 1 or list(self.cuts) != sorted(set(self.cuts)):
            raise ValueError("cuts must rise, with one value more than cuts")
        return self


class Additive(Learned):
    """Log-odds as a sum: the average customer's, and one step per feature."""

    intercept: float
    shapes: tuple[Shape, ...]


class Calibration(Learned):
    """The sigmoid that was laid over the trees' log-odds on a later cut-off; the steps hold it already."""

    slope: float = Field(ge=0)
    intercept: float


class Compared(Learned):
    """One model against what then happened: `auc` is .5 for no order at all, the other two are better when lower."""

    model: str
    log_loss: float
    brier: float
    auc: float


class Band(Learned):
    """A tenth of the customers by probability: what was said, what came, and how often it came against the average."""

    customers: int
    predicted: Share
    observed: Share
    lift: float


class Gain(Learned):
    """How much better the model is than a reference, in log-loss per customer; `low` is what is sure of it."""

    over: str
    log_loss: float
    low: float


class RiskLine(Learned):
    """Where the risk list begins, and what it would have been worth on the held-out cut-off.

    `threshold` is None where no list of a useful size came up to the wished precision. `precision_low` is the bound
    that chance alone keeps above. Money is the net money of 365 days of the customers on the list, in minor units.
    """

    wished_precision: Share
    threshold: float | None
    precision: Share | None = None
    precision_low: Share | None = None
    recall: Share | None = None
    customers: int = 0
    lapsed: int = 0
    money: int = 0
    active_customers: int
    active_lapsed: int
    active_money: int


class Backtest(Learned):
    """The same recipe as of an earlier day, held against the days after it, which it had not seen."""

    cut_on: date
    until: date
    customers: int
    lapse_rate: Share
    trees_on: tuple[date, ...]
    calibrated_on: date
    compared: tuple[Compared, ...]
    gain: Gain
    auc_low: float
    bands: tuple[Band, ...]
    risk: RiskLine


class Churn(Learned):
    """A model of P(no purchase in the next `horizon_days`), as learned before `as_of`.

    `purchases` is the purchase model whose chance a step reads, None where none does.
    """

    as_of: date
    horizon_days: int
    model: str
    trees_on: tuple[date, ...]
    calibrated_on: date
    additive: Additive
    calibration: Calibration
    backtest: Backtest
    purchases: Estimate | None = None


class Shortfall(Learned):
    """One thing that was missing for an honest number: `have` of the `need`ed."""

    code: str
    have: float
    need: float


class Declined(Learned):
    """No number is better than a made-up one: why there is none, and what a backtest said where it came that far."""

    as_of: date | None = None
    horizon_days: int | None = None
    shortfalls: tuple[Shortfall, ...] = Field(min_length=1)
    backtest: Backtest | None = None
