"""How a customer's scores have moved over the runs that are kept: small lines, and when a letter changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy

from shuke.scoring import queries
from shuke.scoring.models import LiveScore
from shuke.scoring.queries import ScoreThen
from shuke.web.templatetags.shuke import money_short, percent

WIDTH, HEIGHT, EDGE = 120, 32, 3
CHANGES = 12
"""Rows that are shown: the newest days on which a letter, the tier or the activity changed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One measure as a line of points `x,y`, with the words of its ends."""

    title: str
    points: str
    first: str
    last: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class History:
    lines: list[Line]
    changes: list[ScoreThen]
    runs: int


MEASURES: tuple[tuple[str, str, Callable[[float], str]], ...] = (
    ("health", gettext_lazy("Health"), lambda value: f"{value:.0f}"),
    ("churn_probability", gettext_lazy("Chance of staying away"), lambda value: percent(value, 0)),
    ("lifetime_value", gettext_lazy("Lifetime value"), money_short),
    ("value_at_risk", gettext_lazy("Value at risk"), money_short),
    ("r_quintile", gettext_lazy("Recency, 1 to 5"), str),
    ("f_quintile", gettext_lazy("Frequency, 1 to 5"), str),
    ("m_quintile", gettext_lazy("Monetary, 1 to 5"), str),
)


def tell(score: LiveScore) -> History | None:
    """The history of a customer's scores up to the live run, if there are two runs to draw a line between."""
    known = queries.history(score.customer_id, until=score.run.as_of)
    if len(known) < 2:
        return None
    lines = [_line(str(title), known, name, write) for name, title, write in MEASURES]
    return History([line for line in lines if line], _changes(known), len(known))


def _line(title: str, known: Sequence[ScoreThen], name: str, write: Callable[[float], str]) -> Line | None:
    """None where fewer than two runs knew the measure."""
    told = [(then.as_of, getattr(then, name)) for then in known if getattr(then, name) is not None]
    if len(told) < 2:
        return None
    return Line(
        title=title,
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in _places(told)),
        first=write(told[0][1]),
        last=write(told[-1][1]),
        since=told[0][0],
        until=told[-1][0],
    )


def _places(told: Sequence[tuple[date, float]]) -> list[tuple[float, float]]:
    """Days to the right, the largest value on top; what never changes runs through the middle."""
    days, values = [day.toordinal() for day, _value in told], [value for _day, value in told]
    low, reach = min(values), max(values) - min(values)
    wide, high = WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE
    return [
        (
            EDGE + wide * (day - days[0]) / (days[-1] - days[0]),
            EDGE + high * (1 - (value - low) / reach if reach else 0.5),
        )
        for day, value in zip(days, values, strict=True)
    ]


def _changes(known: Sequence[ScoreThen]) -> list[ScoreThen]:
    """The runs that said something else than the one before, the newest first; the first run is one of them."""
    before: Sequence[ScoreThen | None] = [None, *known[:-1]]
    changed = [now for now, then in zip(known, before, strict=True) if then is None or _letters(now) != _letters(then)]
    return changed[::-1][:CHANGES]


def _letters(then: ScoreThen) -> tuple[str, ...]:
    return (then.tier, then.activity, then.r, then.f, then.m, then.t)
