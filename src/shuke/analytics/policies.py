"""What the business may change about a score: typed bodies of policies, with the defaults of the product."""

from typing import Literal, Self

from pydantic import Field, model_validator

from shuke.analytics.bonds.policy import EmotionPolicy, RelationshipPolicy
from shuke.analytics.churn.policy import ChurnPolicy
from shuke.analytics.clusters.policy import ClusterPolicy
from shuke.analytics.health.policy import HealthPolicy
from shuke.analytics.lifetime.policy import LifetimePolicy
from shuke.analytics.policy import Days, Money, Policy, Rate, Share
from shuke.analytics.potential.policy import PotentialPolicy
from shuke.analytics.scorecard.policy import ScorecardPolicy
from shuke.analytics.stages.policy import StagePolicy
from shuke.core.words import mark as _


class RfmPolicy(Policy):
    """Where the letters A, B and C begin for recency, frequency, average order and trend."""

    recency_a_days: Days = Field(
        default=30,
        title=_("Recency A, days"),
        description=_("Last order at most this many days ago is an A."),
    )
    recency_b_days: Days = Field(
        default=90,
        title=_("Recency B, days"),
        description=_("Last order at most this many days ago is a B; longer ago is a C."),
    )
    frequency_a: Rate = Field(
        default=2.0,
        title=_("Frequency A, orders a month"),
        description=_("At least this many orders a month is an A."),
    )
    frequency_b: Rate = Field(
        default=0.5,
        title=_("Frequency B, orders a month"),
        description=_("At least this many orders a month is a B; fewer is a C."),
    )
    average_order_a: Money = Field(
        default=200_000,
        title=_("Average order A"),
        description=_("An average order above this amount is an A."),
    )
    average_order_b: Money = Field(
        default=50_000,
        title=_("Average order B"),
        description=_("An average order above this amount is a B; up to it is a C."),
    )
    trend_a: Rate = Field(
        default=1.2,
        title=_("Trend A"),
        description=_("Money of the last 90 days that is at least this many times the 90 days before is an A."),
    )
    trend_b: Rate = Field(
        default=0.8,
        title=_("Trend B"),
        description=_("At least this many times the 90 days before is a B; less is a C."),
    )

    @model_validator(mode="after")
    def _letters_are_in_order(self) -> Self:
        self.must_rise("recency_a_days", "recency_b_days", message=_("Recency A must be fewer days than B."))
        self.must_rise("frequency_b", "frequency_a", message=_("Frequency A must be above B."))
        self.must_rise("average_order_b", "average_order_a", message=_("Average order A must be above B."))
        self.must_rise("trend_b", "trend_a", message=_("Trend A must be above B."))
        return self


class TierPolicy(Policy):
    """Who is gold and who is silver: by rank among all customers, or by what they spend a year."""

    mode: Literal["by_rank", "by_spend"] = Field(
        default="by_rank",
        title=_("Sort customers by"),
        description=_("Rank among all customers, or net money of the last 12 months."),
    )
    gold_recency_share: Share = Field(
        default=0.20,
        title=_("Gold: share by recency"),
        description=_("Gold customers are within this share of all customers by days since the last order …"),
    )
    gold_money_share: Share = Field(
        default=0.15,
        title=_("Gold: share by money"),
        description=_("… and within this share by net money of 12 months."),
    )
    silver_share: Share = Field(
        default=0.40,
        title=_("Silver: share by both"),
        description=_("Silver customers are not gold and within this share by recency and by money."),
    )
    gold_spend: Money = Field(
        default=50_000_000,
        title=_("Gold: spend a year"),
        description=_("By spend: net money of 12 months of at least this amount is gold."),
    )
    silver_spend: Money = Field(
        default=10_000_000,
        title=_("Silver: spend a year"),
        description=_("By spend: net money of 12 months of at least this amount is silver; less is bronze."),
    )

    @model_validator(mode="after")
    def _gold_is_harder_than_silver(self) -> Self:
        if max(self.gold_recency_share, self.gold_money_share) > self.silver_share:
            raise ValueError(_("The shares of gold must not be above the share of silver."))
        self.must_rise("silver_spend", "gold_spend", message=_("Gold must need more spend than silver."))
        return self


class ActivityPolicy(Policy):
    """When a customer counts as new, active, dormant or lost."""

    new_days: Days = Field(
        default=30,
        title=_("New, days"),
        description=_("First order at most this many days ago: the customer is new."),
    )
    active_days: Days = Field(
        default=90,
        title=_("Active, days"),
        description=_("Last order at most this many days ago: the customer is active."),
    )
    active_gaps: Rate = Field(
        default=2.0,
        title=_("Active, own gaps"),
        description=_("Who buys rarely stays active for this many times the own median gap, if that is longer."),
    )
    dormant_days: Days = Field(
        default=365,
        title=_("Dormant, days"),
        description=_("Not active, last order at most this many days ago: dormant; longer ago: lost."),
    )

    @model_validator(mode="after")
    def _longer_is_later(self) -> Self:
        self.must_rise("active_days", "dormant_days", message=_("Active must be fewer days than dormant."))
        return self


class Policies(Policy):
    """The bodies that one scoring run uses."""

    rfm: RfmPolicy = RfmPolicy()
    tier: TierPolicy = TierPolicy()
    activity: ActivityPolicy = ActivityPolicy()
    lifetime: LifetimePolicy = LifetimePolicy()
    churn: ChurnPolicy = ChurnPolicy()
    potential: PotentialPolicy = PotentialPolicy()
    cluster: ClusterPolicy = ClusterPolicy()
    emotion: EmotionPolicy = EmotionPolicy()
    relationship: RelationshipPolicy = RelationshipPolicy()
    health: HealthPolicy = HealthPolicy()
    stage: StagePolicy = StagePolicy()
    scorecard: ScorecardPolicy = ScorecardPolicy()
