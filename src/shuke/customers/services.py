"""Writing about customers: profile, tags, owners, and opening a contact."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, TextChoices
from django.utils.translation import gettext_lazy

from shuke.core import audit
from shuke.core.errors import Conflict, Invalid
from shuke.core.words import mark as _
from shuke.customers import contacts, names
from shuke.customers.models import (
    ContactPoint,
    Customer,
    CustomerOwner,
    CustomerTag,
    Identity,
    MergedIdentity,
    Source,
    Tag,
)
from shuke.customers.registries import profile_changed
from shuke.staff.models import Line, User

EDITABLE = (
    "name",
    "birth_year",
    "birth_month",
    "birth_day",
    "birth_calendar",
    "birth_leap_month",
    "home_store",
)


class ProfileChanged(Conflict):
    code = "profile_changed"
    message = _("A colleague has changed this profile since you opened it. Compare, then save once more.")


class EmptyTag(Invalid):
    code = "empty_tag"
    message = _("A tag needs a word.")


class Purpose(TextChoices):
    """Why somebody opens a contact."""

    FOLLOW_UP = "follow_up", gettext_lazy("Follow-up")
    ASKED = "asked", gettext_lazy("The customer asked for it")
    ORDER = "order", gettext_lazy("A question about an order")
    CHECK = "check", gettext_lazy("Checking or correcting the details")


@transaction.atomic
def edit_profile(*, customer: Customer, version: int, by: User, at: datetime, **changes: object) -> Customer:
    """Change what is known of a customer; ProfileChanged if `version` is no longer the newest.

    The trail names the fields and not their values, so that it can stay when the person is erased.
    """
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    if customer.version != version:
        raise ProfileChanged
    changed = [name for name in EDITABLE if name in changes and getattr(customer, name) != changes[name]]
    if not changed:
        return customer
    for name in changed:
        setattr(customer, name, changes[name])
    customer.pinyin, customer.initials = names.sounded(customer.name)
    customer.version += 1
    customer.save()
    audit.record(by, "customer.edited", customer, at=at, fields=changed)
    _tell(customer)
    return customer


@transaction.atomic
def add_tag(*, customer: Customer, name: str, by: User, at: datetime) -> Tag:
    """Put a tag on a customer; twice is the same as once. EmptyTag."""
    name = " ".join(name.replace("#", " ").split())
    if not name:
        raise EmptyTag
    tag, _made = Tag.objects.get_or_create(name=name)
    _tagged, is_new = CustomerTag.objects.get_or_create(customer=customer, tag=tag, defaults={"by": by, "at": at})
    if is_new:
        audit.record(by, "customer.tagged", customer, at=at, tag=name)
        _tell(customer)
    return tag


@transaction.atomic
def remove_tag(*, customer: Customer, tag: Tag, by: User, at: datetime) -> None:
    """Take a tag off a customer; twice is the same as once."""
    gone, _by_model = CustomerTag.objects.filter(customer=customer, tag=tag).delete()
    if gone:
        audit.record(by, "customer.untagged", customer, at=at, tag=tag.name)
        _tell(customer)


@transaction.atomic
def assign_owner(
    *, customer: Customer, owner: User | None, by: User | None, at: datetime, line: Line | None = None
) -> None:
    """Make `owner` the named colleague of `customer` in `line`, by default the main one; None: nobody."""
    Customer.objects.select_for_update().get(pk=customer.pk)
    before = name_owner(customer=customer, owner=owner, at=at, line=line)
    after = owner.pk if owner else None
    if before == after:
        return
    audit.record(by, "customer.owner_assigned", customer, at=at, owner=after, before=before)
    _tell(customer)


def name_owner(*, customer: Customer, owner: User | None, at: datetime, line: Line | None = None) -> int | None:
    """As `assign_owner`, within a larger act that writes the audit entry; returns the id of the owner before."""
    line = line or Line.main()
    owned = CustomerOwner.objects.filter(customer=customer, line=line)
    before = owned.values_list("owner_id", flat=True).first()
    if owner is None:
        owned.delete()
    elif before != owner.pk:
        CustomerOwner.objects.update_or_create(customer=customer, line=line, defaults={"owner": owner, "since": at})
    return before


def primary_identity(*, customer: Customer) -> Identity:
    """The identity that carries what we note about a customer ourselves: the oldest, or a new one of our own.

    One that a merge brought comes last, so that what we note now stays here when the merge is undone.
    """
    brought = MergedIdentity.objects.filter(identity=OuterRef("pk"), merge__kept=customer, merge__undone_at=None)
    oldest = customer.identities.order_by(Exists(brought), "pk").first()
    if oldest:
        return oldest
    identity, _made = Identity.objects.get_or_create(
        source=Source.own(), source_key=f"customer-{customer.pk}", defaults={"customer": customer}
    )
    return identity


@transaction.atomic
def open_contact(*, point: ContactPoint, purpose: Purpose | str, note: str, by: User, at: datetime) -> str:
    """The contact in clear; that it was opened, by whom and why, goes to the trail with it."""
    value = contacts.unseal(point)
    audit.record(by, "contact_point.opened", point, at=at, kind=point.kind, purpose=str(purpose), note=note)
    return contacts.local(value) if point.kind == ContactPoint.Kind.PHONE else value


def _tell(customer: Customer) -> None:
    for follow in profile_changed:
        follow([customer.pk])
