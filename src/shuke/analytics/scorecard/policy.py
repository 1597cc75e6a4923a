"""What the business may change about the value card and the 2 × 2."""

from typing import Annotated

from pydantic import Field

from shuke.analytics.policy import Days, Policy
from shuke.core.words import mark as _

Points = Annotated[int, Field(ge=1, le=100)]
Times = Annotated[int, Field(ge=1, le=1_000)]


class ScorecardPolicy(Policy):
    """When each value is full, where much value and loyalty begin, and who is an expert."""

    shares: Times = Field(
        default=6,
        title=_("Word of mouth: times shared"),
        description=_("So many times of sharing within 365 days are 100 points."),
    )
    bound_days: Days = Field(
        default=365,
        title=_("Strategic: days bound to us"),
        description=_("Contracts that run for so many more days are 100 points."),
    )
    insights: Times = Field(
        default=6,
        title=_("Learning: times of feedback"),
        description=_("So many ratings and contacts by themselves within 365 days are 100 points."),
    )
    loyal_orders: Times = Field(
        default=5,
        title=_("Loyalty: orders"),
        description=_("So many orders are all points of the half of loyalty that counts orders; one order is none."),
    )
    high_value: Points = Field(
        default=60,
        title=_("Much value from, points"),
        description=_("Economic value of at least so many points is much."),
    )
    high_loyalty: Points = Field(
        default=50, title=_("Loyal from, points"), description=_("Loyalty of at least so many points is loyal.")
    )
    expert_points: Points = Field(
        default=60,
        title=_("Expert from, points"),
        description=_("Whoever has at least so many points of learning value may be an expert …"),
    )
    expert_orders: Times = Field(
        default=5, title=_("Expert: orders"), description=_("… if they have ordered so many times.")
    )
