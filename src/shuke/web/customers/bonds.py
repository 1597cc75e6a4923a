"""The bond with a customer in words: the emotional account, the quality of the relationship, and its map."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shuke.analytics.bonds.policy import EmotionPolicy, RelationshipPolicy
from shuke.analytics.bonds.radar import SIDES
from shuke.analytics.bonds.relationship import NUMBERS, PARTS
from shuke.core import policies
from shuke.core.words import mark
from shuke.customers.models import Customer
from shuke.scoring import accounts
from shuke.scoring.accounts import Entry
from shuke.scoring.models import LiveScore
from shuke.scoring.policies import EMOTION, RELATIONSHIP
from shuke.web.templatetags.shuke import number, percent

SHOWN = 5
TREND_DAYS = 90
CORNERS = 3
"""A map of fewer sides is a line."""

HAPPENED = {
    "reached": mark("Reached"),
    "refused": mark("Refused"),
    "unanswered": mark("Not answered"),
    "came": mark("Came by themselves"),
    "satisfied": mark("Satisfied"),
    "dissatisfied": mark("Dissatisfied"),
    "returned": mark("Sent back"),
    "refunded": mark("Refunded"),
}
NAMES = {"trust": mark("Trust"), "satisfaction": mark("Satisfaction"), "loyalty": mark("Loyalty")}
SIDE_NAMES = {
    "emotion": mark("Emotion"),
    "value": mark("Worth"),
    "frequency": mark("Frequency"),
    "response": mark("Response"),
    "growth": mark("Growth"),
    "advocacy": mark("Advocacy"),
}


@dataclass(frozen=True, slots=True)
class Account:
    """The balance as it stands, the newest entries first, and how it has moved in 90 days."""

    balance: int
    entries: list[dict[str, Any]]
    more: int
    change: int
    opens_at: int
    is_strong: bool


@dataclass(frozen=True, slots=True)
class Quality:
    """The score, or "" and what is missing for one."""

    score: str
    parts: list[dict[str, str]]
    missing: list[str]


@dataclass(frozen=True, slots=True)
class Bonds:
    account: Account
    quality: Quality
    sides: dict[str, Any] | None
    unknown_sides: list[str]


def tell(score: LiveScore, customer: Customer) -> Bonds:
    """Put the bond with a customer into words, by the policies that the run of the score obeyed."""
    known = zip(SIDES, score.radar or [None] * len(SIDES), strict=True)
    sides = {_(SIDE_NAMES[side]): value for side, value in known}
    said = {name: round(value) for name, value in sides.items() if value is not None}
    return Bonds(
        account_of(customer, policy_of(score, EMOTION)),
        _quality(score, policy_of(score, RELATIONSHIP)),
        _map(customer, said) if len(said) >= CORNERS else None,
        [name for name, value in sides.items() if value is None],
    )


def policy_of(score: LiveScore, kind: policies.Kind) -> Any:
    return policies.at_version(kind, score.run.policies.get(kind.key, 0)).body


def account_of(customer: Customer, policy: EmotionPolicy) -> Account:
    """The account with all that has become known until now."""
    entries = entries_of(customer, policy)
    before = timezone.localdate() - timedelta(days=TREND_DAYS)
    balance = entries[-1].balance if entries else policy.opens_at
    return Account(
        balance,
        [{"entry": entry, "words": _(HAPPENED[entry.code])} for entry in entries[: -SHOWN - 1 : -1]],
        max(0, len(entries) - SHOWN),
        balance - _balance_before(entries, before, policy),
        policy.opens_at,
        is_strong=bool(entries) and balance >= policy.strong_from,
    )


def entries_of(customer: Customer, policy: EmotionPolicy) -> list[Entry]:
    """All entries until now, the first one first."""
    return accounts.statement(customer, policy, seen_until=timezone.localdate() + timedelta(days=1))


def _balance_before(entries: list[Entry], day: date, policy: EmotionPolicy) -> int:
    return next((entry.balance for entry in reversed(entries) if entry.on < day), policy.opens_at)


def _quality(score: LiveScore, policy: RelationshipPolicy) -> Quality:
    if score.relationship_parts is None or score.relationship_numbers is None:
        return Quality("", [], [_("It comes with the next run.")])
    numbers = dict(zip(NUMBERS, score.relationship_numbers, strict=True))
    words = {"trust": _trust(numbers), "satisfaction": _satisfaction(numbers), "loyalty": _loyalty(numbers)}
    lacking = {
        "trust": _too_few_facts(numbers, policy),
        "satisfaction": _too_few_ratings(numbers, policy),
        "loyalty": _("Loyalty: came once, and has not had the time to come again"),
    }
    points = dict(zip(PARTS, score.relationship_parts, strict=True))
    return Quality(
        "" if score.relationship is None else f"{score.relationship:.1f}",
        [
            {"words": words[part], "tone": "green", "weight": f"{points[part]:.1f} / {100 * getattr(policy, part):.0f}"}
            for part in PARTS
            if points[part] is not None
        ],
        [lacking[part] for part in PARTS if points[part] is None],
    )


def _trust(numbers: dict[str, float]) -> str:
    orders, promises = round(numbers["orders_365"]), round(numbers["promises"])
    stayed = max(0, orders - round(numbers["went_back"]))
    told = [_("%(stayed)s of %(orders)s orders were kept") % {"stayed": stayed, "orders": orders}] if orders else []
    if promises:
        kept = round(numbers["promises_kept"])
        told.append(_("%(kept)s of %(promises)s promised dates were kept by us") % {"kept": kept, "promises": promises})
    return _("Trust: %(facts)s") % {"facts": _(", ").join(told)}


def _too_few_facts(numbers: dict[str, float], policy: RelationshipPolicy) -> str:
    return _("Trust: %(have)s of %(needed)s orders and promised dates of the last 365 days") % {
        "have": number(round(numbers["orders_365"] + numbers["promises"])),
        "needed": number(policy.least_facts),
    }


def _satisfaction(numbers: dict[str, float]) -> str:
    if not numbers["ratings"]:
        return ""
    words = ngettext(
        "Satisfaction: %(mean)s of 5 in %(count)s rating",
        "Satisfaction: %(mean)s of 5 in %(count)s ratings",
        round(numbers["ratings"]),
    )
    return words % {"mean": f"{numbers['satisfaction']:.1f}", "count": number(round(numbers["ratings"]))}


def _too_few_ratings(numbers: dict[str, float], policy: RelationshipPolicy) -> str:
    return _("Satisfaction: %(have)s of %(needed)s ratings of the last 365 days") % {
        "have": number(round(numbers["ratings"])),
        "needed": number(policy.least_ratings),
    }


def _loyalty(numbers: dict[str, float]) -> str:
    visits, shares = round(numbers["visits"]), round(numbers["shares"])
    told = [_("%(returns)s of %(visits)s visits were a return") % {"returns": visits - 1, "visits": visits}]
    if numbers["patience"] < 1:
        told.append(_("counted at %(share)s for the silence since") % {"share": percent(numbers["patience"], 0)})
    if shares:
        told.append(ngettext("shared %(count)s thing", "shared %(count)s things", shares) % {"count": number(shares)})
    return _("Loyalty: %(facts)s") % {"facts": _(", ").join(told)}


def _map(customer: Customer, said: dict[str, int]) -> dict[str, Any]:
    series = [{"name": str(customer), "values": list(said.values()), "tone": "violet"}]
    return {"labels": list(said), "series": series, "most": 100}
