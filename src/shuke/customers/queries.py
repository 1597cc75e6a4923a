"""Reading customers: what a profile page shows, and who has a given contact."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from shuke.customers import birthdays, contacts
from shuke.customers.models import ContactPoint, Customer, CustomerTag, Identity, Merge, Tag
from shuke.staff.models import Line, User


@dataclass(frozen=True, slots=True)
class MaskedContact:
    """A contact point as everybody may see it."""

    pk: int
    kind: str
    words: str
    source: str
    invalid: bool


@dataclass(frozen=True, slots=True)
class LineOwner:
    """Who keeps the customer in one business line; nobody where `owner` is None."""

    line: Line
    owner: User | None


def kept_for(pk: int) -> int | None:
    """The customer into whom number `pk` was merged, over however many merges; None for who stands for themselves."""
    kept = None
    while (further := _absorbed_by(kept or pk)) is not None:
        kept = further
    return kept


def _absorbed_by(pk: int) -> int | None:
    return Merge.objects.standing().filter(absorbed=pk).values_list("kept", flat=True).first()


def with_contact(fingerprint: bytes) -> QuerySet[Customer]:
    """The customers who have exactly this contact, from whichever source."""
    points = ContactPoint.objects.filter(identity__customer=OuterRef("pk"), blind_index=fingerprint)
    return Customer.objects.filter(Exists(points))


def contact_points_of(customer: Customer) -> QuerySet[ContactPoint]:
    points = ContactPoint.objects.filter(identity__customer=customer)
    return points.select_related("identity__source").order_by("kind", F("invalid_since").asc(nulls_first=True), "pk")


def phones_of(customers: Collection[int]) -> QuerySet[ContactPoint]:
    """The phones of several customers, those that work first."""
    phones = ContactPoint.objects.filter(kind=ContactPoint.Kind.PHONE, identity__customer__in=customers)
    return phones.select_related("identity").order_by(F("invalid_since").asc(nulls_first=True), "pk")


def masked_contacts(customer: Customer) -> list[MaskedContact]:
    """Each contact once, even where several sources know it."""
    seen, masked = set(), []
    for point in contact_points_of(customer):
        if bytes(point.blind_index) not in seen:
            seen.add(bytes(point.blind_index))
            source = point.identity.source.name
            masked.append(
                MaskedContact(point.pk, point.kind, contacts.masked(point), source, point.invalid_since is not None)
            )
    return masked


def line_owners(customer: Customer) -> list[LineOwner]:
    """Every business line with the colleague who keeps the customer there."""
    owners = {owned.line_id: owned.owner for owned in customer.owners.select_related("owner")}
    return [LineOwner(line, owners.get(line.pk)) for line in Line.objects.all()]


def identities_of(customer: Customer) -> QuerySet[Identity]:
    return customer.identities.select_related("source").order_by("source__name", "source_key")


def tags_of(customer: Customer) -> QuerySet[Tag]:
    return Tag.objects.filter(pk__in=CustomerTag.objects.filter(customer=customer).values("tag")).order_by("name")


def tags() -> QuerySet[Tag]:
    return Tag.objects.order_by("name")


def next_birthday(customer: Customer, *, on: date) -> date | None:
    """The next birthday as a solar date, from `on`; None where none is known."""
    if not (customer.birth_month and customer.birth_day):
        return None
    if customer.birth_calendar == Customer.Calendar.LUNAR:
        return birthdays.next_lunar(customer.birth_month, customer.birth_day, leap=customer.birth_leap_month, on=on)
    return birthdays.next_solar(customer.birth_month, customer.birth_day, on=on)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of a profile is known: the share, and what is missing."""

    share: float
    missing: tuple[str, ...]


PARTS = (
    ("name", _("name")),
    ("birthday", _("birthday")),
    ("phone", _("phone")),
    ("email", _("e-mail")),
    ("home_store", _("home store")),
    ("owner", _("owner")),
    ("tags", _("tags")),
)


def completeness(
    customer: Customer, *, contacts_known: Iterable[MaskedContact], owned: bool, tagged: bool
) -> Completeness:
    """How complete a profile is, from what its page has read anyway."""
    kinds = {contact.kind for contact in contacts_known if not contact.invalid}
    known = {
        "name": bool(customer.name),
        "birthday": customer.birth_day is not None,
        "phone": ContactPoint.Kind.PHONE in kinds,
        "email": ContactPoint.Kind.EMAIL in kinds,
        "home_store": customer.home_store_id is not None,
        "owner": owned,
        "tags": tagged,
    }
    missing = tuple(words for part, words in PARTS if not known[part])
    return Completeness(1 - len(missing) / len(PARTS), missing)
