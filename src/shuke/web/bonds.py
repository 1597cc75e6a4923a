"""Whether a strong bond keeps customers: the emotional account held against what came, for the page of the models."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shuke.analytics.bonds.parameters import GOAL, Band, BondParameters
from shuke.core import policies
from shuke.scoring.models import Run
from shuke.scoring.policies import EMOTION, RELATIONSHIP
from shuke.web.templatetags.shuke import number, percent


def told(learned: BondParameters | None, run: Run | None) -> dict[str, Any] | None:
    """What the page says; None before the first check."""
    if run is None or learned is None or learned.check is None:
        return None
    check = learned.check
    weights = policies.at_version(RELATIONSHIP, run.policies.get(RELATIONSHIP.key, 0)).body
    return {
        "emotion_policy": EMOTION.key,
        "relationship_policy": RELATIONSHIP.key,
        "as_of": check.as_of,
        "until": check.until,
        "verdict": _verdict(check.strong),
        "bands": [_band(band, f"{band.low} – {band.high}") for band in check.bands]
        + [_band(check.without, _("no entry"))],
        "weights": {name: percent(getattr(weights, name), 0) for name in ("trust", "satisfaction", "loyalty")},
    }


def _verdict(strong: Band) -> str:
    """The share of the strong that stayed away, with how little so few of them tell."""
    if not strong.customers:
        return _("Nobody had a balance of %(line)s or more, so whether that keeps customers is not known yet.") % {
            "line": strong.low
        }
    low, high = strong.interval
    words = ngettext(
        "%(customers)s customer had a balance of %(line)s or more; %(away)s (%(share)s) did not order. "
        "The true share lies somewhere between %(low)s and %(high)s; the goal is below %(goal)s.",
        "%(customers)s customers had a balance of %(line)s or more; %(away)s (%(share)s) did not order. "
        "The true share lies somewhere between %(low)s and %(high)s; the goal is below %(goal)s.",
        strong.customers,
    )
    return words % {
        "customers": number(strong.customers),
        "line": strong.low,
        "away": number(strong.stayed_away),
        "share": percent(strong.rate),
        "low": percent(low),
        "high": percent(high),
        "goal": percent(GOAL, 0),
    }


def _band(band: Band, words: str) -> dict[str, str]:
    return {
        "words": words,
        "customers": number(band.customers),
        "stayed_away": number(band.stayed_away),
        "rate": percent(band.rate),
    }
