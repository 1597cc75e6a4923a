"""What the API answers about scores, with an invented customer for the documentation."""

from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from shuke.api.schemas import SourceRecord

FIGURES = {
    "run": 128,
    "as_of": "2026-11-22",
    "tier": "gold",
    "activity": "active",
    "recency": "A",
    "frequency": "B",
    "monetary": "A",
    "trend": "C",
    "recency_fifth": 5,
    "frequency_fifth": 4,
    "monetary_fifth": 5,
    "days_since_last": 12,
    "orders": 9,
    "orders_per_month": 0.82,
    "median_gap": 31.5,
    "money": "18230.00",
    "net_money_365": "9120.00",
    "average_order": "2025.56",
    "value_at_risk": "2006.40",
    "churn_probability": 0.22,
    "churn_horizon_days": 30,
    "at_risk": False,
    "expected_orders": 0.9,
    "lifetime_value": "31400.00",
    "health": 74.0,
    "emotion": 56,
    "relationship": 68.5,
    "stage": "mature",
    "journey": "loyal",
    "loyalty": 81.0,
    "value_quadrant": "friend",
    "value_card": {
        "economic": 85.0,
        "word_of_mouth": 33.3,
        "strategic": None,
        "emotional": 56.0,
        "learning": 50.0,
    },
}
"""The scores of an invented customer, for the documentation."""
EARLIER = {
    "run": 97,
    "as_of": "2026-10-31",
    "tier": "silver",
    "activity": "active",
    "recency": "A",
    "frequency": "B",
    "monetary": "B",
    "trend": "B",
    "value_at_risk": "1204.00",
    "churn_probability": 0.31,
    "churn_horizon_days": 30,
    "lifetime_value": "26100.00",
    "health": 68.0,
    "emotion": 53,
    "relationship": None,
    "stage": "grow",
    "journey": "loyal",
    "loyalty": 62.5,
    "value_quadrant": "friend",
    "value_card": {
        "economic": 75.0,
        "word_of_mouth": 33.3,
        "strategic": None,
        "emotional": 53.0,
        "learning": 33.3,
    },
}
"""What was said of the same customer a month before."""


class ValueCard(Schema):
    """Points from 0 to 100; null where nothing tells."""

    economic: float | None
    word_of_mouth: float | None
    strategic: float | None
    emotional: float | None
    learning: float | None


class Figures(Schema):
    """Amounts in whole units of the installation's currency; null where there is too little to say."""

    run: int
    as_of: date = Field(description="What happened on this day or later is not in it; in the day it is today.")
    tier: str
    activity: str
    recency: str
    frequency: str
    monetary: str
    trend: str
    recency_fifth: int = Field(description="Among all customers, 5 is the best; the same of the other two.")
    frequency_fifth: int
    monetary_fifth: int
    days_since_last: int
    orders: int
    orders_per_month: float
    median_gap: float | None = Field(description="Days between two visits; null for who came once.")
    money: str
    net_money_365: str
    average_order: str
    value_at_risk: str
    churn_probability: float | None = Field(description="The chance of no order within `churn_horizon_days`.")
    churn_horizon_days: int | None
    at_risk: bool | None = Field(description="On the risk list; null where there is no chance of churn.")
    expected_orders: float | None
    lifetime_value: str | None
    health: float | None = Field(description="0 to 100, as are emotion, relationship and loyalty.")
    emotion: int | None
    relationship: float | None
    stage: str | None
    journey: str | None
    loyalty: float | None
    value_quadrant: str | None
    value_card: ValueCard | None


class Reason(Schema):
    """Why a score is as it is: a code that stays, its numbers, and a sentence in the language that was asked for."""

    score: Literal["letters", "tier", "activity", "value_at_risk", "churn"]
    code: str
    numbers: dict[str, float | str | None]
    words: str


class ScoreOfDay(Schema):
    """What an earlier run said; null also where it knew no such score yet."""

    run: int
    as_of: date
    tier: str
    activity: str
    recency: str
    frequency: str
    monetary: str
    trend: str
    value_at_risk: str
    churn_probability: float | None = Field(description="To be compared within the same `churn_horizon_days` alone.")
    churn_horizon_days: int | None
    lifetime_value: str | None
    health: float | None
    emotion: int | None
    relationship: float | None
    stage: str | None
    journey: str | None
    loyalty: float | None
    value_quadrant: str | None
    value_card: ValueCard | None


class CustomerScores(Figures):
    source: str
    key: str
    reasons: list[Reason]
    history: list[ScoreOfDay] = Field(description="What the runs that are kept have said, the first one first.")

    model_config = {
        "json_schema_extra": {
            "example": {
                **FIGURES,
                "source": "till",
                "key": "V17",
                "reasons": [
                    {
                        "score": "letters",
                        "code": "recency",
                        "numbers": {"letter": "A", "days_since_last": 12},
                        "words": "Recency A: 12 days ago (A up to 30 days, B up to 90)",
                    }
                ],
                "history": [EARLIER],
            }
        }
    }


class ListedScores(Figures):
    records: list[SourceRecord] = Field(description="Under which keys the sources know this customer.")

    model_config = {"json_schema_extra": {"example": FIGURES | {"records": [{"source": "till", "key": "V17"}]}}}


class ScoreList(Schema):
    items: list[ListedScores]
    after: int | None = Field(description="Where the next page begins; null at the end.")


class RunTold(Schema):
    """A run, and by which versions of the policies it scored."""

    id: int
    kind: str
    as_of: date
    finished_at: datetime
    customers: int
    policies: dict[str, int]
    is_live: bool = Field(description="Its scores count now.")
    is_kept: bool = Field(description="Its scores are still there: for 35 days, of month ends for good.")


class Runs(Schema):
    items: list[RunTold]
    before: int | None = Field(description="Where the next, older page begins; null at the end.")
