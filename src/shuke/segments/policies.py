"""What the business may change about who counts as valuable and loyal, and who as slipping."""

from typing import Annotated

from pydantic import Field

from shuke.analytics.policy import Days, Policy, Rate, Share
from shuke.core import policies
from shuke.core.words import mark as _

__all__ = ["INSIGHT", "InsightPolicy"]


class InsightPolicy(Policy):
    """Where valuable and loyal begin, and how much worse is slipping."""

    valuable_from_fifth: Annotated[int, Field(ge=2, le=5)] = Field(
        default=4,
        title=_("Valuable from fifth"),
        description=_("By money in all, fifth 5 is the best: 4 takes the best two fifths of all customers."),
    )
    loyal_from_orders: Annotated[int, Field(ge=2, le=1_000)] = Field(
        default=2,
        title=_("Loyal from, orders"),
        description=_("Who is new or active and has ordered at least this many times is loyal."),
    )
    slipping_days: Days = Field(
        default=7,
        title=_("Slipping, days"),
        description=_("Who is slipping is told against the run of this many days ago."),
    )
    slipping_gaps: Rate = Field(
        default=2.0,
        title=_("Own rhythm, gaps"),
        description=_("Silent for this many times the own median gap, passed within those days, is slipping."),
    )
    slipping_chance: Share = Field(
        default=0.2,
        title=_("Chance of staying away, rise"),
        description=_("A chance that has risen by at least this much since then is slipping."),
    )


INSIGHT = policies.register("insight", _("Insight"), InsightPolicy)
