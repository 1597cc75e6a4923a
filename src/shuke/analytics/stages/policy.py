"""What the business may change about stages."""

from typing import Annotated

from pydantic import Field

from shuke.analytics.policy import Policy, Rate
from shuke.core.words import mark as _

Orders = Annotated[int, Field(ge=1, le=10_000)]


class StagePolicy(Policy):
    """From how many purchases a customer is mature or loyal, and when a mature one declines."""

    mature_orders: Orders = Field(
        default=5,
        title=_("Mature, orders"),
        description=_("From the first order on a customer grows; with this many the customer is mature."),
    )
    decline_trend: Rate = Field(
        default=0.5,
        title=_("Decline, trend"),
        description=_(
            "A mature customer declines when the money of 90 days is at most this many times that of the 90 before. "
            "Whoever is dormant or lost declines in any case."
        ),
    )
    decline_orders: Orders = Field(
        default=3,
        title=_("Decline, orders to compare with"),
        description=_("The trend counts only with at least this many orders in the 90 days before."),
    )
    loyal_orders: Orders = Field(
        default=3,
        title=_("Loyal, orders"),
        description=_("A customer who is active and has ordered this many times is loyal."),
    )
