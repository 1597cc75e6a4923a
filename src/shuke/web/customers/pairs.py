"""Two customers side by side: what each source says of them, and where they agree."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shuke.customers import queries
from shuke.customers.duplicates import words
from shuke.customers.models import Candidate, Customer
from shuke.segments.models import CustomerListing
from shuke.web.templatetags.shuke import money_round, number

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is known of both, or of one; `agrees` is None where there is nothing to compare."""

    label: str
    first: str
    second: str
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class Compared:
    """Two customers, what is known of them line by line, and what speaks for and against one person."""

    first: Customer
    second: Customer
    lines: list[Line]
    candidate: Candidate | None = None
    confidence: str = ""
    speaks_for: tuple[str, ...] = ()
    speaks_against: tuple[str, ...] = ()


def compared(first: Customer, second: Customer, candidate: Candidate | None = None) -> Compared:
    """Everything that helps to decide whether these two are one person."""
    lines = list(_lines(first, second))
    if candidate is None:
        return Compared(first, second, lines)
    speaks_for, against = words.told(candidate.evidence)
    confidence = words.confidence(candidate.probability)
    return Compared(first, second, lines, candidate, confidence, tuple(speaks_for), tuple(against))


def of_candidates(candidates: Iterable[Candidate]) -> list[Compared]:
    return [compared(each.first, each.second, each) for each in candidates]


def _lines(first: Customer, second: Customer) -> Iterator[Line]:
    yield _single(_("Name"), first.name, second.name)
    yield _single(_("Birthday"), birthday_words(first), birthday_words(second))
    contacts = [queries.masked_contacts(each) for each in (first, second)]
    for kind, label in (("phone", _("Phone")), ("email", _("E-mail"))):
        yield _several(label, *([each.words for each in known if each.kind == kind] for known in contacts))
    yield _single(_("Home store"), _text(first.home_store), _text(second.home_store))
    yield _single(_("Registered"), _day(first.registered_on), _day(second.registered_on))
    orders = [_orders(each) for each in (first, second)]
    yield Line(_("Orders"), *orders, agrees=None)
    sources = [[f"{each.source} {each.source_key}" for each in queries.identities_of(one)] for one in (first, second)]
    yield Line(_("Sources"), *(", ".join(each) or NOTHING for each in sources), agrees=None)


def birthday_words(customer: Customer) -> str:
    """1990-05-31, 05-31 where no year is known; with the calendar where it is the lunar one."""
    if not customer.birth_day:
        return ""
    day = f"{customer.birth_month:02d}-{customer.birth_day:02d}"
    whole = f"{customer.birth_year}-{day}" if customer.birth_year else day
    lunar = customer.birth_calendar == Customer.Calendar.LUNAR
    return f"{whole} · {customer.get_birth_calendar_display()}" if lunar else whole


def _single(label: str, first: str, second: str) -> Line:
    agrees = first == second if first and second else None
    return Line(label, first or NOTHING, second or NOTHING, agrees)


def _several(label: str, first: list[str], second: list[str]) -> Line:
    """Masked contacts agree where one of them looks the same; the evidence beside knows it exactly."""
    agrees = bool(set(first) & set(second)) if first and second else None
    return Line(label, ", ".join(first) or NOTHING, ", ".join(second) or NOTHING, agrees)


def _orders(customer: Customer) -> str:
    row = CustomerListing.objects.filter(pk=customer.pk).first()
    if row is None or not row.orders:
        return NOTHING
    count = ngettext("%(count)s order", "%(count)s orders", row.orders) % {"count": number(row.orders)}
    return f"{count} · {money_round(row.money)}"


def _text(value: Any) -> str:
    return str(value) if value else ""


def _day(value: Any) -> str:
    return date_format(value, "Y-m-d") if value else ""
