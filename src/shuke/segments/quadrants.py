"""Value and loyalty at once, in four quarters, after Reinartz and Kumar (Harvard Business Review, July 2002)."""

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from shuke.segments.models import Activity
from shuke.segments.policies import InsightPolicy

__all__ = ["STAYING", "Quadrant", "fits"]

STAYING = (Activity.NEW, Activity.ACTIVE)
"""Who still comes, measured by their own rhythm."""


class Quadrant(TextChoices):
    """What a customer is worth, and whether they stay."""

    FRIEND = "friend", _("Valuable and loyal")
    BUTTERFLY = "butterfly", _("Valuable, not loyal")
    BARNACLE = "barnacle", _("Loyal, of small value")
    STRANGER = "stranger", _("Neither valuable nor loyal")

    @property
    def is_valuable(self) -> bool:
        return self in (Quadrant.FRIEND, Quadrant.BUTTERFLY)

    @property
    def is_loyal(self) -> bool:
        return self in (Quadrant.FRIEND, Quadrant.BARNACLE)


def fits(quadrant: Quadrant, policy: InsightPolicy) -> Q:
    """Which rows of the list are in a quarter; whoever has no score is in none."""
    valuable = Q(m_quintile__gte=policy.valuable_from_fifth)
    loyal = Q(orders__gte=policy.loyal_from_orders, activity__in=STAYING)
    chosen = (valuable if quadrant.is_valuable else ~valuable) & (loyal if quadrant.is_loyal else ~loyal)
    return chosen & ~Q(tier="")
