"""Which shops' pages may tell us something, and with which secret their server says who looks at them."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from shuke.beacon.models import Site
from shuke.core import audit
from shuke.core.errors import Invalid
from shuke.core.words import mark as _
from shuke.staff.models import User
from shuke.staff.services.tokens import OWN_SOURCE

__all__ = ["add", "secret_of", "stop"]

MARK = "shb_"
"""Begins every secret, so that scanners of lost secrets know one."""
LOOPBACK = ("localhost", "127.0.0.1")
PORTS = {"https": 443, "http": 80}


class WrongOrigin(Invalid):
    code = "beacon_origin_wrong"
    message = _("%(origin)s is no address of pages: write https://www.example.com, without a path, one a line.")


class NoSource(Invalid):
    code = "beacon_without_source"
    message = _("Name the source whose customer numbers the pages use, for example “shop”; “shuke” is our own.")


@transaction.atomic
def add(*, name: str, source: str, origins: Sequence[str], by: User | None, at: datetime) -> tuple[Site, str]:
    """Take events of a shop's pages from now on; returns the site and its secret. WrongOrigin, NoSource."""
    source = slugify(source, allow_unicode=True)[:50]
    if source in ("", OWN_SOURCE):
        raise NoSource
    secret = MARK + secrets.token_urlsafe(32)
    site = Site.objects.create(
        name=name,
        key=secrets.token_hex(8),
        source=source,
        origins=sorted({_origin(origin) for origin in origins}),
        signing_secret=settings.KEY_RING.encrypt(secret, field=Site.FIELD),
        made_at=at,
        made_by=by,
    )
    audit.record(by, "beacon.added", site, at=at, name=name, key=site.key, source=source, origins=site.origins)
    return site, secret


@transaction.atomic
def stop(*, site: Site, by: User | None, at: datetime) -> None:
    """Take nothing of a site any more; twice is the same as once."""
    if Site.objects.open().filter(pk=site.pk).update(stopped_at=at):
        audit.record(by, "beacon.stopped", site, at=at, key=site.key)


def secret_of(site: Site) -> str:
    """The secret with which the shop's server signs."""
    return settings.KEY_RING.decrypt(site.signing_secret, field=Site.FIELD)


def _origin(told: str) -> str:
    """An origin as browsers send it (RFC 6454): https, or http on this machine alone; WrongOrigin."""
    try:
        parts = urlsplit(told.strip().lower())
        port = parts.port
    except ValueError:
        raise WrongOrigin(origin=told) from None
    host = parts.hostname or ""
    allowed = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    if not allowed or not host or parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise WrongOrigin(origin=told)
    host = host.encode("idna").decode() if not host.isascii() else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != PORTS[parts.scheme] else "")
