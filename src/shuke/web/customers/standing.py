"""Where a customer stands, as sentences: the stages, the value card, and the place among value and loyalty."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shuke.analytics.policies import Policies
from shuke.analytics.scorecard.applying import VALUES
from shuke.analytics.scorecard.policy import ScorecardPolicy
from shuke.analytics.shop import STEPS
from shuke.analytics.stages.policy import StagePolicy
from shuke.core.words import mark
from shuke.scoring.models import LiveScore, Run
from shuke.scoring.policies import at_versions
from shuke.web.customers.health import tone_of
from shuke.web.templatetags.shuke import days, days_ago, money_round, percent

NAMES = {
    "economic": mark("Economic value"),
    "word_of_mouth": mark("Word of mouth"),
    "strategic": mark("Strategic value"),
    "emotional": mark("Emotional value"),
    "learning": mark("Learning value"),
}
UNKNOWN = {
    "economic": mark("There are too few orders to compare with."),
    "word_of_mouth": mark("Nothing tells whether this customer shares."),
    "strategic": mark("No contracts have come in."),
    "emotional": mark("The emotional account has no entry."),
    "learning": mark("No ratings and no contacts by customers have come in."),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the card of stages and values says."""

    stage: str
    stage_why: list[str]
    journey: str
    journey_why: list[str]
    values: list[dict[str, str]]
    quadrant: str
    quadrant_why: list[str]
    is_expert: bool


def tell(score: LiveScore, run: Run) -> Standing | None:
    """Put stages and values into words, by the policies that the run obeyed; None for a run that knew none yet."""
    if score.stage is None:
        return None
    policies = at_versions(run.policies)
    return Standing(
        stage=score.stage,
        stage_why=[_stage(score, policies.stage)],
        journey=score.journey,
        journey_why=[_journey(score, policies.stage)],
        values=[_value(score, place, policies.scorecard) for place in range(len(VALUES))],
        quadrant=score.value_quadrant or "",
        quadrant_why=_quadrant(score, policies),
        is_expert=bool(score.is_expert),
    )


def _stage(score: LiveScore, policy: StagePolicy) -> str:
    if score.stage == "decline" and score.activity not in {"new", "active"}:
        return _("Not active any more: the last order was %(ago)s") % {"ago": days_ago(score.days_since_last)}
    if score.stage == "decline":
        return _("%(now)s in 90 days, %(before)s in the 90 before: decline begins at × %(from)s") % {
            "now": money_round(score.money_90),
            "before": money_round(score.money_90_before),
            "from": _short(policy.decline_trend),
        }
    return ngettext(
        "%(orders)s order; mature from %(from)s on", "%(orders)s orders; mature from %(from)s on", score.orders
    ) % {"orders": score.orders, "from": policy.mature_orders}


def _journey(score: LiveScore, policy: StagePolicy) -> str:
    if score.journey == "loyal":
        return ngettext(
            "Active, with %(orders)s order; loyal from %(from)s on",
            "Active, with %(orders)s orders; loyal from %(from)s on",
            score.orders,
        ) % {"orders": score.orders, "from": policy.loyal_orders}
    if score.journey == "decide" and score.activity in {"new", "active"}:
        return _("Active, and not yet loyal: the last order was %(ago)s") % {"ago": days_ago(score.days_since_last)}
    return _(
        {
            "decide": mark("Put something into the cart or went to the checkout within 30 days"),
            "consider": mark("Looked or searched in the shop's pages within 30 days"),
            "aware": mark("Not active, and nothing seen in the shop's pages within 30 days"),
        }[score.journey]
    )


def _value(score: LiveScore, place: int, policy: ScorecardPolicy) -> dict[str, str]:
    name, points, number = VALUES[place], score.value_card[place], score.value_numbers[place]
    if points is None or number is None:
        return {"words": f"{_(NAMES[name])} – {_(UNKNOWN[name])}", "tone": "slate"}
    words = WORDS[name](number, points, policy)
    return {"words": f"{_(NAMES[name])} – {words}", "tone": tone_of(points / 100), "weight": f"{points:.0f}"}


def _economic(number: float, points: float, policy: ScorecardPolicy) -> str:
    best = 1 - points / 100 * (STEPS - 1) / STEPS
    return _("%(money)s net in 12 months, within the best %(share)s of all customers") % {
        "money": money_round(round(number)),
        "share": percent(best, 0),
    }


def _word_of_mouth(number: float, points: float, policy: ScorecardPolicy) -> str:
    return ngettext(
        "shared %(times)s time in 365 days; %(full)s are 100 points",
        "shared %(times)s times in 365 days; %(full)s are 100 points",
        round(number),
    ) % _of(number, policy.shares)


def _strategic(number: float, points: float, policy: ScorecardPolicy) -> str:
    return _("contracts run for %(times)s more; %(full)s are 100 points") % {
        "times": days(round(number)),
        "full": days(policy.bound_days),
    }


def _emotional(number: float, points: float, policy: ScorecardPolicy) -> str:
    return _("the emotional account stands at %(balance)s of 100") % {"balance": round(number)}


def _learning(number: float, points: float, policy: ScorecardPolicy) -> str:
    return ngettext(
        "%(times)s rating or contact by themselves in 365 days; %(full)s are 100 points",
        "%(times)s ratings and contacts by themselves in 365 days; %(full)s are 100 points",
        round(number),
    ) % _of(number, policy.insights)


WORDS: Mapping[str, Callable[[float, float, ScorecardPolicy], str]] = {
    "economic": _economic,
    "word_of_mouth": _word_of_mouth,
    "strategic": _strategic,
    "emotional": _emotional,
    "learning": _learning,
}


def _of(number: float, full: int) -> dict[str, int]:
    return {"times": round(number), "full": full}


def _quadrant(score: LiveScore, policies: Policies) -> list[str]:
    if not score.value_quadrant:
        return [_(UNKNOWN["economic"])]
    policy = policies.scorecard
    return [
        _("Economic value %(points)s; much from %(from)s on")
        % {"points": f"{score.value_card[0]:.0f}", "from": policy.high_value},
        _("Loyalty %(points)s, half by the number of orders, half by the silence in own cycles; loyal from %(from)s on")
        % {"points": f"{score.loyalty:.0f}", "from": policy.high_loyalty},
        *_expert(score, policy),
    ]


def _expert(score: LiveScore, policy: ScorecardPolicy) -> list[str]:
    if not score.is_expert:
        return []
    words = _("Expert: learning value %(points)s, from %(from)s on, and %(orders)s orders, from %(least)s on")
    return [
        words
        % {
            "points": f"{score.value_card[VALUES.index('learning')]:.0f}",
            "from": policy.expert_points,
            "orders": score.orders,
            "least": policy.expert_orders,
        }
    ]


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
