"""What the API tells about a customer, and about segments."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from shuke.analytics.rules import tree
from shuke.api.schemas import (
    Contact,
    LastContact,
    Profile,
    Reasons,
    Scores,
    SegmentMember,
    SegmentMembers,
    Segments,
    SegmentTold,
    SourceRecord,
)
from shuke.core.errors import NotFound
from shuke.core.money import from_minor
from shuke.customers import queries as customers
from shuke.customers.models import Customer, Identity
from shuke.history.queries import last_contacts
from shuke.scoring.models import LiveScore
from shuke.scoring.queries import live_score_of
from shuke.segments.models import Segment, SegmentMembership
from shuke.segments.queries import COUNTED
from shuke.web.customers import scores as words
from shuke.web.segments.words import sentence


def identity_of(source: str, key: str) -> Identity:
    """A source's record, with the customer behind it. NotFound."""
    found = None if "\x00" in source + key else Identity.objects.filter(source__code=source, source_key=key)
    identity = found.select_related("customer").first() if found is not None else None
    if identity is None:
        raise NotFound
    return identity


def profile(source: str, key: str, *, with_scores: bool) -> Profile:
    """The customer behind a source's record, contacts masked. NotFound."""
    customer = identity_of(source, key).customer
    score = live_score_of(customer.pk)
    return Profile(
        source=source,
        key=key,
        name=customer.name,
        tier=score.tier if score else None,
        activity=score.activity if score else None,
        tags=[tag.name for tag in customers.tags_of(customer)],
        contacts=[
            Contact(kind=point.kind, masked=point.words, source=point.source, invalid=point.invalid)
            for point in customers.masked_contacts(customer)
        ],
        last_contact=_last_contact(customer),
        scores=_scores(score) if with_scores and score else None,
    )


def _last_contact(customer: Customer) -> LastContact | None:
    for last in last_contacts([customer.pk], most=1)[customer.pk]:
        return LastContact(at=last.at, channel=last.channel, direction=last.direction, outcome=last.outcome)
    return None


def _scores(score: LiveScore) -> Scores:
    told = words.tell(score)
    return Scores(
        as_of=score.as_of,
        recency=score.r,
        frequency=score.f,
        monetary=score.m,
        trend=score.t,
        days_since_last=score.days_since_last,
        orders=score.orders,
        money=str(from_minor(score.money)),
        net_money_365=str(from_minor(score.net_money_365)),
        value_at_risk=str(from_minor(score.value_at_risk)),
        reasons=_reasons(told),
    )


def _reasons(told: Any) -> Reasons:
    letters = [f"{letter.name} {letter.letter}: {letter.value} ({letter.limits})" for letter in told.letters]
    sentences = {part: list(map(str, getattr(told, part))) for part in ("tier", "activity", "value_at_risk")}
    return Reasons(letters=letters, **sentences)


def segments() -> Segments:
    """Every segment that is kept up to date."""
    items = [
        SegmentTold(
            id=segment.pk,
            name=segment.name,
            rule=segment.rule,
            words=sentence(tree.read(segment.rule)),
            members=SegmentMembership.objects.present().filter(segment=segment)[: COUNTED + 1].count(),
            filled_at=segment.filled_at,
        )
        for segment in Segment.objects.standing()
    ]
    return Segments(items=items)


def segment_members(segment: int, *, after: int, limit: int) -> SegmentMembers:
    """The members behind the customer `after`, in the order of customers. NotFound."""
    if not Segment.objects.standing().filter(pk=segment).exists():
        raise NotFound
    present = SegmentMembership.objects.present().filter(segment=segment, customer__gt=after).order_by("customer")
    since = dict(present.values_list("customer_id", "since")[:limit])
    records: dict[int, list[SourceRecord]] = {customer: [] for customer in since}
    for customer, source, key in records_of(since):
        records[customer].append(SourceRecord(source=source, key=key))
    items = [SegmentMember(since=day, records=records[customer]) for customer, day in since.items()]
    return SegmentMembers(items=items, after=max(since) if len(since) == limit else None)


def records_of(customers: Iterable[int]) -> QuerySet[Identity, tuple[int, str, str]]:
    """Under which keys the sources know some customers: customer, source, key."""
    known = Identity.objects.filter(customer__in=list(customers)).order_by("pk")
    return known.values_list("customer_id", "source__code", "source_key")
