"""What the business may change about bonds: what an experience is worth, and what a relationship is made of."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from shuke.analytics.policy import Policy, Share
from shuke.core.words import mark as _

FULL = 100
Points = Annotated[int, Field(ge=-FULL, le=FULL)]
Rating = Annotated[int, Field(ge=1, le=5)]


class EmotionPolicy(Policy):
    """The emotional account: where it opens, and what each kind of experience adds or takes."""

    opens_at: int = Field(
        default=50,
        ge=0,
        le=FULL,
        title=_("Opens at"),
        description=_("The balance before anything has happened, from 0 to 100."),
    )
    reached: Points = Field(
        default=1,
        title=_("Reached"),
        description=_("A contact that the customer answered, unless they rated it. 0: it is no entry."),
    )
    refused: Points = Field(
        default=-3,
        title=_("Refused"),
        description=_("A contact that the customer refused."),
    )
    unanswered: Points = Field(
        default=0,
        title=_("Not answered"),
        description=_("No answer or busy. By default it is no entry: who is busy is not annoyed."),
    )
    came: Points = Field(
        default=0,
        title=_("Came by themselves"),
        description=_("A contact from the customer that they did not rate. By default it is no entry."),
    )
    satisfied: Points = Field(
        default=1,
        title=_("Satisfied"),
        description=_("A contact that the customer rated well. A rating counts instead of how the contact ended."),
    )
    dissatisfied: Points = Field(
        default=-3,
        title=_("Dissatisfied"),
        description=_("A contact that the customer rated badly."),
    )
    returned: Points = Field(
        default=-3,
        title=_("Sent back"),
        description=_("An order that was sent back, or a part of it; once for each order."),
    )
    refunded: Points = Field(
        default=-3,
        title=_("Refunded"),
        description=_("An order for which money was paid back without goods coming back; once for each order."),
    )
    satisfied_from: Rating = Field(
        default=4,
        title=_("Satisfied from"),
        description=_("A rating from 1 to 5 of at least this is good."),
    )
    dissatisfied_to: Rating = Field(
        default=2,
        title=_("Dissatisfied up to"),
        description=_("A rating of at most this is bad; between the two it is no entry."),
    )
    strong_from: int = Field(
        default=80,
        ge=1,
        le=FULL,
        title=_("Strong from"),
        description=_("Who has at least this balance should hardly ever leave; each run checks whether it is so."),
    )

    @model_validator(mode="after")
    def _ratings_are_good_or_bad(self) -> Self:
        self.must_rise("dissatisfied_to", "satisfied_from", message=_("A bad rating must be below a good one."))
        return self


class RelationshipPolicy(Policy):
    """The quality of a relationship: how much of it is trust, satisfaction, loyalty, and what is too little to say."""

    trust: Share = Field(
        default=0.30,
        title=_("Trust"),
        description=_("How much of the score is trust. The three add up to one hundred percent."),
    )
    satisfaction: Share = Field(
        default=0.30,
        title=_("Satisfaction"),
        description=_("How much of the score is satisfaction."),
    )
    loyalty: Share = Field(
        default=0.40,
        title=_("Loyalty"),
        description=_("How much of the score is loyalty."),
    )
    least_facts: int = Field(
        default=3,
        ge=1,
        le=1_000,
        title=_("Trust: at least facts"),
        description=_("Trust needs so many orders and promised dates of the last 365 days."),
    )
    least_ratings: int = Field(
        default=2,
        ge=1,
        le=1_000,
        title=_("Satisfaction: at least ratings"),
        description=_("Satisfaction needs so many ratings of the last 365 days."),
    )
    share_points: int = Field(
        default=5,
        ge=0,
        le=FULL,
        title=_("Loyalty: for each thing shared"),
        description=_("Each thing that the customer shared in the last 365 days adds so much to loyalty, …"),
    )
    most_share_points: int = Field(
        default=20,
        ge=0,
        le=FULL,
        title=_("Loyalty: at most for sharing"),
        description=_("… and all of them together at most so much."),
    )

    @model_validator(mode="after")
    def _weights_are_a_whole(self) -> Self:
        if round(self.trust + self.satisfaction + self.loyalty, 4) != 1:
            raise ValueError(_("Trust, satisfaction and loyalty must add up to one hundred percent."))
        return self
