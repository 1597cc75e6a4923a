"""Making, changing and archiving segments; who is in them follows by a job."""

from datetime import datetime

from django.db import IntegrityError, transaction

from shuke.analytics.rules import tree
from shuke.analytics.rules.tree import Rule
from shuke.core import audit
from shuke.core.errors import Conflict, Invalid
from shuke.core.jobs import enqueue
from shuke.core.words import mark as _
from shuke.segments.models import Segment, SegmentMembership
from shuke.staff.models import User

__all__ = ["NameTaken", "SegmentChanged", "archive", "change", "create"]


class SegmentChanged(Conflict):
    code = "segment_changed"
    message = _("A colleague has changed this segment meanwhile. Look at it first.")


class NameTaken(Invalid):
    code = "segment_name_taken"
    message = _("Another segment has this name.")


@transaction.atomic
def create(*, name: str, rule: Rule, by: User, at: datetime) -> Segment:
    """Make a segment and have it filled. NameTaken."""
    segment = Segment(created_at=at, created_by=by)
    _keep(segment, name=name, rule=rule, by=by, at=at)
    audit.record(by, "segment.created", segment, at=at, name=name, rule=segment.rule)
    return segment


@transaction.atomic
def change(*, segment: Segment, version: int, name: str, rule: Rule, by: User, at: datetime) -> Segment:
    """Change name or rule, and have it filled again. SegmentChanged if `version` is not the newest; NameTaken."""
    segment = _locked(segment, version)
    before = {"name": segment.name, "rule": segment.rule}
    if before == {"name": name, "rule": tree.write(rule)}:
        return segment
    segment.version += 1
    _keep(segment, name=name, rule=rule, by=by, at=at)
    audit.record(by, "segment.changed", segment, at=at, before=before, name=name, rule=segment.rule)
    return segment


@transaction.atomic
def archive(*, segment: Segment, version: int, by: User, at: datetime) -> None:
    """Put a segment away: its memberships end, and what they were stays. SegmentChanged."""
    segment = _locked(segment, version)
    segment.archived_at, segment.version = at, segment.version + 1
    segment.save()
    ended = SegmentMembership.objects.present().filter(segment=segment).end(at=at)
    audit.record(by, "segment.archived", segment, at=at, members=ended)


def _locked(segment: Segment, version: int) -> Segment:
    known = Segment.objects.standing().select_for_update(no_key=True).filter(pk=segment.pk, version=version).first()
    if known is None:
        raise SegmentChanged
    return known


def _keep(segment: Segment, *, name: str, rule: Rule, by: User, at: datetime) -> None:
    segment.name, segment.rule = name, tree.write(rule)
    segment.changed_at, segment.changed_by, segment.filled_at = at, by, None
    try:
        with transaction.atomic():
            segment.save()
    except IntegrityError:
        raise NameTaken from None
    enqueue("segments.fill", segment_id=segment.pk)
