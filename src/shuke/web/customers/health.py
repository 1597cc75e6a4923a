"""How well it goes with a customer, as sentences: what each measure says and adds, and what is not known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shuke.analytics.health.measures import MEASURES
from shuke.analytics.health.policy import HealthPolicy, Measured
from shuke.core import policies
from shuke.scoring.models import LiveScore, Run
from shuke.scoring.policies import HEALTH
from shuke.web.templatetags.shuke import money_round, percent

GOOD, MIDDLING = 2 / 3, 1 / 3


@dataclass(frozen=True, slots=True)
class Health:
    """The score with what raises and lowers it, or why there is none."""

    score: float | None
    tone: str
    raising: list[dict[str, str]]
    lowering: list[dict[str, str]]
    known: str
    needed: str
    unknown: list[dict[str, str]]


def tell(score: LiveScore, run: Run) -> Health | None:
    """Put the health of a customer into words, by the policy that its run obeyed; None for a run that knew none yet."""
    if score.health_numbers is None:
        return None
    policy = policies.at_version(HEALTH, run.policies.get(HEALTH.key, 0)).body
    weighed = {name: measure for name, measure in policy.measures() if measure.weight}
    known = {name: number for name, number in _numbers(score).items() if name in weighed and number is not None}
    weight = sum(weighed[name].weight for name in known)
    told = [_line(score, name, weighed[name], share=weighed[name].weight / weight) for name in _by_points(score, known)]
    return Health(
        score=score.health,
        tone=tone_of((score.health or 0) / 100),
        raising=[line for line in told if line["tone"] == "green"],
        lowering=[line for line in told[::-1] if line["tone"] != "green"],
        known=percent(weight / policy.all_weights(), 0),
        needed=percent(policy.needed_share, 0),
        unknown=[{"words": title_of(name), "tone": "slate"} for name in weighed if name not in known],
    )


def tone_of(share: float) -> str:
    """Green, amber or red, from the share of the points."""
    return "green" if share >= GOOD else "amber" if share >= MIDDLING else "red"


def title_of(measure: str) -> str:
    """What a measure is called."""
    return _(HealthPolicy.model_fields[measure].title)


def _numbers(score: LiveScore) -> Mapping[str, float | None]:
    return dict(zip(MEASURES, score.health_numbers, strict=True))


def _by_points(score: LiveScore, known: Mapping[str, float]) -> list[str]:
    """Those that add most first; without a score, in the order of the policy."""
    points = _points(score)
    return sorted(known, key=lambda name: -(points[name] or 0))


def _points(score: LiveScore) -> Mapping[str, float | None]:
    return dict(zip(MEASURES, score.health_points or [None] * len(MEASURES), strict=True))


def _line(score: LiveScore, name: str, measure: Measured, *, share: float) -> dict[str, str]:
    number, points = _numbers(score)[name], _points(score)[name]
    reached = min(max((number - measure.none) / (measure.full - measure.none), 0.0), 1.0)
    line = {"words": WORDS[name](score, number), "tone": tone_of(reached)}
    if points is None:
        return line
    return line | {"weight": _("%(points)s of %(most)s") % {"points": f"{points:.1f}", "most": f"{100 * share:.1f}"}}


def _recency(score: LiveScore, number: float) -> str:
    if score.median_gap is None:
        return _("%(cycles)s of the shop's usual cycles since the last order") % {"cycles": _short(number)}
    return _("%(cycles)s of their own cycles since the last order") % {"cycles": _short(number)}


def _trend(score: LiveScore, number: float) -> str:
    said = {"now": money_round(score.money_90), "before": money_round(score.money_90_before)}
    return _("%(now)s in 90 days, %(before)s in the 90 before") % said


def _usage(score: LiveScore, number: float) -> str:
    return _("In the shop's pages on %(days)s of the last 90 days") % {"days": round(number)}


def _logins(score: LiveScore, number: float) -> str:
    times = round(number)
    return ngettext("%(times)s log-in in 90 days", "%(times)s log-ins in 90 days", times) % {"times": times}


def _participation(score: LiveScore, number: float) -> str:
    times = round(number)
    return ngettext("Took part %(times)s time in 90 days", "Took part %(times)s times in 90 days", times) % {
        "times": times
    }


def _completion(score: LiveScore, number: float) -> str:
    return _("%(share)s of the checkouts of 90 days ended in an order") % {"share": percent(number, 0)}


def _returns(score: LiveScore, number: float) -> str:
    return _("%(share)s of the money was paid back") % {"share": percent(number, 0)}


def _cancellations(score: LiveScore, number: float) -> str:
    return _("%(share)s of the orders of 365 days were cancelled") % {"share": percent(number, 0)}


def _response(score: LiveScore, number: float) -> str:
    return _("Answered %(share)s of our contacts of 365 days") % {"share": percent(number, 0)}


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


WORDS: Mapping[str, Callable[[LiveScore, float], str]] = {
    "recency": _recency,
    "trend": _trend,
    "usage": _usage,
    "logins": _logins,
    "participation": _participation,
    "completion": _completion,
    "returns": _returns,
    "cancellations": _cancellations,
    "response": _response,
}
