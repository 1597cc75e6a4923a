"""What a rule may say: conditions, and all, any or none of some rules. Kept as JSON, checked whenever it is read."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from shuke.analytics.rules.fields import FIELDS, Kind
from shuke.core.words import mark as _

DEEPEST = 5
MOST_CONDITIONS = 40
LONGEST = 100
MOST_DAYS = 36_500
GREATEST = 10**15
TOO_LARGE = _("The rule is too large. Make two segments of it.")


def _keepable(text: str) -> str:
    if "\x00" in text:
        raise ValueError(_("A text with NUL cannot be kept."))
    return text


Text = Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_keepable)]
Days = Annotated[int, Field(ge=0, le=MOST_DAYS)]
Whole = Annotated[int, Field(ge=-GREATEST, le=GREATEST)]
Value = Whole | Annotated[float, Field(ge=-GREATEST, le=GREATEST, allow_inf_nan=False)]
RecordId = Annotated[int, Field(ge=1, lt=2**63)]


class _Node(BaseModel):
    """A frozen part of a rule; an unknown word is a mistake, not an extension."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Range(_Node):
    at_least: Value | None = None
    at_most: Value | None = None

    @model_validator(mode="after")
    def _bounds_leave_something(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError(_("Say at least one bound."))
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(_("The lower bound is above the upper one."))
        return self


def _field_of(kind: Kind) -> AfterValidator:
    """A field of the catalogue that is asked in this way."""

    def check(key: str) -> str:
        if key not in FIELDS or FIELDS[key].kind is not kind:
            raise ValueError(_("There is no such field."))
        return key

    return AfterValidator(check)


class Number(_Range):
    """A number within bounds, which belong to it."""

    kind: Literal["number"] = "number"
    field: Annotated[str, _field_of(Kind.NUMBER)]


class Choice(_Node):
    """One of some values; records of the installation go by their numbers."""

    kind: Literal["choice"] = "choice"
    field: Annotated[str, _field_of(Kind.CHOICE)]
    one_of: Annotated[tuple[Text, ...], Field(min_length=1, max_length=50, strict=False)]

    @model_validator(mode="after")
    def _values_are_known(self) -> Self:
        asked = FIELDS[self.field]
        known = {value for value, _words in asked.choices}
        for value in self.one_of:
            is_number = value.isascii() and value.isdigit() and int(value) < 2**63
            if not (is_number if asked.listed else value in known):
                raise ValueError(_("There is no such choice."))
        return self


class Day(_Node):
    """A day within the last so many days, today included; or before them; or none at all."""

    kind: Literal["day"] = "day"
    field: Annotated[str, _field_of(Kind.DAY)]
    how: Literal["within", "before", "never"]
    days: Days = 0


class Flag(_Node):
    """Something that is so, or is not."""

    kind: Literal["flag"] = "flag"
    field: Annotated[str, _field_of(Kind.FLAG)]
    holds: bool = True


class Tag(_Node):
    """Carries a tag."""

    kind: Literal["tag"] = "tag"
    tag: RecordId


class Bought(_Range):
    """Orders, counted or their money summed, of the last so many days; also none, where the bounds allow it.

    With a category it is the money of its articles, and the orders that have some.
    """

    kind: Literal["bought"] = "bought"
    measure: Literal["orders", "money"] = "orders"
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)]
    store: RecordId | None = None
    channel: Text | None = None
    category: Text | None = None


class All(_Node):
    """Every one of the rules."""

    kind: Literal["all"] = "all"
    of: Annotated[tuple["Branch", ...], Field(min_length=1, max_length=MOST_CONDITIONS, strict=False)]


class Some(_Node):
    """At least one of the rules."""

    kind: Literal["any"] = "any"
    of: Annotated[tuple["Branch", ...], Field(min_length=1, max_length=MOST_CONDITIONS, strict=False)]


class Not(_Node):
    """Whoever does not fit; the unknown does not fit, so it is in here."""

    kind: Literal["not"] = "not"
    rule: "Branch"


Condition = Number | Choice | Day | Flag | Tag | Bought
Rule = All | Some | Not | Condition
Branch = Annotated[Rule, Field(discriminator="kind")]


def _of_a_size(rule: Rule) -> Rule:
    if sum(1 for _each in conditions(rule)) > MOST_CONDITIONS or _depth(rule) > DEEPEST:
        raise ValueError(TOO_LARGE)
    return rule


RULE: TypeAdapter[Rule] = TypeAdapter(Annotated[Branch, AfterValidator(_of_a_size)])


def read(kept: object) -> Rule:
    """The rule of JSON that has been parsed; pydantic's ValidationError (a ValueError) says what is wrong with it."""
    return RULE.validate_python(kept)


def write(rule: Rule) -> dict[str, object]:
    """The rule as JSON can hold it, without what it leaves open."""
    written: dict[str, object] = RULE.dump_python(rule, mode="json", exclude_none=True)
    return written


def children(rule: Rule) -> tuple[Rule, ...]:
    """The rules directly inside of a rule; none of a condition."""
    if isinstance(rule, All | Some):
        return rule.of
    return (rule.rule,) if isinstance(rule, Not) else ()


def conditions(rule: Rule) -> Iterator[Condition]:
    """All conditions of a rule, in the order in which it says them."""
    if isinstance(rule, All | Some | Not):
        for child in children(rule):
            yield from conditions(child)
    else:
        yield rule


def _depth(rule: Rule) -> int:
    return 1 + max((_depth(child) for child in children(rule)), default=0)
