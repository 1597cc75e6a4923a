"""How long customers take to come again, and until they fall silent: curves with their bands, and what they say."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from shuke.analytics.survival import EVERY_DAYS, EVERYBODY, FEWEST, Curve, Curves
from shuke.reports import queries
from shuke.reports.models import Study
from shuke.segments.models import Tier
from shuke.web.insight.frame import page, sees_all
from shuke.web.templatetags.shuke import NOTHING, days, number, percent

LOOKED_AT = (28, 91, 182, 364)
"""Days on which a curve is read in the table: four weeks, a quarter, half a year, a year."""
TIER_ORDER = {tier: place for place, tier in enumerate(Tier.values)}
TITLES = {
    "came_back": gettext_noop("Until the second order"),
    "next_order": gettext_noop("Until the next order, by tier"),
    "fell_silent": gettext_noop("Until the first long silence"),
}


@require_GET
@sees_all
def index(request: HttpRequest) -> HttpResponse:
    """One section for each of the questions that the study has answered."""
    found = queries.study()
    asked = [name for name in TITLES if found and name in found.survival]
    return page(request, "survival", found, sections=[_section(name, found) for name in asked])


def _section(name: str, found: Study) -> dict[str, object]:
    known = Curves.model_validate(found.survival[name])
    curves = sorted(known.curves, key=lambda each: TIER_ORDER.get(each.group, -1))
    return {
        "id": f"survival-{name}",
        "title": _(TITLES[name]),
        "words": _words(name, found),
        "chart": _chart(name, curves),
        "rows": [_row(name, each) for each in curves],
        "looked_at": [days(day) for day in LOOKED_AT],
        "too_few": _too_few(name, known),
        "fewest": FEWEST,
    }


def _words(name: str, found: Study) -> str:
    """What the curve shows, in one sentence."""
    if name == "came_back":
        return _("The share of new customers who have not come again, by days since the first order.")
    if name == "next_order":
        since = date.fromisoformat(found.survival["next_order_since"])
        return _("The share who have not ordered since %(day)s, by the tier that they were in on that day.") % {
            "day": since.isoformat()
        }
    silence = {"silence": days(found.survival["silence_days"])}
    return (
        _("The share of customers who have never been silent for %(silence)s, by days since the first order.") % silence
    )


def _chart(name: str, curves: list[Curve]) -> dict[str, object]:
    """The curves side by side, empty where a younger group has not been watched for so long."""
    longest = max((len(each.points) for each in curves), default=0)
    return {
        "labels": [str(EVERY_DAYS * place) for place in range(longest)],
        "series": [
            {
                "name": _group(name, each.group),
                "tone": each.group if name == "next_order" and each.group else "",
                "values": _drawn(each, longest, "share"),
                "low": _drawn(each, longest, "low"),
                "high": _drawn(each, longest, "high"),
            }
            for each in curves
        ],
        "format": "percent",
    }


def _drawn(curve: Curve, longest: int, name: str) -> list[float | None]:
    told = [getattr(point, name) for point in curve.points]
    return [None if value is None else round(value, 4) for value in (*told, *[None] * (longest - len(told)))]


def _row(name: str, curve: Curve) -> dict[str, object]:
    return {
        "group": _group(name, curve.group),
        "customers": number(curve.customers),
        "median": days(curve.median) if curve.median is not None else _("not yet half"),
        "cells": [_reading(curve, day) for day in LOOKED_AT],
    }


def _reading(curve: Curve, day: int) -> dict[str, str]:
    """What the curve says on a day, as long as somebody was watched until then."""
    point = next((each for each in curve.points if each.day == day and each.at_risk), None)
    if point is None:
        return {"share": NOTHING, "between": "", "at_risk": ""}
    known = point.low is not None and point.low < point.high
    between = f"{percent(point.low, 0)}-{percent(point.high, 0)} · " if known else ""
    return {"share": percent(point.share, 0), "between": between, "at_risk": number(point.at_risk)}


def _too_few(name: str, known: Curves) -> str:
    groups = ", ".join(f"{_group(name, group)} ({size})" for group, size in sorted(known.too_few.items()))
    return (
        _("Fewer than %(fewest)s customers, so no curve: %(groups)s.") % {"fewest": FEWEST, "groups": groups}
        if groups
        else ""
    )


def _group(name: str, group: str) -> str:
    if group == EVERYBODY:
        return _("All")
    return str(Tier(group).label) if name == "next_order" else group
