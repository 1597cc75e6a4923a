"""What the business may change about clusters: how many there may be, what they are told apart by, what must hold."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shuke.analytics.policy import Policy, Share
from shuke.core.words import mark as _

__all__ = ["ClusterPolicy", "Weights"]

Weight = Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)]
Groups = Annotated[int, Field(ge=2, le=12)]


class Weights(Policy):
    """How much each measure counts when customers are compared; 0 leaves it out, and it is shown all the same.

    By default the average order is left out, because money and orders say it already, and what was paid back, because
    it is nothing for most.
    """

    money: Weight = Field(default=1.0, title=_("Money in all"))
    orders: Weight = Field(default=1.0, title=_("Orders in all"))
    average_order: Weight = Field(default=0.0, title=_("Average order"))
    days_since_last: Weight = Field(default=1.0, title=_("Days since last order"))
    own_cycle: Weight = Field(default=0.5, title=_("Days between orders"))
    returns: Weight = Field(default=0.0, title=_("Share paid back"))
    trend: Weight = Field(default=0.5, title=_("Change of money in 90 days"))

    @model_validator(mode="after")
    def _something_is_compared(self) -> Self:
        if sum(weight > 0 for weight in self.model_dump().values()) < 2:
            raise ValueError(_("At least two measures must count."))
        return self


class ClusterPolicy(Policy):
    """How many groups are looked for, and what must hold before customers are told that they are in one."""

    least_groups: Groups = Field(
        default=3,
        title=_("At least groups"),
        description=_("Fewer groups than this say too little."),
    )
    most_groups: Groups = Field(
        default=8,
        title=_("At most groups"),
        description=_("More groups than this nobody can keep in mind."),
    )
    min_customers: int = Field(
        default=200,
        ge=50,
        le=5_000,
        title=_("At least customers"),
        description=_("With fewer customers no groups are looked for."),
    )
    min_share: Share = Field(
        default=0.02,
        title=_("Smallest group"),
        description=_("A group must hold at least this share of the customers."),
    )
    min_stability: Share = Field(
        default=0.8,
        title=_("Stability"),
        description=_(
            "Drawn again, the groups must agree with themselves this well; 100% is the same groups every time."
        ),
    )
    weights: Weights = Field(default=Weights(), title=_("How much each measure counts"))

    @model_validator(mode="after")
    def _bounds_leave_something(self) -> Self:
        if self.least_groups > self.most_groups:
            raise ValueError(_("The fewest groups must not be more than the most."))
        return self
