"""Making, changing and throwing away drafts, and asking what one would do."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from pydantic import BaseModel

from shuke.core import audit, policies
from shuke.core.errors import Conflict, Invalid
from shuke.core.jobs import enqueue
from shuke.core.policies import Kind, PolicyChanged
from shuke.core.words import mark as _
from shuke.lab import queries
from shuke.lab.models import Draft, Move, Trial
from shuke.staff.models import User

__all__ = [
    "DayUnknown",
    "DraftChanged",
    "DraftClosed",
    "DraftIsPiloted",
    "NothingToTry",
    "ask",
    "change",
    "discard",
    "forget",
    "hold_against",
    "start",
]


TWICE = timedelta(seconds=10)
"""Who sends the same again so soon has clicked twice."""


class DraftChanged(Conflict):
    code = "draft_changed"
    message = _("A colleague, or you in another tab, has changed this draft meanwhile. Look at it first.")


class DraftClosed(Conflict):
    code = "draft_closed"
    message = _("This draft has been published or thrown away.")


class DraftIsPiloted(Conflict):
    code = "draft_is_piloted"
    message = _("A pilot runs with this draft. End the pilot before you change it.")


class NothingToTry(Invalid):
    code = "nothing_to_try"
    message = _("Nobody has ordered yet: there is no day on which this could be tried.")


class DayUnknown(Invalid):
    code = "day_unknown"
    message = _("Choose a day from %(first)s, the day after the first order, to %(last)s.")


@transaction.atomic
def start(*, kind: Kind, body: BaseModel, replaces: int, by: User, at: datetime) -> Draft:
    """Keep a draft of the version after `replaces`. PolicyChanged. The same sent twice at once is one draft."""
    _newest(kind, replaces)
    User.objects.select_for_update().get(pk=by.pk)
    same = Draft.objects.open().filter(kind=kind.key, body=body.model_dump(mode="json"), replaces=replaces)
    if sent := same.filter(made_by=by, made_at__gt=at - TWICE).first():
        return sent
    made = {"made_at": at, "made_by": by, "changed_at": at, "changed_by": by}
    draft = Draft.objects.create(kind=kind.key, body=body.model_dump(mode="json"), replaces=replaces, **made)
    audit.record(by, "draft.made", draft, at=at, kind=kind.key, body=draft.body)
    return draft


@transaction.atomic
def change(*, draft: Draft, version: int, body: BaseModel, by: User, at: datetime) -> Draft:
    """Keep other values. DraftChanged if `version` is not the newest; DraftClosed; DraftIsPiloted."""
    draft = locked(draft, version=version)
    values = body.model_dump(mode="json")
    if values == draft.body:
        return draft
    if draft.is_piloted:
        raise DraftIsPiloted
    audit.record(by, "draft.changed", draft, at=at, kind=draft.kind, before=draft.body, after=values)
    draft.body = values
    return _changed(draft, by, at)


@transaction.atomic
def hold_against(*, draft: Draft, version: int, replaces: int, by: User, at: datetime) -> Draft:
    """Let a draft stand against a version that was published meanwhile. DraftChanged; DraftClosed; PolicyChanged."""
    draft = locked(draft, version=version)
    _newest(draft.of, replaces)
    audit.record(by, "draft.held_against", draft, at=at, kind=draft.kind, before=draft.replaces, after=replaces)
    draft.replaces = replaces
    return _changed(draft, by, at)


@transaction.atomic
def ask(*, draft: Draft, day: date, by: User, at: datetime) -> Trial:
    """Have a draft tried out on a day; the worker does it. DraftClosed; NothingToTry; DayUnknown."""
    draft = locked(draft)
    known = queries.days()
    if known is None:
        raise NothingToTry
    first, last = known
    if not first <= day <= last:
        raise DayUnknown(first=first, last=last)
    trial = Trial.objects.create(draft=draft, body=draft.body, day=day, asked_at=at, asked_by=by)
    audit.record(by, "draft.tried", draft, at=at, kind=draft.kind, day=day.isoformat())
    enqueue("lab.try_out", trial_id=trial.pk)
    return trial


@transaction.atomic
def discard(*, draft: Draft, version: int, by: User, at: datetime) -> None:
    """Throw a draft away; a pilot must have ended before. DraftChanged; DraftClosed; DraftIsPiloted."""
    draft = locked(draft, version=version)
    if draft.is_piloted:
        raise DraftIsPiloted
    close(draft, Draft.Ending.DISCARDED, by=by, at=at)
    audit.record(by, "draft.discarded", draft, at=at, kind=draft.kind)


def locked(draft: Draft, *, version: int | None = None) -> Draft:
    """The draft as it is now, kept from others until the transaction ends. DraftClosed; DraftChanged."""
    present = Draft.objects.select_for_update(of=("self",)).select_related("pilot").get(pk=draft.pk)
    if present.closed_at:
        raise DraftClosed
    if version is not None and present.version != version:
        raise DraftChanged
    return present


def close(draft: Draft, ending: Draft.Ending, *, by: User, at: datetime) -> None:
    """End a draft; who would have moved is nobody's business any more."""
    draft.ending, draft.closed_at, draft.closed_by = ending, at, by
    draft.version += 1
    draft.save()
    Move.objects.filter(trial__draft=draft).delete()


def forget(customers: Sequence[int]) -> None:
    """Take customers who are gone out of what was tried."""
    Move.objects.filter(customer__in=customers).delete()


def _changed(draft: Draft, by: User, at: datetime) -> Draft:
    draft.changed_by, draft.changed_at = by, at
    draft.version += 1
    draft.save()
    return draft


def _newest(kind: Kind, version: int) -> None:
    """Nobody holds a draft against a version that they have not seen."""
    newest = policies.current(kind).version
    if version != newest:
        raise PolicyChanged(version=newest)
