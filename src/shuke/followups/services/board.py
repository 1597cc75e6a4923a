"""Work on the board: moving a follow-up between its open stages, and handing it to a colleague."""

from datetime import datetime

from django.db import transaction

from shuke.core import audit
from shuke.core.errors import Invalid, Refused
from shuke.core.words import mark as _
from shuke.customers.models import Customer
from shuke.customers.services import name_owner
from shuke.followups.models import FollowUp
from shuke.followups.services.claims import claim
from shuke.segments.models import CustomerListing
from shuke.staff.models import User
from shuke.staff.rights import Right, Sight


class DoneNeedsOutcome(Invalid):
    code = "done_needs_outcome"
    message = _("To close a follow-up, choose its outcome.")


class NotTheirs(Refused):
    code = "not_theirs"
    message = _("%(name)s cannot take this follow-up: they have left, or are not in your team.")


@transaction.atomic
def move(
    *, follow_up: FollowUp, stage: FollowUp.Stage | str, by: User, at: datetime, version: int | None = None
) -> FollowUp:
    """Put a follow-up into another open stage of the board; only an outcome makes it done."""
    if stage == FollowUp.Stage.DONE or stage not in FollowUp.Stage.values:
        raise DoneNeedsOutcome
    row = claim(follow_up, by=by, version=version)
    if row.stage != stage:
        before, row.stage = row.stage, FollowUp.Stage(stage)
        _save(row, "stage")
        audit.record(by, "follow_up.moved", row, at=at, before=before, stage=row.stage)
    return row


@transaction.atomic
def hand_over(*, follow_up: FollowUp, to: User, by: User, at: datetime, version: int | None = None) -> FollowUp:
    """Give a follow-up to a colleague; whoever could not see the customer becomes the one who keeps them."""
    if not by.may(Right.ASSIGN):
        raise Refused
    row = claim(follow_up, by=by, version=version)
    if not _may_give(by, to):
        raise NotTheirs(name=str(to))
    if row.owner_id != to.pk:
        before, row.owner = row.owner_id, to
        _save(row, "owner")
        keeps = _let_see(to, row.customer, at=at)
        audit.record(by, "follow_up.handed_over", row, at=at, before=before, owner=to.pk, keeps_customer=keeps)
    return row


def _may_give(by: User, to: User) -> bool:
    return to.is_active and (by.sight == Sight.ALL or to == by or (to.team_id is not None and to.team_id == by.team_id))


def _let_see(to: User, customer: Customer, *, at: datetime) -> bool:
    if Customer.objects.visible_to(to).filter(pk=customer.pk).exists():
        return False
    name_owner(customer=customer, owner=to, at=at)
    CustomerListing.objects.filter(pk=customer.pk).update(owner=to)
    return True


def _save(row: FollowUp, field: str) -> None:
    row.version += 1
    row.save(update_fields=[field, "version"])
