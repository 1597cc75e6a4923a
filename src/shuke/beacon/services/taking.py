"""What a browser sends, checked from the outside in, and kept for the worker: a visitor waits for no import."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from django.db import connection, transaction
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shuke.beacon import signing
from shuke.beacon.models import Ending, Site, Waiting
from shuke.beacon.services import sites
from shuke.beacon.services.tallies import count
from shuke.intake import live
from shuke.intake.fields import Kind

__all__ = ["LARGEST", "MOST_A_MINUTE", "Message", "take"]

LARGEST = 16_384
"""Bytes of a message."""
MOST_EVENTS = 25
MOST_A_MINUTE = 120
"""Events that one customer may send in a minute, from all their pages together."""
OLDEST = timedelta(days=1)

PACE = """
INSERT INTO beacon_pace (site_id, customer, minute, events)
VALUES (%(site)s, %(customer)s, date_trunc('minute', %(at)s::timestamptz), %(events)s)
ON CONFLICT (minute, site_id, customer) DO UPDATE SET events = beacon_pace.events + excluded.events
RETURNING events
"""


class NotTaken(Exception):
    """Why nothing of a message is taken, and of how many events it was."""

    def __init__(self, ending: Ending, events: int = 1) -> None:
        super().__init__(ending)
        self.ending, self.events = ending, events


@dataclass(frozen=True, slots=True)
class Message:
    """What a browser has sent. `body` is None where it is too large; `objects` where it asks not to be followed."""

    origin: str
    objects: bool
    body: bytes | None


class Told(BaseModel):
    """A message's body: for whom it speaks, what allows it to, and what was done."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    customer: Annotated[str, Field(min_length=1, max_length=200)]
    signature: Annotated[str, Field(max_length=100)]
    consent: str = ""
    events: Annotated[list[Any], Field(min_length=1, max_length=MOST_EVENTS)]


class Event(BaseModel):
    """One thing that was done, `ago` milliseconds before it was sent: a browser's clock may be wrong, its timer not."""

    model_config = ConfigDict(extra="allow", hide_input_in_errors=True)

    key: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{8,64}$")]
    ago: Annotated[int, Field(ge=0, le=OLDEST // timedelta(milliseconds=1))]


def take(*, site: Site, message: Message, at: datetime) -> None:
    """Keep of a message what is fit to be written, and count what is not."""
    try:
        told = _told(site, message, at)
        read = [_record(site, told.customer, event, at) for event in told.events]
        fit = [record for record in read if record]
        _keep(site, told.customer, fit, at)
    except NotTaken as refused:
        _count(site, refused.ending, refused.events, at)
    else:
        _count(site, Ending.UNUSABLE, len(read) - len(fit), at)


def _told(site: Site, message: Message, at: datetime) -> Told:
    """The body of a message that may speak for its customer. NotTaken."""
    if message.origin not in site.origins:
        raise NotTaken(Ending.ORIGIN)
    if message.body is None:
        raise NotTaken(Ending.TOO_LARGE)
    try:
        told = Told.model_validate_json(message.body)
    except ValidationError:
        raise NotTaken(Ending.UNREADABLE) from None
    if told.consent != "yes":
        raise NotTaken(Ending.CONSENT, len(told.events))
    if message.objects:
        raise NotTaken(Ending.OBJECTION, len(told.events))
    if not signing.signs(told.signature, told.customer, secret=sites.secret_of(site)):
        raise NotTaken(Ending.SIGNATURE, len(told.events))
    if not signing.holds(told.signature, at=at):
        raise NotTaken(Ending.EXPIRED, len(told.events))
    return told


def _record(site: Site, customer: str, sent: Any, at: datetime) -> dict[str, Any] | None:
    """An event as the API would be sent it; None if it cannot be used.

    Its key begins with the site's, so that no page can take a number that another system will use.
    """
    try:
        event = Event.model_validate(sent)
    except ValidationError:
        return None
    happened = (at - timedelta(milliseconds=event.ago)).isoformat()
    own = {"key": f"{site.key}:{event.key}", "customer": customer, "at": happened}
    record = {**(event.model_extra or {}), **own}
    return record if isinstance(live.read(record, index=0, kind=Kind.BEHAVIOURS), live.Taken) else None


@transaction.atomic
def _count(site: Site, ending: Ending, events: int, at: datetime) -> None:
    """Count what was refused. It may come in floods, so it waits for no disk: a crash costs the last counts."""
    if events:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        count(site, {ending: events}, at=at)


@transaction.atomic
def _keep(site: Site, customer: str, records: list[dict[str, Any]], at: datetime) -> None:
    """Leave the records for the worker. NotTaken where the customer sends too many."""
    if not records:
        return
    with connection.cursor() as cursor:
        cursor.execute(PACE, {"site": site.pk, "customer": customer, "at": at, "events": len(records)})
        (events,) = cursor.fetchone()
    if events > MOST_A_MINUTE:
        raise NotTaken(Ending.TOO_MANY, len(records))
    Waiting.objects.create(site=site, records=records)
