"""Why a follow-up exists and why now: codes with numbers when it is made, words in the reader's language when shown."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shuke.core.money import from_minor
from shuke.followups.models import FollowUp, Outcome, Waiting
from shuke.segments.models import Activity, Tier

Reason = Mapping[str, Any]


def of(item: FollowUp | Waiting) -> list[str]:
    """All reasons of a follow-up, or of a customer who waits for one, in words; the value at risk is today's."""
    said = causes(item)
    if item.value_at_risk > 0:
        said.append(words({"code": "value_at_risk", "amount": item.value_at_risk}))
    return said


def causes(item: FollowUp | Waiting) -> list[str]:
    """Why a follow-up exists and why now, in words, for pages that show the value at risk as a figure beside them."""
    return [words(reason) for reason in _told_once(item.reasons)]


def _told_once(reasons: Iterable[Reason]) -> Iterator[Reason]:
    """The reasons, of which only the first that knows of the last contact names its day."""
    known = None
    for reason in reasons:
        contact = reason.get("last_contact_on")
        yield {**reason, "last_contact_on": None} if contact and contact == known else reason
        known = known or contact


def words(reason: Reason) -> str:
    """One reason in the reader's language."""
    return WORDS[reason["code"]](reason)


def _activity_cadence(reason: Reason) -> str:
    every = reason["every_days"]
    rule = ngettext("%(activity)s: contacted every day", "%(activity)s: contacted every %(every)s days", every) % {
        "activity": Activity(reason["activity"]).label,
        "every": every,
    }
    return _with_last_contact(rule, reason)


def _tier_cadence(reason: Reason) -> str:
    contacts = reason["contacts"]
    rule = _tier_rule(reason["per"], contacts) % {"tier": Tier(reason["tier"]).label, "contacts": contacts}
    return _with_last_contact(rule, reason)


def _tier_rule(per: str, contacts: int) -> str:
    if per == "month":
        return ngettext("%(tier)s: %(contacts)s contact a month", "%(tier)s: %(contacts)s contacts a month", contacts)
    if per == "quarter":
        return ngettext(
            "%(tier)s: %(contacts)s contact a quarter", "%(tier)s: %(contacts)s contacts a quarter", contacts
        )
    return ngettext("%(tier)s: %(contacts)s contact a year", "%(tier)s: %(contacts)s contacts a year", contacts)


def _with_last_contact(rule: str, reason: Reason) -> str:
    if not reason.get("last_contact_on"):
        return rule
    return _("%(rule)s; last contact on %(date)s") % {"rule": rule, "date": _day(reason["last_contact_on"])}


def _first_contact(reason: Reason) -> str:
    day = reason["day"]
    text = ngettext(
        "%(day)s day after the first order on %(date)s", "%(day)s days after the first order on %(date)s", day
    )
    return text % {"day": day, "date": _day(reason["ordered_on"])}


def _never_contacted(reason: Reason) -> str:
    return _("Nobody has spoken with this customer yet")


def _promised(reason: Reason) -> str:
    return _("Promised for %(date)s, on %(said_on)s") % {
        "date": _day(reason["on"]),
        "said_on": _day(reason["said_on"]),
    }


def _retry(reason: Reason) -> str:
    return _("Attempt %(attempt)s of %(attempts)s; last time: %(outcome)s") % {
        "attempt": reason["attempt"],
        "attempts": reason["attempts"],
        "outcome": Outcome(reason["outcome"]).label,
    }


def _stopped(reason: Reason) -> str:
    attempts = reason["attempts"]
    return ngettext("Stopped after %(attempts)s attempt", "Stopped after %(attempts)s attempts", attempts) % {
        "attempts": attempts
    }


def _merged(reason: Reason) -> str:
    return _("the customer was merged with another who has one open")


def _not_due(reason: Reason) -> str:
    """The customer is as described here, and so is not due any more."""
    standing = [Tier(reason["tier"]).label if reason.get("tier") else _("no tier")]
    if reason.get("activity"):
        standing.append(Activity(reason["activity"]).label)
    now = " · ".join(str(word) for word in standing)
    return _with_last_contact(_("no longer due; the customer is now: %(standing)s") % {"standing": now}, reason)


def _value_at_risk(reason: Reason) -> str:
    amount = from_minor(reason["amount"])
    return _("%(amount)s %(currency)s at risk") % {"amount": f"{amount:,.0f}", "currency": settings.SHUKE.currency}


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), "DATE_FORMAT")


WORDS: dict[str, Callable[[Reason], str]] = {
    "activity_cadence": _activity_cadence,
    "tier_cadence": _tier_cadence,
    "first_contact": _first_contact,
    "never_contacted": _never_contacted,
    "promised": _promised,
    "retry": _retry,
    "stopped": _stopped,
    "value_at_risk": _value_at_risk,
    "merged": _merged,
    "not_due": _not_due,
}
