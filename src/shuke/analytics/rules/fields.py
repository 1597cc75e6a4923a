"""What a rule may ask about a customer: one line for each column of the table of people.

To ask for another score, add its line: the table of people, the form and the words follow.
"""

from dataclasses import dataclass
from enum import StrEnum

from shuke.core.words import mark as _

Choices = tuple[tuple[str, str], ...]


class Kind(StrEnum):
    """How a field is asked."""

    NUMBER = "number"
    CHOICE = "choice"
    DAY = "day"
    FLAG = "flag"


class Unit(StrEnum):
    """What a number counts: money in minor units, days, a share between 0 and 1, or things."""

    MONEY = "money"
    DAYS = "days"
    SHARE = "share"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the table of people, with its words.

    A choice has its `choices`, or names the records of the installation that are `listed` by their numbers.
    """

    key: str
    kind: Kind
    title: str
    unit: Unit = Unit.COUNT
    choices: Choices = ()
    listed: str = ""

    @property
    def dtype(self) -> str:
        """The column's type in Ibis."""
        if self.kind is Kind.NUMBER:
            return "float64" if self.unit is Unit.SHARE else "int64"
        if self.kind is Kind.CHOICE:
            return "int64" if self.listed else "string"
        return "date" if self.kind is Kind.DAY else "boolean"


TIERS: Choices = (("gold", _("Gold")), ("silver", _("Silver")), ("bronze", _("Bronze")))
ACTIVITIES: Choices = (("new", _("New")), ("active", _("Active")), ("dormant", _("Dormant")), ("lost", _("Lost")))
STAGES: Choices = (
    ("acquire", _("Acquire")),
    ("grow", _("Grow")),
    ("mature", _("Mature")),
    ("decline", _("Decline")),
)
JOURNEY: Choices = (
    ("aware", _("Aware")),
    ("consider", _("Considers")),
    ("decide", _("Decides")),
    ("loyal", _("Loyal")),
)
QUADRANTS: Choices = (
    ("friend", _("Friend: much value, loyal")),
    ("butterfly", _("Butterfly: much value, not loyal")),
    ("regular", _("Regular: little value, loyal")),
    ("passer_by", _("Passer-by: little value, not loyal")),
)
LETTERS: Choices = (("A", "A"), ("B", "B"), ("C", "C"))
MONTHS: Choices = tuple((str(month), str(month)) for month in range(1, 13))

CATALOGUE = (
    Field("tier", Kind.CHOICE, _("Tier"), choices=TIERS),
    Field("activity", Kind.CHOICE, _("Activity"), choices=ACTIVITIES),
    Field("days_since_last", Kind.NUMBER, _("Days since last order"), Unit.DAYS),
    Field("orders", Kind.NUMBER, _("Orders in all")),
    Field("money", Kind.NUMBER, _("Money in all"), Unit.MONEY),
    Field("net_money_365", Kind.NUMBER, _("Net money of 12 months"), Unit.MONEY),
    Field("value_at_risk", Kind.NUMBER, _("Value at risk"), Unit.MONEY),
    Field("churn_probability", Kind.NUMBER, _("Chance of staying away"), Unit.SHARE),
    Field("at_risk", Kind.FLAG, _("On the risk list")),
    Field("lifetime_value", Kind.NUMBER, _("Lifetime value"), Unit.MONEY),
    Field("health", Kind.NUMBER, _("Health, 0 to 100")),
    Field("stage", Kind.CHOICE, _("Life-cycle stage"), choices=STAGES),
    Field("journey", Kind.CHOICE, _("Journey stage"), choices=JOURNEY),
    Field("value_quadrant", Kind.CHOICE, _("Value and loyalty"), choices=QUADRANTS),
    Field("emotion", Kind.NUMBER, _("Emotional account, 0 to 100")),
    Field("relationship", Kind.NUMBER, _("Relationship quality, 0 to 100")),
    Field("r", Kind.CHOICE, _("Recency, letter"), choices=LETTERS),
    Field("f", Kind.CHOICE, _("Frequency, letter"), choices=LETTERS),
    Field("m", Kind.CHOICE, _("Monetary, letter"), choices=LETTERS),
    Field("t", Kind.CHOICE, _("Trend, letter"), choices=LETTERS),
    Field("r_quintile", Kind.NUMBER, _("Recency, 1 to 5")),
    Field("f_quintile", Kind.NUMBER, _("Frequency, 1 to 5")),
    Field("m_quintile", Kind.NUMBER, _("Monetary, 1 to 5")),
    Field("cluster", Kind.CHOICE, _("Customer group"), listed="clusters"),
    Field("first_ordered_on", Kind.DAY, _("First order")),
    Field("last_ordered_on", Kind.DAY, _("Last order")),
    Field("last_contact_on", Kind.DAY, _("Last contact")),
    Field("registered_on", Kind.DAY, _("Registration")),
    Field("birth_month", Kind.CHOICE, _("Month of the birthday"), choices=MONTHS),
    Field("store_id", Kind.CHOICE, _("Home store"), listed="stores"),
    Field("owner_id", Kind.CHOICE, _("Owner"), listed="owners"),
    Field("has_owner", Kind.FLAG, _("Has an owner")),
    Field("has_birthday", Kind.FLAG, _("Birthday is known")),
)
FIELDS = {field.key: field for field in CATALOGUE}
