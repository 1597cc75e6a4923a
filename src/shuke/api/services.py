"""Batches written once, however often they are sent."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from shuke.api.models import IdempotencyKey
from shuke.core.errors import Conflict, Invalid
from shuke.core.words import mark as _
from shuke.staff.models import ApiToken

__all__ = ["KEPT_FOR", "KeyReused", "Reply", "UnderWay", "fingerprint", "once", "sweep"]

KEPT_FOR = timedelta(hours=24)
TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 7306001))"


class UnderWay(Conflict):
    code = "idempotency_key_under_way"
    message = _("A request with this Idempotency-Key is being worked on. Ask again in a moment.")


class KeyReused(Invalid):
    code = "idempotency_key_reused"
    message = _("This Idempotency-Key has been used for another request. Take a new key for a new request.")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request is answered; `replayed` if that was said before and nothing has been done now."""

    body: str
    replayed: bool


def fingerprint(method: str, path: str, body: bytes) -> str:
    """What a request asks for, as a digest."""
    return hashlib.sha256(f"{method} {path}\n".encode() + body).hexdigest()


@transaction.atomic
def once(*, token: ApiToken, key: str, request: str, act: Callable[[], str], at: datetime) -> Reply:
    """Do `act` once for a key, and answer what it answered ever after (24 hours). UnderWay, KeyReused.

    `request` is the fingerprint of what is asked. What fails leaves no trace, so it can be sent again.
    """
    if not key:
        return Reply(act(), replayed=False)
    with connection.cursor() as cursor:
        cursor.execute(TRY_LOCK, [f"{token.pk}:{key}"])
        if not cursor.fetchone()[0]:
            raise UnderWay
    kept = IdempotencyKey.objects.filter(token=token, key=key)
    kept.filter(at__lte=at - KEPT_FOR).delete()
    if before := kept.first():
        if before.request != request:
            raise KeyReused
        return Reply(before.response, replayed=True)
    body = act()
    IdempotencyKey.objects.create(token=token, key=key, request=request, response=body, at=at)
    return Reply(body, replayed=False)


def sweep(*, at: datetime) -> int:
    """Forget answers that are old enough; returns how many."""
    gone, _by_model = IdempotencyKey.objects.filter(at__lte=at - KEPT_FOR).delete()
    return gone
