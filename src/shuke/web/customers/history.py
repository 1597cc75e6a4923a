"""How a customer's scores have moved over the runs that are kept: small lines with trends, and when a class changed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shuke.analytics.scorecard.applying import VALUES
from shuke.scoring import queries
from shuke.scoring.models import LiveScore
from shuke.scoring.queries import ScoreThen
from shuke.segments.queries import Held
from shuke.web.customers.standing import NAMES
from shuke.web.templatetags.shuke import days, money_short, percent

WIDTH, HEIGHT, EDGE = 120, 32, 3
CHANGES = 12
"""Rows that are shown: the newest days on which a letter or a class changed."""
TREND_DAYS = 30
SHORTEST_TREND_DAYS = 7
"""Over less than a week a score moves by the day of the week alone."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How numbers of a kind are written, how a change from one to another is, and the least change that is told."""

    write: Callable[[float], str]
    changed: Callable[[float, float], str]
    least: Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of a score that has a line."""

    title: str
    scale: Scale
    of: Callable[[ScoreThen], float | None]
    rising_is_good: bool = True


@dataclass(frozen=True, slots=True)
class Trend:
    """How far a number has moved, in words; `good` is None where it has not."""

    words: str
    direction: str
    good: bool | None


@dataclass(frozen=True, slots=True)
class Line:
    """One measure as a line of points `x,y`, with the words of its ends; without a trend where it is too short."""

    title: str
    points: str
    first: str
    last: str
    since: date
    until: date
    trend: Trend | None


@dataclass(frozen=True, slots=True)
class History:
    """The lines by the names of MEASURES, those of the fifths and of the value card, and the classes as they were."""

    lines: Mapping[str, Line]
    fifths: list[Line]
    values: list[Line]
    quadrant: Held | None
    changes: list[ScoreThen]


def _points(was: float, now: float) -> str:
    return f"{round(now) - round(was):+d}"


def _percentage_points(was: float, now: float) -> str:
    return _("%(points)s percentage points") % {"points": _points(100 * was, 100 * now)}


def _money(was: float, now: float) -> str:
    return f"{'+' if now > was else ''}{money_short(round(now - was))}"


POINTS = Scale("{:.0f}".format, _points, lambda was: 2)
FIFTHS = Scale(str, _points, lambda was: 1)
SHARE = Scale(lambda value: percent(value, 0), _percentage_points, lambda was: 0.02)
MONEY = Scale(money_short, _money, lambda was: max(abs(was) * 0.05, 1))

MEASURES: Mapping[str, Measure] = {
    "health": Measure(gettext_lazy("Health"), POINTS, lambda then: then.health),
    "emotion": Measure(gettext_lazy("Emotional account"), POINTS, lambda then: then.emotion),
    "relationship": Measure(gettext_lazy("Relationship quality"), POINTS, lambda then: then.relationship),
    "loyalty": Measure(gettext_lazy("Loyalty"), POINTS, lambda then: then.loyalty),
    "churn_probability": Measure(
        gettext_lazy("Chance of staying away"), SHARE, lambda then: then.churn_probability, rising_is_good=False
    ),
    "lifetime_value": Measure(gettext_lazy("Lifetime value"), MONEY, lambda then: then.lifetime_value),
    "value_at_risk": Measure(
        gettext_lazy("Value at risk"), MONEY, lambda then: then.value_at_risk, rising_is_good=False
    ),
}
FIFTH_MEASURES = (
    Measure(gettext_lazy("Recency, 1 to 5"), FIFTHS, lambda then: then.r_quintile),
    Measure(gettext_lazy("Frequency, 1 to 5"), FIFTHS, lambda then: then.f_quintile),
    Measure(gettext_lazy("Monetary, 1 to 5"), FIFTHS, lambda then: then.m_quintile),
)


def tell(score: LiveScore) -> History | None:
    """The history of a customer's scores up to what counts now, if there are two days to draw a line between."""
    now = queries.said_now(score)
    known = [then for then in queries.history(score.customer_id, until=score.run.as_of) if then.as_of < now.as_of]
    if not known:
        return None
    known.append(now)
    lines = {name: _line(measure, _comparable(name, known)) for name, measure in MEASURES.items()}
    return History(
        lines={name: line for name, line in lines.items() if line},
        fifths=_lines(FIFTH_MEASURES, known),
        values=_lines([_of_the_card(place) for place in range(len(VALUES))], known),
        quadrant=_held(known, "value_quadrant"),
        changes=_changes(known),
    )


def _lines(measures: Iterable[Measure], known: Sequence[ScoreThen]) -> list[Line]:
    return [line for measure in measures if (line := _line(measure, known))]


def _of_the_card(place: int) -> Measure:
    return Measure(_(NAMES[VALUES[place]]), POINTS, lambda then: then.value_card[place] if then.value_card else None)


def _comparable(name: str, known: Sequence[ScoreThen]) -> Sequence[ScoreThen]:
    """A chance of staying away for 90 days is no rise of that for 30."""
    if name != "churn_probability":
        return known
    return [then for then in known if then.churn_horizon_days == known[-1].churn_horizon_days]


def _line(measure: Measure, known: Sequence[ScoreThen]) -> Line | None:
    """None where fewer than two runs knew the measure."""
    told = [(then.as_of, value) for then in known if (value := measure.of(then)) is not None]
    if len(told) < 2:
        return None
    write, is_known_now = measure.scale.write, told[-1][0] == known[-1].as_of
    return Line(
        title=str(measure.title),
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in _places(told)),
        first=write(told[0][1]),
        last=write(told[-1][1]),
        since=told[0][0],
        until=told[-1][0],
        trend=trend(measure.scale, told, rising_is_good=measure.rising_is_good) if is_known_now else None,
    )


def _places(told: Sequence[tuple[date, float]]) -> list[tuple[float, float]]:
    """Days to the right, the largest value on top; what never changes runs through the middle."""
    on, values = [day.toordinal() for day, _value in told], [value for _day, value in told]
    low, reach = min(values), max(values) - min(values)
    wide, high = WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE
    return [
        (
            EDGE + wide * (day - on[0]) / (on[-1] - on[0]),
            EDGE + high * (1 - (value - low) / reach if reach else 0.5),
        )
        for day, value in zip(on, values, strict=True)
    ]


def trend(scale: Scale, told: Sequence[tuple[date, float]], *, rising_is_good: bool = True) -> Trend | None:
    """Against 30 days before, or the next earlier day that is known; of a shorter history against its first day."""
    day, now = told[-1]
    begin, was = next((then for then in reversed(told) if day - then[0] >= timedelta(TREND_DAYS)), told[0])
    span = (day - begin).days
    if span < SHORTEST_TREND_DAYS:
        return None
    if abs(now - was) < scale.least(was):
        return Trend(_("steady over %(days)s") % {"days": days(span)}, "", None)
    words = _("%(change)s in %(days)s") % {"change": scale.changed(was, now), "days": days(span)}
    return Trend(words, "up" if now > was else "down", (now > was) == rising_is_good)


def _held(known: Sequence[ScoreThen], name: str) -> Held | None:
    """Since when a class is what it is now, and what it was before; None where it is not known."""
    told = [(then.as_of, value) for then in known if (value := getattr(then, name))]
    if not told or getattr(known[-1], name) is None:
        return None
    value = told[-1][1]
    others = [place for place, (_day, each) in enumerate(told) if each != value]
    if not others:
        return Held(value, told[0][0])
    return Held(value, told[others[-1] + 1][0], told[others[-1]][1])


def _changes(known: Sequence[ScoreThen]) -> list[ScoreThen]:
    """The runs that said something else than the one before, the newest first; the first run is one of them."""
    before: Sequence[ScoreThen | None] = [None, *known[:-1]]
    changed = [now for now, then in zip(known, before, strict=True) if then is None or _classes(now) != _classes(then)]
    return changed[::-1][:CHANGES]


def _classes(then: ScoreThen) -> tuple[str | None, ...]:
    letters = (then.r, then.f, then.m, then.t)
    return (then.tier, then.activity, *letters, then.stage, then.journey, then.value_quadrant)
