"""What the business may change about who counts as slipping."""

from pydantic import Field

from shuke.analytics.policy import Days, Policy, Rate, Share
from shuke.core import policies
from shuke.core.words import mark as _

__all__ = ["INSIGHT", "InsightPolicy"]


class InsightPolicy(Policy):
    """How much worse is slipping."""

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
