"""Tokens of programs: made and shown once, recognised by their digest, revoked at once."""

import base64
import binascii
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify

from shuke.core import audit
from shuke.core.errors import Invalid
from shuke.core.words import mark as _
from shuke.staff.models import ApiToken, User
from shuke.staff.rights import WRITING, Scope

__all__ = ["NewToken", "add", "recognise", "revoke", "signing_secret_of"]

MARK = "shk_"
"""Begins every token, so that scanners of lost secrets know one."""
PREFIX_LENGTH = 12
SECRET_BYTES = 32
SIGNING_MARK = "whsec_"
OWN_SOURCE = "shuke"
NOTED_EVERY = timedelta(minutes=1)
"""How exactly the last use is kept; every write costs a row."""


class NoScope(Invalid):
    code = "token_without_scope"
    message = _("Say what the token may do.")


class HookAlone(Invalid):
    code = "token_hook_alone"
    message = _("A token that receives webhooks stands in an address, so it can do nothing else. Make two tokens.")


class NoSource(Invalid):
    code = "token_without_source"
    message = _("Name the source whose records this token writes, for example “till”; “shuke” is our own.")


class WeakSigningSecret(Invalid):
    code = "token_weak_signing_secret"
    message = _("A signing secret looks like whsec_ and at least 24 random bytes in base64.")


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made, with its secrets: the only moment at which anybody sees them."""

    token: ApiToken
    secret: str
    signing_secret: str


@transaction.atomic
def add(
    *,
    name: str,
    scopes: Sequence[Scope | str],
    by: User | None,
    at: datetime,
    source: str = "",
    expires_at: datetime | None = None,
    signing_secret: str = "",
) -> NewToken:
    """Let a program in. NoScope, HookAlone, NoSource, WeakSigningSecret.

    `signing_secret` is the sender's, where it gives one; without it a webhook's secret is made here.
    """
    scopes = sorted({Scope(scope) for scope in scopes})
    source = slugify(source, allow_unicode=True)[:50] if WRITING.intersection(scopes) else ""
    receives = Scope.HOOKS_RECEIVE in scopes
    _check(scopes, source)
    signing = _signing_secret(signing_secret) if receives else ""
    secret = MARK + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken.objects.create(
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        digest=ApiToken.digest_of(secret),
        scopes=[str(scope) for scope in scopes],
        source=source,
        signing_secret=settings.KEY_RING.encrypt(signing, field=ApiToken.FIELD) if receives else None,
        made_at=at,
        made_by=by,
        expires_at=expires_at,
    )
    audit.record(
        by, "token.added", token, at=at, name=name, prefix=token.prefix, scopes=token.scopes, source=token.source
    )
    return NewToken(token, secret, signing)


@transaction.atomic
def revoke(*, token: ApiToken, by: User | None, at: datetime) -> None:
    """Shut the door to whoever brings this token; twice is the same as once."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at):
        audit.record(by, "token.revoked", token, at=at, prefix=token.prefix)


def recognise(*, secret: str, at: datetime) -> ApiToken | None:
    """The valid token of which this is the secret, its use noted; None where there is none."""
    token = ApiToken.objects.filter(digest=ApiToken.digest_of(secret)).first()
    if token is None or not token.is_valid(at=at):
        return None
    if token.last_used_at is None or at - token.last_used_at >= NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lte=at - NOTED_EVERY)
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=at)
    return token


def signing_secret_of(token: ApiToken) -> str:
    """The secret with which a webhook's sender signs."""
    return settings.KEY_RING.decrypt(token.signing_secret, field=ApiToken.FIELD)


def _check(scopes: Sequence[Scope], source: str) -> None:
    if not scopes:
        raise NoScope
    if Scope.HOOKS_RECEIVE in scopes and len(scopes) > 1:
        raise HookAlone
    if WRITING.intersection(scopes) and source in ("", OWN_SOURCE):
        raise NoSource


def _signing_secret(given: str) -> str:
    """The sender's secret in its usual form, or a new one."""
    if not given:
        return SIGNING_MARK + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    try:
        raw = base64.b64decode(given.strip().removeprefix(SIGNING_MARK), validate=True)
    except (binascii.Error, ValueError):
        raise WeakSigningSecret from None
    if len(raw) < 24:
        raise WeakSigningSecret
    return given.strip()
