"""What the business may change about suggestions: how far to look ahead, and what must be there before one is made."""

from pydantic import Field

from shuke.analytics.policy import Days, Policy
from shuke.core.words import mark as _


class PotentialPolicy(Policy):
    """The window, and the data gate."""

    window_days: Days = Field(
        default=90,
        title=_("Window, days"),
        description=_("Whoever bought something within this many days is looked at over as many days ahead."),
    )
    min_customers: int = Field(
        default=200,
        ge=50,
        le=1_000_000,
        title=_("At least customers"),
        description=_("With fewer customers who bought within the window nothing is suggested."),
    )
    min_support: int = Field(
        default=20,
        ge=5,
        le=10_000,
        title=_("At least cases"),
        description=_("A pattern needs at least this many customers who did what it says."),
    )
    most_suggestions: int = Field(
        default=3,
        ge=1,
        le=10,
        title=_("At most suggestions"),
        description=_("So many of one kind are made for one customer."),
    )
