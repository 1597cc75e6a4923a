"""Saying where files are fetched from and when; the secret goes in and never comes out again."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from shuke.core import audit
from shuke.core.databases import advisory_lock_if_free
from shuke.core.errors import Conflict
from shuke.core.words import mark as _
from shuke.customers.models import Source
from shuke.intake.queries import source_code
from shuke.pulls import fetching, keeping, queries
from shuke.pulls.fetching import Access
from shuke.pulls.models import Pull
from shuke.pulls.problems import NameTaken, SecretNeeded
from shuke.pulls.services.locks import PULL_LOCKS
from shuke.staff.models import User

PLACE = ("way", "address", "user")
"""What a secret belongs to: with another place it would be told to somebody else."""


class UnderWay(Conflict):
    code = "pull_under_way"
    message = _("This is being fetched just now. Try again when it is done.")


def add(*, source: str, secret: str = "", by: User | None, at: datetime, **fields: Any) -> Pull:
    """A new pull, due at its next time. NameTaken, and what `fetching.validate` says of its place."""
    pull = Pull(**fields, made_by=by, made_at=at)
    fetching.validate(_access(pull, secret))
    with transaction.atomic():
        pull.source = _source(source)
        _save(pull, secret=secret, at=at)
        audit.record(by, "pull.added", pull, at=at, **_told(pull))
    return pull


def change(
    *, pull: Pull, version: int, source: str, secret: str = "", by: User | None, at: datetime, **fields: Any
) -> Pull:
    """A pull as it is from now on; a blank `secret` stays what it was. As `add`, and Conflict if it was changed."""
    # The place is asked before, not in the transaction; the version holds both to the same pull.
    fetching.validate(_access(_changed(Pull.objects.all(), pull, version, secret, fields), secret))
    with transaction.atomic():
        pull = _changed(Pull.objects.select_for_update(), pull, version, secret, fields)
        pull.source = _source(source)
        pull.version += 1
        pull.failures = 0
        _save(pull, secret=secret, at=at)
        audit.record(by, "pull.changed", pull, at=at, secret_changed=bool(secret), **_told(pull))
    return pull


@transaction.atomic
def pause(*, pull: Pull, by: User | None, at: datetime) -> None:
    """Fetch nothing by the clock; twice is the same as once."""
    if Pull.objects.filter(pk=pull.pk, paused_at=None).update(paused_at=at):
        audit.record(by, "pull.paused", pull, at=at)


@transaction.atomic
def resume(*, pull: Pull, by: User | None, at: datetime) -> None:
    """Fetch again from the next time on."""
    pull.put_off(after=at)
    if Pull.objects.filter(pk=pull.pk).exclude(paused_at=None).update(paused_at=None, due_at=pull.due_at, failures=0):
        audit.record(by, "pull.resumed", pull, at=at)


def delete(*, pull: Pull, by: User | None, at: datetime) -> None:
    """Forget a pull with its secret and its runs; what it has imported stays. UnderWay while it is fetched."""
    with advisory_lock_if_free(PULL_LOCKS + pull.pk) as free:
        if not free:
            raise UnderWay
        with transaction.atomic():
            audit.record(by, "pull.deleted", pull, at=at, **_told(pull))
            kept = list(pull.runs.exclude(path="").values_list("path", flat=True))
            pull.delete()
        for path in kept:
            keeping.discard_unless_imported(path)


@transaction.atomic
def trust_host_key(*, pull: Pull, fingerprint: str, by: User | None, at: datetime) -> None:
    """Somebody has compared the fingerprint: the server that shows this key is the right one."""
    Pull.objects.filter(pk=pull.pk).update(host_key=fingerprint, failures=0)
    audit.record(by, "pull.host_key_trusted", pull, at=at, fingerprint=fingerprint)


@transaction.atomic
def forget_host_key(*, pull: Pull, by: User | None, at: datetime) -> None:
    """The next run asks which key is the right one."""
    Pull.objects.filter(pk=pull.pk).update(host_key="")
    audit.record(by, "pull.host_key_forgotten", pull, at=at, fingerprint=pull.host_key)


def _source(name: str) -> Source:
    return Source.objects.get_or_create(code=source_code(name), defaults={"name": name[:100]})[0]


def _changed(pulls: QuerySet[Pull], pull: Pull, version: int, secret: str, fields: dict[str, Any]) -> Pull:
    """The pull with its new fields, not saved yet. Conflict, SecretNeeded."""
    pull = pulls.get(pk=pull.pk)
    if pull.version != version:
        raise Conflict
    before = [getattr(pull, name) for name in PLACE]
    for name, value in fields.items():
        setattr(pull, name, value)
    if [getattr(pull, name) for name in PLACE] != before:
        pull.host_key = ""
        if pull.secret and not secret:
            raise SecretNeeded
    return pull


def _access(pull: Pull, secret: str) -> Access:
    return replace(queries.access(pull), **({"secret": secret} if secret else {}))


def _save(pull: Pull, *, secret: str, at: datetime) -> None:
    if secret:
        pull.secret = settings.KEY_RING.encrypt(secret, field=Pull.FIELD)
    pull.put_off(after=at)
    try:
        with transaction.atomic():
            pull.save()
    except IntegrityError:
        raise NameTaken from None


def _told(pull: Pull) -> dict[str, Any]:
    """What the trail says of it: no address, which may have a token in it, and no secret."""
    return {
        "name": pull.name,
        "way": pull.way,
        "source": pull.source.code,
        "kind": pull.kind,
        "daily_at": pull.daily_at.isoformat("minutes") if pull.daily_at else None,
    }
