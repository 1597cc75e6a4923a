"""What the business may change about follow-ups: how often whom, how much at once, and how often again.

Titles and descriptions become the form of the policy.
"""

from typing import Annotated, Any, Literal

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, ConfigDict, Field

from shuke.core import policies

__all__ = ["CADENCE", "ActivityCadence", "CadencePolicy", "NewCadence", "RetryRule", "TierCadence"]

Days = Annotated[int, Field(ge=1, le=3_650)]

DAYS_OF = {"month": 30, "quarter": 90, "year": 365}


class Body(BaseModel):
    """A frozen body; an unknown field is a mistake, not an extension."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NewCadence(Body):
    """How a new customer is welcomed, until the second order."""

    first_contact_day: int = Field(
        3,
        ge=0,
        le=90,
        title=_("First contact, day"),
        description=_("The first contact is due this many days after the first order."),
    )
    every_days: Days = Field(
        30,
        title=_("Then every, days"),
        description=_("Days between two contacts of a new customer."),
    )
    within_days: Days = Field(
        90,
        title=_("Welcome lasts, days"),
        description=_("Until the second order, a customer is welcomed for this many days after the first."),
    )


class ActivityCadence(Body):
    """How often customers of one activity are contacted."""

    every_days: Days = Field(
        30,
        title=_("Every, days"),
        description=_("Days between two contacts of a customer with this activity."),
    )


class TierCadence(Body):
    """How many contacts a tier gets at least, and who carries them."""

    contacts: int = Field(
        1,
        ge=1,
        le=30,
        title=_("Contacts"),
        description=_("A customer of this tier is contacted at least this many times in the period."),
    )
    per: Literal["month", "quarter", "year"] = Field(
        "month",
        title=_("Period"),
        description=_("The period in which the contacts are counted: 30, 90 or 365 days."),
    )
    carried_by: Literal["person", "message"] = Field(
        "person",
        title=_("Carried by"),
        description=_("A person gets follow-ups for customers of this tier; a message makes no work for people."),
    )

    @property
    def every_days(self) -> int:
        """Days between two contacts, rounded down so that the least number is reached."""
        return max(1, DAYS_OF[self.per] // self.contacts)


class RetryRule(Body):
    """When a customer who could not be spoken to is tried again."""

    no_answer: Days = Field(
        1,
        title=_("After no answer, days"),
        description=_("The next attempt is due this many days later when nobody answered."),
    )
    busy: Days = Field(
        1,
        title=_("After busy, days"),
        description=_("The next attempt is due this many days later when the line was busy."),
    )


class CadencePolicy(Body):
    """Who is contacted how often, by whom, and how much is opened at once."""

    new: NewCadence = Field(
        NewCadence(),
        title=_("New customers"),
        description=_("The welcome after the first order."),
    )
    active: ActivityCadence = Field(
        ActivityCadence(every_days=30),
        title=_("Active customers"),
        description=_("The rhythm of customers who buy."),
    )
    dormant: ActivityCadence = Field(
        ActivityCadence(every_days=90),
        title=_("Dormant customers"),
        description=_("The rhythm of customers who have not bought for a while."),
    )
    lost: ActivityCadence = Field(
        ActivityCadence(every_days=365),
        title=_("Lost customers"),
        description=_("How often a lost customer is asked to come back."),
    )
    gold: TierCadence = Field(
        TierCadence(contacts=3, per="month", carried_by="person"),
        title=_("Gold tier"),
        description=_("The least number of contacts with gold customers."),
    )
    silver: TierCadence = Field(
        TierCadence(contacts=2, per="quarter", carried_by="message"),
        title=_("Silver tier"),
        description=_("The least number of contacts with silver customers."),
    )
    bronze: TierCadence = Field(
        TierCadence(contacts=1, per="year", carried_by="message"),
        title=_("Bronze tier"),
        description=_("The least number of contacts with bronze customers."),
    )
    days_ahead: int = Field(
        2,
        ge=0,
        le=14,
        title=_("Days ahead"),
        description=_("A follow-up is opened at most this many days before it is due."),
    )
    overdue_after_days: Days = Field(
        7,
        title=_("Overdue after, days"),
        description=_("A follow-up is overdue this many calendar days after it was due, and the manager is told."),
    )
    open_per_agent: int = Field(
        30,
        ge=1,
        le=1_000,
        title=_("Open follow-ups per agent"),
        description=_("The planner opens no more than this for one person; the rest waits, lowest value at risk last."),
    )
    attempts: int = Field(
        3,
        ge=1,
        le=10,
        title=_("Attempts"),
        description=_("A customer who cannot be spoken to is tried this many times in a row, then it stops."),
    )
    retry_after_days: RetryRule = Field(
        RetryRule(),
        title=_("Next attempt"),
        description=_("How long to wait before trying again."),
    )

    def activities(self) -> list[dict[str, Any]]:
        """Each activity with the days between two contacts."""
        return [
            {"activity": name, "every_days": getattr(self, name).every_days}
            for name in ("new", "active", "dormant", "lost")
        ]

    def tiers_of_people(self) -> list[dict[str, Any]]:
        """Each tier that makes work for people, with its contacts, period and the days between two contacts."""
        tiers = {name: getattr(self, name) for name in ("gold", "silver", "bronze")}
        return [
            {"tier": name, "contacts": tier.contacts, "per": tier.per, "every_days": tier.every_days}
            for name, tier in tiers.items()
            if tier.carried_by == "person"
        ]

    def longest_interval(self) -> int:
        """Days after which a contact of the past no longer matters to the planner."""
        return max(rule["every_days"] for rule in [*self.activities(), *self.tiers_of_people()])


CADENCE: policies.Kind[CadencePolicy] = policies.Kind("cadence", _("Cadence of follow-ups"), CadencePolicy)
