"""Groups of customers as people call them: by their number and by what sets them apart."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from shuke.analytics.clusters.parameters import Clusters, Group, Grouping, Shortfall, Ungrouped
from shuke.analytics.clusters.words import FEATURES, SHORTFALLS, TRAITS
from shuke.web.templatetags.shuke import NOTHING, days, money_round, percent

SHARES = {"unstable", "too_small"}
INDICES = {"one_lump"}


def name(group: Group) -> str:
    """3 · spend much, order often."""
    return f"{group.number} · {traits(group)}"


def traits(group: Group) -> str:
    """What sets a group apart, in few words."""
    told = [_(TRAITS[trait.feature, trait.is_high]) for trait in group.traits]
    return _(", ").join(told) or _("like the average customer")


def choices(grouping: Grouping | None) -> list[tuple[str, str]]:
    """The groups of now, as value and words."""
    groups = grouping.groups if isinstance(grouping, Clusters) else ()
    return [(str(group.number), name(group)) for group in groups]


def feature(key: str) -> str:
    return _(FEATURES[key])


def value(key: str, number: float | None) -> str:
    """A value of a feature, or an average of such, as people read it."""
    return NOTHING if number is None else WRITERS[key](number)


def lacking(grouping: Grouping | None) -> list[str]:
    """Why there are no groups."""
    return [_shortfall(each) for each in grouping.shortfalls] if isinstance(grouping, Ungrouped) else []


def _shortfall(missing: Shortfall) -> str:
    write = percent if missing.code in SHARES else index if missing.code in INDICES else _whole
    return _(SHORTFALLS[missing.code]) % {"have": write(missing.have), "need": write(missing.need)}


def index(number: float) -> str:
    """A measure between 0 and 1: 0.312."""
    return f"{number:.3f}"


def _whole(number: float) -> str:
    return f"{number:,.0f}"


def _few(number: float) -> str:
    return f"{number:,.1f}".removesuffix(".0")


def _signed(number: float) -> str:
    return f"{number:+.0%}"


WRITERS: dict[str, Callable[[float], str]] = {
    "money": lambda number: money_round(round(number)),
    "orders": _few,
    "average_order": lambda number: money_round(round(number)),
    "days_since_last": lambda number: days(round(number)),
    "own_cycle": lambda number: days(round(number)),
    "returns": percent,
    "trend": _signed,
}
