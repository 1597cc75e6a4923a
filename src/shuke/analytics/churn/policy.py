"""What the business may change about churn: how far to look ahead, and what must be there before a number is given."""

from typing import Self

from pydantic import Field, model_validator

from shuke.analytics.policy import Days, Policy, Share
from shuke.core.words import mark as _

MOST_HORIZONS = 4


class ChurnPolicy(Policy):
    """The horizon, the risk list and the data gate."""

    horizon_days: Days = Field(
        default=30,
        title=_("Horizon, days"),
        description=_("Churn is the chance of no purchase within this many days."),
    )
    longest_horizon_days: Days = Field(
        default=90,
        title=_("Longest horizon, days"),
        description=_("Who buys more rarely than the horizon is looked at over their own cycle, up to this many days."),
    )
    list_active_days: Days = Field(
        default=90,
        title=_("Risk list: active, days"),
        description=_("The risk list holds only customers whose last order is at most this many days ago."),
    )
    list_precision: Share = Field(
        default=0.85,
        title=_("Risk list: precision"),
        description=_("So many of the customers on the risk list should really not buy within the horizon."),
    )
    renewal_notice_days: Days = Field(
        default=90,
        title=_("Renewal, days ahead"),
        description=_("A customer whose contract ends within this many days is looked at until its end."),
    )
    renewal_list_from: Share = Field(
        default=0.5,
        title=_("Renewal: on the risk list from"),
        description=_("Whose contract is not renewed with at least this chance is on the risk list."),
    )
    min_customers: int = Field(
        default=500,
        ge=100,
        le=1_000_000,
        title=_("At least customers"),
        description=_("With fewer customers no chance of churn is computed."),
    )
    min_repeat_share: Share = Field(
        default=0.10,
        title=_("At least repeat buyers"),
        description=_("Where a smaller share of the customers came back at all, churn has no meaning."),
    )

    @model_validator(mode="after")
    def _horizons_are_few(self) -> Self:
        if self.longest_horizon_days > MOST_HORIZONS * self.horizon_days:
            raise ValueError(_("The longest horizon may be at most four times the horizon."))
        return self

    def horizons(self) -> tuple[int, ...]:
        """The horizon and its multiples up to the longest: 30, 60 and 90 days by default."""
        return tuple(range(self.horizon_days, max(self.longest_horizon_days, self.horizon_days) + 1, self.horizon_days))
