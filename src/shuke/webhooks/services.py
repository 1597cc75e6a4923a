"""Telling other systems: noted with what happened, sent afterwards, repeated until it is taken or a day has passed."""

import base64
import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import httpx
from django.conf import settings
from django.db import connection, transaction
from django.utils.timezone import now
from standardwebhooks.webhooks import Webhook

from shuke.core import audit
from shuke.core.errors import Invalid
from shuke.core.jobs import enqueue
from shuke.core.words import mark as _
from shuke.followups.models import FollowUp
from shuke.scoring.models import Run
from shuke.segments.models import Membership
from shuke.staff.models import User
from shuke.webhooks import outbound
from shuke.webhooks.models import Delivery, Endpoint, Event

__all__ = ["add", "deliver", "follow_up_closed", "stop", "sweep", "tiers_changed"]

PAUSES = [timedelta(minutes=minutes) for minutes in (2, 5, 30, 120, 300, 600, 600)]
"""After each attempt until the next; after the last of them a message is given up: about a day in all."""
KEPT_FOR = timedelta(days=30)
AT_ONCE = 5
"""Taken together; all of them time out before the first is due again."""
CHANGES_A_MESSAGE = 200

TIERS_CHANGED = """
WITH changed AS (
    SELECT present.customer_id, former.value AS former, present.value AS present, present.since,
        (row_number() OVER (ORDER BY present.customer_id) - 1) / %(size)s AS part
    FROM membership AS present
    JOIN LATERAL (
        SELECT value FROM membership WHERE customer_id = present.customer_id AND kind = present.kind
            AND until IS NOT NULL AND until >= present.since ORDER BY id DESC LIMIT 1
    ) AS former ON former.value <> present.value
    WHERE present.kind = %(kind)s AND present.run_id = %(run)s AND present.until IS NULL
), told AS (
    SELECT part, jsonb_build_object('changes', jsonb_agg(jsonb_build_object(
        'from', former, 'to', present, 'since', since, 'identities', (
            SELECT jsonb_agg(jsonb_build_object('source', source.code, 'key', identity.source_key) ORDER BY identity.id)
            FROM identity JOIN source ON source.id = identity.source_id
            WHERE identity.customer_id = changed.customer_id)
    ) ORDER BY customer_id)) AS data
    FROM changed GROUP BY part
)
INSERT INTO webhook_delivery (endpoint_id, message, event, data, at, due_at, attempts, told)
SELECT endpoint.id, 'tier_' || %(run)s || '_' || told.part, %(event)s, told.data, %(at)s, %(at)s, 0, ''
FROM told, webhook_endpoint AS endpoint
WHERE endpoint.stopped_at IS NULL AND %(event)s = ANY(endpoint.events)
ON CONFLICT (endpoint_id, message) DO NOTHING
"""


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


def tiers_changed(run: Run) -> None:
    """Note for whoever wants to know it whose tier `run` has changed; call it in the transaction that changes them."""
    values = {"run": run.pk, "kind": Membership.Kind.TIER.value, "event": Event.TIER_CHANGED.value}
    with connection.cursor() as cursor:
        cursor.execute(TIERS_CHANGED, values | {"at": now(), "size": CHANGES_A_MESSAGE})
        if cursor.rowcount:
            enqueue("webhooks.deliver", key="webhooks.deliver")


def follow_up_closed(row: FollowUp) -> None:
    """Note for whoever wants to know it how a follow-up has ended; call it in the transaction that closes it."""
    wanting = Endpoint.objects.filter(stopped_at=None, events__contains=[Event.FOLLOW_UP_CLOSED.value])
    endpoints = list(wanting.values_list("pk", flat=True))
    if not endpoints:
        return
    identities = row.customer.identities.order_by("pk").values_list("source__code", "source_key")
    data = {
        "follow_up": row.pk,
        "cause": row.cause,
        "outcome": str(row.outcome),
        "closed_at": row.closed_at.isoformat(),
        "promised_on": row.promised_on.isoformat() if row.promised_on else None,
        "identities": [{"source": source, "key": key} for source, key in identities],
    }
    message, event = f"follow_up_{row.pk}_{row.version}", Event.FOLLOW_UP_CLOSED
    Delivery.objects.bulk_create(
        Delivery(endpoint_id=pk, message=message, event=event, data=data, at=row.closed_at, due_at=row.closed_at)
        for pk in endpoints
    )
    enqueue("webhooks.deliver", key="webhooks.deliver")


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
