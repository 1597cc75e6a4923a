"""Policies: typed, validated, versioned rules of the house; each kind is registered by the package that obeys it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from pydantic import BaseModel

from shuke.core import audit
from shuke.core.errors import Conflict
from shuke.core.models import Policy
from shuke.core.registries import Registry
from shuke.core.words import mark as _

Body = TypeVar("Body", bound=BaseModel)
COMPANY = "company"
"""The scope of what counts for all; a pilot's is its store or business line: "store:3", "line:2"."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[Body]):
    """A kind of policy: its key, its title on screen and the shape of its body, defaults included."""

    key: str
    title: str
    body: type[Body]


@dataclass(frozen=True, slots=True)
class Published(Generic[Body]):
    """A version of a policy, ready to be obeyed and named."""

    kind: str
    version: int
    body: Body


class PolicyChanged(Conflict):
    code = "policy_changed"
    message = _("A colleague has published version %(version)s of this policy meanwhile. Look at it first.")


kinds: Registry[Kind[Any]] = Registry("policy kinds")


def register(key: str, title: str, body: type[Body]) -> Kind[Body]:
    return kinds.register(key, Kind(key, title, body))


def current(kind: Kind[Body], *, scope: str = COMPANY) -> Published[Body]:
    """The version in force: the newest published one."""
    row = versions(kind, scope=scope).first()
    if row is None:
        return Published(kind.key, 0, kind.body())
    return Published(kind.key, row.version, kind.body.model_validate(row.body))


def at_version(kind: Kind[Body], version: int, *, scope: str = COMPANY) -> Published[Body]:
    """The version that a run, a score or a follow-up names; version 0 are the defaults."""
    row = versions(kind, scope=scope).filter(version=version).first()
    return Published(kind.key, version, kind.body.model_validate(row.body) if row else kind.body())


def versions(kind: Kind[Any], *, scope: str = COMPANY) -> QuerySet[Policy]:
    """Everything ever published of a kind for a scope, the newest first."""
    return Policy.objects.filter(kind=kind.key, scope=scope).order_by("-version")


@transaction.atomic
def publish(
    *, kind: Kind[Body], body: Body, replaces: int, by: Model | None, at: datetime, scope: str = COMPANY
) -> Published[Body]:
    """Add the version after `replaces`; PolicyChanged if somebody published in between."""
    newest = versions(kind, scope=scope).first()
    version = newest.version if newest else 0
    if version != replaces:
        raise PolicyChanged(version=version)
    row = Policy(
        kind=kind.key,
        scope=scope,
        version=version + 1,
        body=body.model_dump(mode="json"),
        valid_from=at,
        by_id=by.pk if by else None,
        by_name=str(by) if by else audit.SYSTEM,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # somebody publishes in this moment
        raise PolicyChanged(version=row.version) from None
    before = newest.body if newest else None
    audit.record(by, "policy.published", row, at=at, kind=kind.key, scope=scope, before=before, after=row.body)
    return Published(kind.key, row.version, body)


def publish_defaults(*, at: datetime) -> None:
    """Publish version 1 of every kind that has none, so that each score can name the version it came from."""
    known = set(Policy.objects.filter(scope=COMPANY).values_list("kind", flat=True))
    for kind in kinds:
        if kind.key not in known:
            publish(kind=kind, body=kind.body(), replaces=0, by=None, at=at)
