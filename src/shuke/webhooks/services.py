"""Telling other systems: noted with what happened, sent afterwards, repeated until it is taken or a day has passed."""

import base64
import json
import secrets
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import httpx
from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from standardwebhooks.webhooks import Webhook

from shuke.core import audit, outbound
from shuke.core.errors import Invalid
from shuke.core.jobs import enqueue
from shuke.core.words import mark as _
from shuke.customers.models import Identity
from shuke.followups.models import FollowUp
from shuke.segments.registries import TierChange
from shuke.staff.models import User
from shuke.webhooks.models import Delivery, Endpoint, Event

__all__ = ["add", "deliver", "follow_up_closed", "stop", "sweep", "tiers_changed"]

PAUSES = [timedelta(minutes=minutes) for minutes in (2, 5, 30, 120, 300, 600, 600)]
"""After each attempt until the next; after the last of them a message is given up: about a day in all."""
KEPT_FOR = timedelta(days=30)
AT_ONCE = 5
"""Taken together; all of them time out before the first is due again."""
CHANGES_A_MESSAGE = 200


class WrongAddress(Invalid):
    code = "webhook_address_wrong"
    message = _("This address cannot be told anything: it must begin with https and lie in the public internet.")


@transaction.atomic
def add(*, name: str, url: str, events: Sequence[Event | str], by: User | None, at: datetime) -> tuple[Endpoint, str]:
    """Tell another system from now on; returns the endpoint and its signing secret. WrongAddress."""
    try:
        outbound.checked_address(url, allowed=settings.SHUKE.webhook_networks)
    except outbound.Forbidden:
        raise WrongAddress from None
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    endpoint = Endpoint.objects.create(
        name=name,
        url=url,
        events=sorted({str(Event(event)) for event in events}),
        signing_secret=settings.KEY_RING.encrypt(secret, field=Endpoint.FIELD),
        made_at=at,
        made_by=by,
    )
    audit.record(by, "webhook.added", endpoint, at=at, name=name, events=endpoint.events)
    return endpoint, secret


@transaction.atomic
def stop(*, endpoint: Endpoint, by: User | None, at: datetime) -> None:
    """Tell an endpoint nothing more; twice is the same as once."""
    if Endpoint.objects.filter(pk=endpoint.pk, stopped_at=None).update(stopped_at=at):
        audit.record(by, "webhook.stopped", endpoint, at=at)


def tiers_changed(changes: Iterable[TierChange]) -> None:
    """Note for whoever wants to know it who has moved to another tier; call it in the transaction that moves them."""
    endpoints = _wanting(Event.TIER_CHANGED)
    if not endpoints:
        return
    rest, at = iter(changes), now()
    while part := list(islice(rest, CHANGES_A_MESSAGE)):
        _note(endpoints, f"tier_{uuid.uuid4().hex}", Event.TIER_CHANGED, {"changes": _told(part)}, at=at)


def follow_up_closed(row: FollowUp) -> None:
    """Note for whoever wants to know it how a follow-up has ended; call it in the transaction that closes it."""
    endpoints = _wanting(Event.FOLLOW_UP_CLOSED)
    if not endpoints:
        return
    data = {
        "follow_up": row.pk,
        "cause": row.cause,
        "outcome": str(row.outcome),
        "closed_at": row.closed_at.isoformat(),
        "promised_on": row.promised_on.isoformat() if row.promised_on else None,
        "identities": _identities([row.customer_id])[row.customer_id],
    }
    _note(endpoints, f"follow_up_{row.pk}_{row.version}", Event.FOLLOW_UP_CLOSED, data, at=row.closed_at)


def deliver(*, at: datetime | None = None) -> int:
    """Send what is due; returns how much of it was taken. After a kill a message may be sent once more, by its id."""
    taken = 0
    while claimed := _claim(at or now()):
        for delivery in claimed:
            told, is_taken = _send(delivery)
            taken += is_taken
            _settle(delivery, told, is_taken=is_taken)
    return taken


def sweep(*, at: datetime) -> None:
    """Forget what was told a month ago."""
    Delivery.objects.filter(at__lte=at - KEPT_FOR).delete()


def _wanting(event: Event) -> list[int]:
    wanting = Endpoint.objects.filter(stopped_at=None, events__contains=[event.value])
    return list(wanting.values_list("pk", flat=True))


def _note(endpoints: Sequence[int], message: str, event: Event, data: dict[str, Any], *, at: datetime) -> None:
    """Have a message sent once what we are in is committed."""
    told = {"message": message, "event": event, "data": data, "at": at, "due_at": at}
    Delivery.objects.bulk_create(Delivery(endpoint_id=endpoint, **told) for endpoint in endpoints)
    enqueue("webhooks.deliver", key="webhooks.deliver")


def _told(changes: Sequence[TierChange]) -> list[dict[str, Any]]:
    identities = _identities([change.customer_id for change in changes])
    return [
        {
            "from": change.former,
            "to": change.present,
            "since": change.since.isoformat(),
            "identities": identities[change.customer_id],
        }
        for change in changes
    ]


def _identities(customers: Sequence[int]) -> dict[int, list[dict[str, str]]]:
    """By what other systems know these customers."""
    found: dict[int, list[dict[str, str]]] = defaultdict(list)
    rows = Identity.objects.filter(customer__in=customers).order_by("pk")
    for customer, source, key in rows.values_list("customer_id", "source__code", "source_key"):
        found[customer].append({"source": source, "key": key})
    return found


@transaction.atomic
def _claim(at: datetime) -> list[Delivery]:
    """Due messages, set back to the time of their next attempt before the first line of them is sent."""
    claimed = list(
        Delivery.objects.due(at=at)
        .select_related("endpoint")
        .select_for_update(skip_locked=True, of=("self",))[:AT_ONCE]
    )
    for delivery in claimed:
        delivery.due_at = at + PAUSES[min(delivery.attempts, len(PAUSES) - 1)]
        delivery.attempts += 1
    Delivery.objects.bulk_update(claimed, ["due_at", "attempts"])
    return claimed


def _send(delivery: Delivery) -> tuple[str, bool]:
    """How an attempt ended, and whether the message was taken."""
    endpoint, at = delivery.endpoint, now()
    told = {"type": delivery.event, "timestamp": delivery.at.isoformat(), "data": delivery.data}
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    secret = settings.KEY_RING.decrypt(endpoint.signing_secret, field=Endpoint.FIELD)
    headers = {
        "content-type": "application/json",
        "user-agent": "Shuke",
        "webhook-id": delivery.message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(delivery.message, at, body),
    }
    try:
        status = outbound.post(endpoint.url, body.encode(), headers, allowed=settings.SHUKE.webhook_networks)
    except outbound.Forbidden:
        return "address_forbidden", False
    except httpx.TimeoutException:
        return "timeout", False
    except httpx.HTTPError as failure:
        return type(failure).__name__[:60], False
    return str(status), 200 <= status < 300


def _settle(delivery: Delivery, told: str, *, is_taken: bool) -> None:
    at = now()
    ends = {"taken_at": at} if is_taken else {}
    if not is_taken and (delivery.attempts > len(PAUSES) or told == "410"):
        ends = {"given_up_at": at}
    Delivery.objects.filter(pk=delivery.pk).update(told=told, **ends)
