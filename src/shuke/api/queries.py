"""What the API tells about a customer."""

from typing import Any

from shuke.api.schemas import Contact, LastContact, Profile, Reasons, Scores
from shuke.core.errors import NotFound
from shuke.core.money import from_minor
from shuke.customers import queries as customers
from shuke.customers.models import Customer, Identity
from shuke.history.queries import last_contacts
from shuke.scoring.models import Score
from shuke.web.customers import scores as words


def profile(source: str, key: str, *, with_scores: bool) -> Profile:
    """The customer behind a source's record, contacts masked. NotFound."""
    found = None if "\x00" in source + key else Identity.objects.filter(source__code=source, source_key=key)
    identity = found.select_related("customer").first() if found is not None else None
    if identity is None:
        raise NotFound
    customer = identity.customer
    score = Score.objects.live().filter(customer=customer).select_related("run").first()
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


def _scores(score: Score) -> Scores:
    told = words.tell(score)
    return Scores(
        as_of=score.run.as_of,
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
