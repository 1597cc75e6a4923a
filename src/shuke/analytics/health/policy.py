"""What the business may change about health: how much each measure weighs, and where its points begin and end."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, model_validator

from shuke.analytics.policy import Days, Policy, Share
from shuke.core.words import mark as _

Weight = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Number = Annotated[float, Field(ge=0, le=1_000, allow_inf_nan=False)]
Part = Annotated[float, Field(ge=0, le=1, json_schema_extra={"unit": "share"})]


class Measured(Policy):
    """One measure: its number gives no points at `none`, all at `full`, and evenly many in between."""

    weight: Weight = Field(title=_("Weight"), description=_("Against the other weights; 0 leaves the measure out."))
    full: Number = Field(title=_("All points at"))
    none: Number = Field(title=_("No points at"))

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if self.full == self.none:
            raise ValueError(_("All points and no points must begin at different numbers."))
        return self


class MeasuredShare(Measured):
    """A measure that is a share between 0 and 1."""

    full: Part = Field(title=_("All points at"), json_schema_extra={"unit": "share"})
    none: Part = Field(title=_("No points at"), json_schema_extra={"unit": "share"})


class HealthPolicy(Policy):
    """The measures of health and their weights, which are shared out among those that are known."""

    recency: Measured = Field(
        default=Measured(weight=25, full=1, none=4), title=_("Silence, in cycles of the customer's own")
    )
    trend: Measured = Field(
        default=Measured(weight=15, full=1.2, none=0.4), title=_("Money of 90 days, times the 90 days before")
    )
    usage: Measured = Field(
        default=Measured(weight=10, full=12, none=0), title=_("Days in the shop's pages, of the last 90")
    )
    logins: Measured = Field(default=Measured(weight=5, full=12, none=0), title=_("Log-ins of the last 90 days"))
    participation: Measured = Field(
        default=Measured(weight=10, full=3, none=0), title=_("Times of taking part in the last 90 days")
    )
    completion: MeasuredShare = Field(
        default=MeasuredShare(weight=5, full=0.8, none=0.2), title=_("Checkouts of 90 days that end in an order")
    )
    returns: MeasuredShare = Field(
        default=MeasuredShare(weight=10, full=0, none=0.3), title=_("Money that was paid back")
    )
    cancellations: MeasuredShare = Field(
        default=MeasuredShare(weight=5, full=0, none=0.3), title=_("Orders of 365 days that were cancelled")
    )
    response: MeasuredShare = Field(
        default=MeasuredShare(weight=15, full=0.8, none=0.1), title=_("Contacts of 365 days that were answered")
    )
    shortest_cycle_days: Days = Field(
        default=7,
        title=_("Shortest cycle, days"),
        description=_("Who buys more often than this is measured against this cycle."),
    )
    needed_share: Share = Field(
        default=0.4,
        title=_("Weight that must be known"),
        description=_("Where the measures that are known weigh less than this share of all, no health is given."),
    )

    @model_validator(mode="after")
    def _something_weighs(self) -> Self:
        if not self.all_weights():
            raise ValueError(_("At least one measure must have a weight."))
        return self

    def measures(self) -> Iterator[tuple[str, Measured]]:
        """The measures by name, in their order."""
        for name in type(self).model_fields:
            if isinstance(told := getattr(self, name), Measured):
                yield name, told

    def all_weights(self) -> float:
        """What all measures weigh together."""
        return sum(measure.weight for _name, measure in self.measures())
