"""Who may change what at the same time: the planner alone, or people, one customer each."""

from django.db import connection
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.timezone import localtime

from shuke.core.errors import Conflict, NotFound
from shuke.core.words import mark as _
from shuke.customers.models import Customer
from shuke.followups.models import FollowUp
from shuke.staff.models import User

PLANNING_LOCK = 7_301_010


class AlreadyClosed(Conflict):
    code = "follow_up_closed"
    message = _("%(name)s has already closed this follow-up (%(when)s).")


class Withdrawn(Conflict):
    code = "follow_up_withdrawn"
    message = _("This follow-up is no longer open: its reason is gone, or the customer was merged with another.")


def plan_alone() -> None:
    """Until the transaction ends nobody else opens, closes or moves a follow-up."""
    _lock("pg_advisory_xact_lock")


def not_while_planning() -> None:
    """Until the transaction ends nobody plans; people go on working."""
    _lock("pg_advisory_xact_lock_shared")


def claim(follow_up: FollowUp, *, by: User, version: int | None = None) -> FollowUp:
    """The open follow-up as it is now; until the transaction ends nobody else changes one of this customer.

    NotFound if `by` may not see it, AlreadyClosed if somebody was faster, Withdrawn if its reason is gone,
    Conflict if it is no longer `version`.
    """
    not_while_planning()
    Customer.objects.select_for_update(no_key=True).get(pk=follow_up.customer_id)
    row = (
        FollowUp.objects.visible_to(by).select_related("customer", "owner", "closed_by").filter(pk=follow_up.pk).first()
    )
    if row is None:
        raise NotFound
    if row.withdrawn:
        raise Withdrawn
    if row.closed_at:
        # Lazy, because the reader's language is known only when the sentence is shown.
        when = lazy(date_format, str)(localtime(row.closed_at), "DATETIME_FORMAT")
        raise AlreadyClosed(name=str(row.closed_by), when=when)
    if version is not None and version != row.version:
        raise Conflict
    return row


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [PLANNING_LOCK])
