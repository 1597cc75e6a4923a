"""What a trial found, in words and numbers: who moves and why, the work, the money, the risk list."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shuke.analytics.churn.risk import GOAL_PRECISION, GOAL_RECALL
from shuke.analytics.policies import TierPolicy
from shuke.lab.models import Move, Trial
from shuke.lab.outcome import Hindsight, Outcome, Workload
from shuke.segments.models import Activity, Tier
from shuke.web.forecast_words import shortfall_words
from shuke.web.templatetags.shuke import days, days_ago, money_round, number, percent

VALUES = {"tier": Tier, "activity": Activity}


@dataclass(frozen=True, slots=True)
class Cell:
    """How many go from a row's tier or activity to a column's, with the list of them."""

    customers: int
    stays: bool
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One tier or activity: from it to where, and how many it has by either side."""

    code: str
    cells: list[Cell]
    was: int
    now: int

    @property
    def change(self) -> str:
        return signed(self.now - self.was)


@dataclass(frozen=True, slots=True)
class Matrix:
    """From each tier or activity to each."""

    kind: str
    codes: list[str]
    lines: list[Line]
    steps: list[dict[str, Any]]


def matrix(trial: Trial, outcome: Outcome, kind: str) -> Matrix:
    """The matrix of one kind; `steps` are its moves, the most customers first."""
    codes = VALUES[kind].values
    counts = {(step.was, step.now): step.customers for step in outcome.steps(kind)}
    lines = [
        Line(
            was,
            [Cell(counts.get((was, now), 0), was == now, moves_url(trial, kind, was, now)) for now in codes],
            outcome.total(kind, "was", was),
            outcome.total(kind, "now", was),
        )
        for was in codes
    ]
    moved = sorted((step for step in outcome.steps(kind) if step.is_move), key=lambda step: -step.customers)
    steps = [{"step": step, "url": moves_url(trial, kind, step.was, step.now), "kind": kind} for step in moved]
    return Matrix(kind, codes, lines, steps)


def moves_url(trial: Trial, kind: str = "", was: str = "", now: str = "") -> str:
    """The list of those who make a step."""
    asked = {name: value for name, value in (("kind", kind), ("was", was), ("now", now)) if value}
    return f"{reverse('web:policies.moves', args=[trial.draft_id])}?{urlencode(asked)}"


def answer(outcome: Outcome) -> list[str]:
    """What would change, in sentences."""
    said = [
        _("%(name)s would have %(now)s customers instead of %(was)s (%(change)s).")
        % {
            "name": values(code).label,
            "now": number(outcome.total(kind, "now", code)),
            "was": number(outcome.total(kind, "was", code)),
            "change": signed(outcome.total(kind, "now", code) - outcome.total(kind, "was", code)),
        }
        for kind, values in VALUES.items()
        for code in values.values
        if outcome.total(kind, "now", code) != outcome.total(kind, "was", code)
    ]
    if not outcome.moved:
        said.append(_("No customer would move to another tier or activity."))
    return [*said, _work_words(outcome), _waiting_words(outcome)]


def _work_words(outcome: Outcome) -> str:
    was, now = outcome.work_was.a_month, outcome.work_now.a_month
    if was == now:
        return _("Follow-ups stay at %(now)s a month.") % {"now": number(now)}
    return _("Follow-ups would be %(now)s a month instead of %(was)s (%(change)s).") % {
        "now": number(now),
        "was": number(was),
        "change": signed(now - was),
    }


def _waiting_words(outcome: Outcome) -> str:
    places = outcome.work_now.places(outcome.agents)
    words = _(
        "On the day %(due)s would be due for %(places)s places (%(agents)s × %(each)s): %(waiting)s wait, "
        "instead of %(was)s."
    )
    return words % {
        "due": number(outcome.work_now.due),
        "places": number(places),
        "agents": colleagues(outcome.agents),
        "each": number(outcome.work_now.open_per_agent),
        "waiting": number(outcome.work_now.waiting(outcome.agents)),
        "was": number(outcome.work_was.waiting(outcome.agents)),
    }


def colleagues(count: int) -> str:
    return ngettext("%(count)s colleague", "%(count)s colleagues", count) % {"count": number(count)}


def work_rows(outcome: Outcome) -> list[dict[str, Any]]:
    """The work of each tier that people carry by either side, and of all."""
    sides = (outcome.work_was, outcome.work_now)
    tiers = [tier for tier in Tier.values if any(work.tier == tier for side in sides for work in side.tiers)]
    was, now = sides
    return [{"tier": tier, "was": _of_tier(was, tier), "now": _of_tier(now, tier)} for tier in tiers]


def _of_tier(load: Workload, tier: str) -> dict[str, int]:
    for work in load.tiers:
        if work.tier == tier:
            return {"customers": work.customers, "a_month": round(work.a_month), "due": work.due}
    return {"customers": 0, "a_month": 0, "due": 0}


def risk(found: Hindsight) -> dict[str, Any]:
    """The risk list in hindsight, in words."""
    if found.known_from:
        return {"known_from": found.known_from}
    if found.shortfalls:
        return {"lacking": [shortfall_words(missing) for missing in found.shortfalls]}
    return {
        "listed": found.listed,
        "hits": found.hits,
        "active": found.active,
        "lapsed": found.lapsed,
        "precision": percent(found.precision),
        "recall": percent(found.recall),
        "lead": days(round(found.lead_days)) if found.lead_days is not None else "–",
        "money": found.money,
        "goals": _("goals: precision %(precision)s, recall %(recall)s")
        % {"precision": percent(GOAL_PRECISION, 0), "recall": percent(GOAL_RECALL, 0)},
    }


def reasons(move: Move, was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Why a customer would move, by the policy as it was and as drafted."""
    if move.tier_was != move.tier_now:
        sides = TierPolicy.model_validate(was), TierPolicy.model_validate(now)
        by_spend = "by_spend" in {side.mode for side in sides}
        return _by_spend(move, *sides) if by_spend else _by_rank(move, *sides)
    return _by_activity(move, was, now)


def _by_rank(move: Move, was: TierPolicy, now: TierPolicy) -> list[str]:
    told = []
    if move.money_line_was != move.money_line_now:
        told.append(
            _("Net money of 12 months %(money)s: %(was)s; by the draft %(now)s")
            % {
                "money": money_round(move.net_money_365),
                "was": _line(move.money_line_was, was.gold_money_share, was.silver_share),
                "now": _line(move.money_line_now, now.gold_money_share, now.silver_share),
            }
        )
    if move.recency_line_was != move.recency_line_now:
        told.append(
            _("Last order %(ago)s: %(was)s; by the draft %(now)s")
            % {
                "ago": days_ago(move.days_since_last),
                "was": _line(move.recency_line_was, was.gold_recency_share, was.silver_share),
                "now": _line(move.recency_line_now, now.gold_recency_share, now.silver_share),
            }
        )
    return told


def _line(reached: str | None, gold: float, silver: float) -> str:
    shares = {"gold": share(gold), "silver": share(silver)}
    if reached == Tier.GOLD:
        return _("within the best %(gold)s") % shares
    if reached == Tier.SILVER:
        return _("within the best %(silver)s, not %(gold)s") % shares
    return _("not within the best %(silver)s") % shares


def _by_spend(move: Move, was: TierPolicy, now: TierPolicy) -> list[str]:
    return [
        _("Net money of 12 months %(money)s: %(was)s; by the draft %(now)s")
        % {"money": money_round(move.net_money_365), "was": _mode(was), "now": _mode(now)}
    ]


def _mode(policy: TierPolicy) -> str:
    if policy.mode == "by_rank":
        return _("by rank")
    return _("gold from %(gold)s, silver from %(silver)s") % {
        "gold": money_round(policy.gold_spend),
        "silver": money_round(policy.silver_spend),
    }


def _by_activity(move: Move, was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    if Activity.NEW in {move.activity_was, move.activity_now}:
        told = {"ago": days_ago(move.days_since_first), "was": days(was["new_days"]), "now": days(now["new_days"])}
        return [_("First order %(ago)s: new up to %(was)s; by the draft up to %(now)s") % told]
    if Activity.ACTIVE in {move.activity_was, move.activity_now}:
        was_until, now_until = move.active_until_days_was, move.active_until_days_now
        told = {
            "ago": days_ago(move.days_since_last),
            "was": days(round(was_until)),
            "now": days(round(now_until)),
        }
        return [_("Last order %(ago)s: active up to %(was)s; by the draft up to %(now)s") % told]
    told = {"ago": days_ago(move.days_since_last), "was": days(was["dormant_days"]), "now": days(now["dormant_days"])}
    return [_("Last order %(ago)s: dormant up to %(was)s; by the draft up to %(now)s") % told]


def share(of_all: float) -> str:
    """0.1 → 10%, 0.125 → 12.5%."""
    return percent(of_all).replace(".0%", "%")


def signed(change: int) -> str:
    """+12, −12 or ±0."""
    if change == 0:
        return "±0"
    return f"+{number(change)}" if change > 0 else f"−{number(-change)}"
