"""From a draft to a policy: for all at once, or first for a store or business line."""

from datetime import datetime

from django.db import IntegrityError, transaction

from shuke.core import audit, policies
from shuke.core.errors import Conflict, Invalid
from shuke.core.policies import Published
from shuke.core.words import mark as _
from shuke.lab.models import Draft
from shuke.lab.policies import can_be_piloted
from shuke.lab.services.drafts import close, locked
from shuke.scoring.models import Pilot
from shuke.scoring.pilots import STATEMENTS, scope_of
from shuke.staff.models import Line, Store, User

__all__ = [
    "NoPilot",
    "NotForAPilot",
    "NothingChanges",
    "PilotRuns",
    "ScopeUnknown",
    "begin_pilot",
    "end_pilot",
    "publish",
]

LONGEST = 18
"""Digits of a key."""

PLACES = {"store": Store, "line": Line}


class PilotRuns(Conflict):
    code = "pilot_runs"
    message = _("Another pilot is running. Two at once could not be told apart: end that one first.")


class NoPilot(Conflict):
    code = "no_pilot"
    message = _("No pilot runs with this draft.")


class NothingChanges(Invalid):
    code = "nothing_changes"
    message = _("The draft says what is in force already.")


class NotForAPilot(Invalid):
    code = "not_for_a_pilot"
    message = _("This policy counts for all at once; it cannot be tried with some.")


class ScopeUnknown(Invalid):
    code = "scope_unknown"
    message = _("Choose a store or a business line.")


@transaction.atomic
def publish(*, draft: Draft, version: int, by: User, at: datetime) -> Published:
    """Put a draft in force for all, and end its pilot. PolicyChanged; NothingChanges; DraftChanged; DraftClosed."""
    draft = locked(draft, version=version)
    _must_differ(draft)
    body = draft.of.body.model_validate(draft.body)
    published = policies.publish(kind=draft.of, body=body, replaces=draft.replaces, by=by, at=at)
    if draft.pilot:
        _end(draft.pilot, by=by, at=at)
    close(draft, Draft.Ending.PUBLISHED, by=by, at=at)
    return published


@transaction.atomic
def begin_pilot(*, draft: Draft, version: int, scope: str, by: User, at: datetime) -> Pilot:
    """Let a draft count for one store or line from the next run on.

    NotForAPilot; NothingChanges; ScopeUnknown; PilotRuns; DraftChanged; DraftClosed; PolicyChanged if somebody begins
    another pilot of the same scope in this moment.
    """
    draft = locked(draft, version=version)
    if not can_be_piloted(draft.kind):
        raise NotForAPilot
    _must_differ(draft)
    _check(scope)
    if Pilot.objects.running().exists():
        raise PilotRuns
    body = draft.of.body.model_validate(draft.body)
    replaces = policies.current(draft.of, scope=scope).version
    published = policies.publish(kind=draft.of, body=body, replaces=replaces, by=by, at=at, scope=scope)
    told = {"kind": draft.kind, "scope": scope, "version": published.version, "began_at": at, "began_by": by}
    try:
        with transaction.atomic():
            draft.pilot = Pilot.objects.create(**told)
    except IntegrityError:  # a colleague begins one in this moment
        raise PilotRuns from None
    draft.version += 1
    draft.save()
    return draft.pilot


@transaction.atomic
def end_pilot(*, draft: Draft, version: int, by: User, at: datetime) -> Draft:
    """End the pilot of a draft: from the next run on its customers are as all others, and the draft is kept.

    NoPilot; DraftChanged; DraftClosed.
    """
    draft = locked(draft, version=version)
    if draft.pilot is None:
        raise NoPilot
    _end(draft.pilot, by=by, at=at)
    draft.pilot = None
    draft.version += 1
    draft.save()
    return draft


def _must_differ(draft: Draft) -> None:
    if draft.body == policies.current(draft.of).body.model_dump(mode="json"):
        raise NothingChanges


def _end(pilot: Pilot, *, by: User, at: datetime) -> None:
    pilot.ended_at, pilot.ended_by = at, by
    pilot.save()
    audit.record(by, "pilot.ended", pilot, at=at, kind=pilot.kind, scope=pilot.scope)


def _check(scope: str) -> None:
    place, _colon, number = scope.partition(":")
    if place not in STATEMENTS or not number.isdecimal() or len(number) > LONGEST:
        raise ScopeUnknown
    if not PLACES[place].objects.filter(pk=scope_of(scope)[1]).exists():
        raise ScopeUnknown
