"""What speaks for and against two customers being one person, and how sure that is, in the reader's language."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

Evidence = Mapping[str, Any]

PLAIN = {
    "name_sound": gettext_noop("the names sound the same"),
    "name_nearly": gettext_noop("the names sound nearly the same"),
    "name_swapped": gettext_noop("the same name with its parts swapped"),
    "name_like": gettext_noop("the names differ by a letter"),
    "name_differs": gettext_noop("different names"),
    "birthday_day": gettext_noop("same birthday, one without a year"),
    "birthday_near": gettext_noop("birthdays that differ by one figure"),
    "birthday_differs": gettext_noop("different birthdays"),
    "phone_differs": gettext_noop("different phones"),
    "email_differs": gettext_noop("different e-mails"),
    "store_same": gettext_noop("same home store"),
    "store_differs": gettext_noop("different home stores"),
    "registered_same": gettext_noop("registered on the same day"),
    "source_same": gettext_noop("two numbers in one source"),
}
LEVELS = (
    (0.99, gettext_noop("almost certain")),
    (0.9, gettext_noop("very likely")),
    (0.6, gettext_noop("likely")),
    (0.0, gettext_noop("possible")),
)


def words(evidence: Evidence) -> str:
    """One piece of evidence."""
    if said := COUNTED.get(evidence["code"]):
        return said(evidence.get("others", 0))
    plain = PLAIN[evidence["code"]]
    return _(plain)


def told(evidence: Iterable[Evidence]) -> tuple[list[str], list[str]]:
    """What speaks for it and what against it, the weightiest first."""
    ordered = sorted(evidence, key=lambda each: -abs(each["bits"]))
    against = [each for each in ordered if each["code"].endswith("_differs") or each["bits"] < 0]
    return [words(each) for each in ordered if each not in against], [words(each) for each in against]


def confidence(probability: float | None) -> str:
    """How sure, in words; a merge by hand has no probability."""
    if probability is None:
        return ""
    return next(_(label) for least, label in LEVELS if probability >= least)


def _name_same(others: int) -> str:
    if not others:
        return _("same name, which nobody else has")
    return ngettext("same name, which %(count)s other has", "same name, which %(count)s others have", others) % {
        "count": f"{others:,}"
    }


def _birthday_same(others: int) -> str:
    return _("same birthday")


def _phone_same(others: int) -> str:
    if not others:
        return _("same phone")
    return ngettext("same phone, which %(count)s other has", "same phone, which %(count)s others have", others) % {
        "count": f"{others:,}"
    }


def _email_same(others: int) -> str:
    if not others:
        return _("same e-mail")
    return ngettext("same e-mail, which %(count)s other has", "same e-mail, which %(count)s others have", others) % {
        "count": f"{others:,}"
    }


COUNTED: dict[str, Callable[[int], str]] = {
    "name_same": _name_same,
    "birthday_same": _birthday_same,
    "phone_same": _phone_same,
    "email_same": _email_same,
}
