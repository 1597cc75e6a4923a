"""Whether a model still fits, in words: did what it said come true, and are its customers those that it knew."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Protocol

from django.utils.translation import gettext as _

from shuke.analytics.drift.parameters import FEWEST, FEWEST_PROMISED, Drift, Drifts, Promise, Spread, Stability
from shuke.core.words import mark
from shuke.reports.models import Study
from shuke.web.templatetags.shuke import NOTHING, money_round, number, percent

__all__ = ["of_chances", "of_values", "said_and_came"]

Told = dict[str, object]

MEASURES = {
    "churn_probability": mark("Chance of no order"),
    "days_since_last": mark("Days since the last order"),
    "median_gap": mark("Days between orders"),
    "orders_per_month": mark("Orders a month"),
    "orders": mark("Orders"),
    "money": mark("Money"),
    "lifetime_value": mark("Lifetime value"),
    "expected_orders": mark("Orders to come"),
    "order_value": mark("Money of an order to come"),
}
SHARES, AMOUNTS = {"churn_probability"}, {"money", "lifetime_value", "order_value"}
VERDICTS = {
    "steady": (mark("steady"), "green"),
    "watch": (mark("watch"), "amber"),
    "shifted": (mark("shifted"), "red"),
}
PROMISES = {
    "kept": mark(
        "What was said has held: of %(customers)s customers of %(day)s, %(predicted)s were expected to stay away until "
        "%(until)s, and %(observed)s did."
    ),
    "too_low": mark(
        "More stayed away than was said: of %(customers)s customers of %(day)s, %(predicted)s were expected to stay "
        "away until %(until)s, and %(observed)s did. Today's chances may be too low as well."
    ),
    "too_high": mark(
        "Fewer stayed away than was said: of %(customers)s customers of %(day)s, %(predicted)s were expected to stay "
        "away until %(until)s, and %(observed)s did. Today's chances may be too high as well."
    ),
}
CHANCES_MOVED = {
    ("steady", False): mark(
        "Chances are spread over the customers as on %(day)s, and what is compared of the customers is too."
    ),
    ("steady", True): mark(
        "Chances are spread over the customers as on %(day)s, although the customers have changed, most of all in: "
        "%(most)s."
    ),
    ("watch", False): mark(
        "Chances are spread somewhat otherwise than on %(day)s, and what is compared of the customers is not: the "
        "model has learned something else since."
    ),
    ("watch", True): mark(
        "Chances are spread somewhat otherwise than on %(day)s; so are the customers, most of all in: %(most)s."
    ),
    ("shifted", False): mark(
        "Chances are spread quite otherwise than on %(day)s, and what is compared of the customers is not: the model "
        "has learned something else since. Look at a few customers whom you know before you act on it."
    ),
    ("shifted", True): mark(
        "Chances are spread quite otherwise than on %(day)s; so are the customers, most of all in: %(most)s. The model "
        "was tried on others: trust it less than its figures say until a month has shown how it does."
    ),
}
"""By how far the chances have moved, and whether the customers have."""
VALUES_MOVED = {
    "steady": mark("Values are spread over the customers as on %(day)s."),
    "watch": mark("Values are spread somewhat otherwise than on %(day)s: the medians below say how."),
    "shifted": mark(
        "Values are spread quite otherwise than on %(day)s. Look at a few customers whom you know before you act."
    ),
}


class SaidAndCame(Protocol):
    """A part of the customers: the mean of what was said, and the share of whom it came true."""

    @property
    def predicted(self) -> float: ...
    @property
    def observed(self) -> float: ...


def of_chances(found: Study | None, horizon_days: int) -> Told:
    """What is shown of the chance of churn of one horizon."""
    drifts = _found(found)
    drift = drifts.of_horizon(horizon_days) if drifts else None
    if drifts is None or drift is None:
        return {}
    return {"promise": _promise(drift), **_stability(drift.stability, drift.comparable_from, _chances_moved)}


def of_values(found: Study | None) -> Told:
    """What is shown of lifetime value."""
    drifts = _found(found)
    return _stability(drifts.lifetime, drifts.comparable_from, _values_moved) if drifts else {}


def said_and_came(parts: Iterable[SaidAndCame]) -> Told:
    """Said against what came, by tenths of the customers: where both lines meet, a chance means what it says."""
    rising = sorted(parts, key=lambda part: part.predicted)
    return {
        "labels": [str(place) for place in range(1, len(rising) + 1)],
        "series": [
            {"name": _("Said"), "values": [part.predicted for part in rising], "tone": "blue"},
            {"name": _("Came true"), "values": [part.observed for part in rising], "tone": "green"},
        ],
        "format": "percent",
    }


def _found(found: Study | None) -> Drifts | None:
    return Drifts.model_validate(found.drift) if found and found.drift else None


def _promise(drift: Drift) -> Told:
    told = drift.promise
    if told is None:
        words = _("Whether what is said comes true is known from %(day)s on.")
        return {"words": words % {"day": drift.known_from}}
    return {
        "words": _kept(told),
        "afterwards": told.computed_on if told.computed_on > told.said_on else None,
        "day": told.said_on,
        "until": told.until,
        "chart": said_and_came(told.tenths) if told.tenths else None,
    }


def _kept(told: Promise) -> str:
    if told.verdict is None:
        return _(
            "On %(day)s %(customers)s customers had such a chance; from %(fewest)s on they are looked at again."
        ) % {
            "day": told.said_on,
            "customers": number(told.customers),
            "fewest": FEWEST_PROMISED,
        }
    return _(PROMISES[told.verdict]) % {
        "customers": number(told.customers),
        "day": told.said_on,
        "until": told.until,
        "predicted": percent(told.predicted),
        "observed": percent(told.observed),
    }


def _stability(told: Stability | None, known_from: date | None, moved: Callable[[Spread, Stability], str]) -> Told:
    if told is None:
        words = _("From %(day)s on the customers can be compared with those of an earlier run.")
        return {"words": words % {"day": known_from}} if known_from else {}
    if told.score is None:
        words = _("Too few customers to compare: %(then)s on %(day)s and %(now)s now; %(fewest)s are needed.")
        counts = {"then": number(told.customers_then), "now": number(told.customers_now), "fewest": FEWEST}
        return {"words": words % {**counts, "day": told.since}}
    return {
        "words": moved(told.score, told),
        "since": told.since,
        "rows": [_row(each) for each in (told.score, *told.features)],
        "then": number(told.customers_then),
        "now": number(told.customers_now),
    }


def _chances_moved(score: Spread, told: Stability) -> str:
    moved = sorted((one for one in told.features if one.verdict != "steady"), key=lambda one: -one.psi)
    most = _(MEASURES[moved[0].name]) if moved else ""
    return _(CHANCES_MOVED[score.verdict, bool(moved)]) % {"day": told.since, "most": most}


def _values_moved(score: Spread, told: Stability) -> str:
    return _(VALUES_MOVED[score.verdict]) % {"day": told.since}


def _row(one: Spread) -> Mapping[str, object]:
    words, tone = VERDICTS[one.verdict]
    return {
        "name": _(MEASURES[one.name]),
        "then": _value(one.name, one.then),
        "now": _value(one.name, one.now),
        "psi": f"{one.psi:.3f}",
        "verdict": _(words),
        "tone": tone,
    }


def _value(name: str, value: float | None) -> str:
    if value is None:
        return NOTHING
    if name in SHARES:
        return percent(value, 0)
    return money_round(round(value)) if name in AMOUNTS else f"{value:,.2f}".rstrip("0").rstrip(".")
