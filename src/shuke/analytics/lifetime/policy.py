"""What the business may change about lifetime value."""

from typing import Annotated

from pydantic import Field

from shuke.analytics.policy import Days, Money, Policy, Share
from shuke.core.words import mark as _

Count = Annotated[int, Field(ge=2, le=10**9)]


class LifetimePolicy(Policy):
    """How far ahead, at which interest, from how many customers on, and what stands in for a missing cost."""

    horizon_days: Days = Field(
        default=30,
        title=_("Expected orders, days"),
        description=_("Orders are forecast for this many days ahead."),
    )
    years: int = Field(
        default=5,
        ge=1,
        le=20,
        title=_("Years ahead"),
        description=_("Money expected later than this many years ahead is not counted."),
    )
    discount: float = Field(
        default=0.12,
        ge=0,
        le=1,
        title=_("Discount a year"),
        description=_("Money expected in a year is worth less than money of today by this share."),
        json_schema_extra={"unit": "share"},
    )
    needed_customers: Count = Field(
        default=500,
        title=_("Customers needed"),
        description=_("With fewer customers, the plain formula stands in for the model."),
    )
    needed_repeat_buyers: Count = Field(
        default=100,
        title=_("Repeat buyers needed"),
        description=_("With fewer customers who came back, the plain formula stands in for the model."),
    )
    needed_weeks: Count = Field(
        default=26,
        title=_("Weeks of orders needed"),
        description=_("With a shorter history, the plain formula stands in for the model."),
    )
    assumed_margin: Share = Field(
        default=1.0,
        title=_("Margin where none is known"),
        description=_("The share of money that is profit, for customers whose costs nobody has stated."),
    )
    retention_cost: Money | None = Field(
        default=None,
        title=_("Cost of keeping a customer, a year"),
        description=_("What service and contacts of one customer cost in a year. Left blank: not known."),
        json_schema_extra={"unit": "money"},
    )
    assumed_retention: float = Field(
        default=0.6,
        ge=0,
        le=0.95,
        title=_("Retention a year where none is known"),
        description=_(
            "The share of customers who come back in the next year, while there are not two years of orders."
        ),
        json_schema_extra={"unit": "share"},
    )
