"""Closing a follow-up: with an outcome, with a fact, and with what must come next."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.timezone import localdate

from shuke.core import audit, policies
from shuke.core.errors import Invalid
from shuke.core.policies import Published
from shuke.core.words import mark as _
from shuke.customers.models import ContactPoint
from shuke.followups.models import FollowUp, Outcome, Waiting
from shuke.followups.policies import CADENCE, CadencePolicy
from shuke.followups.registries import closed
from shuke.followups.services.claims import claim
from shuke.history import services as history
from shuke.segments.models import CustomerListing
from shuke.staff.models import User

CONTACTED = frozenset({Outcome.REACHED, Outcome.PROMISED, Outcome.REFUSED})
TRIED_AGAIN = frozenset({Outcome.NO_ANSWER, Outcome.BUSY})


class NeedsOutcome(Invalid):
    code = "outcome_missing"
    message = _("A follow-up is closed with an outcome. Choose one.")


class PromiseNeedsDate(Invalid):
    code = "promise_needs_date"
    message = _("Enter the date that was promised.")


class PromiseNotAhead(Invalid):
    code = "promise_not_ahead"
    message = _("The promised date must lie after today. To call again today, leave the follow-up open.")


class PromiseTooFar(Invalid):
    code = "promise_too_far"
    message = _("The promised date is more than a year away. The latest is %(latest)s.")


class PromiseWithoutPromise(Invalid):
    code = "promise_without_promise"
    message = _("A promised date belongs to the outcome “Promised date” only.")


class OthersContact(Invalid):
    code = "others_contact"
    message = _("This contact detail belongs to another customer.")


@dataclass(frozen=True, slots=True)
class Following:
    """The follow-up that must come after one: why, when, and the how-manieth attempt it is."""

    cause: str
    due_on: date
    attempt: int
    reasons: list[dict[str, Any]]


@transaction.atomic
def complete(
    *,
    follow_up: FollowUp,
    outcome: Outcome | str,
    by: User,
    at: datetime,
    note: str = "",
    promised_on: date | None = None,
    version: int | None = None,
    channel: str = "phone",
    contact_point: ContactPoint | None = None,
    seconds: int | None = None,
) -> FollowUp:
    """Close a follow-up, leave the contact in history, and open what must come next (`follow_up.next`).

    `contact_point` is the one that was used: a wrong number makes it invalid. AlreadyClosed if a colleague was faster.
    """
    outcome = _checked(outcome, promised_on, on=localdate(at))
    row = claim(follow_up, by=by, version=version)
    rule = policies.current(CADENCE)
    following = _following(row, outcome, promised_on, on=localdate(at), rule=rule.body)
    if outcome in TRIED_AGAIN and following is None:
        row.reasons = [*row.reasons, {"code": "stopped", "attempts": row.attempt}]
    row.close(outcome, by=by, at=at, note=note, promised_on=promised_on)
    _tell_history(row, by=by, at=at, channel=channel, seconds=seconds)
    if outcome == Outcome.WRONG_NUMBER and contact_point:
        _spoil(contact_point, row, at=at)
    opened = _open(following, after=row, by=by, at=at, rule=rule) if following else None
    audit.record(
        by, "follow_up.completed", row, at=at, outcome=outcome, attempt=row.attempt, next=opened.pk if opened else None
    )
    for tell in closed:
        tell(row)
    return row


def _checked(outcome: Outcome | str, promised_on: date | None, *, on: date) -> Outcome:
    if outcome not in Outcome.values:
        raise NeedsOutcome
    if outcome != Outcome.PROMISED:
        if promised_on:
            raise PromiseWithoutPromise
        return Outcome(outcome)
    if promised_on is None:
        raise PromiseNeedsDate
    if promised_on <= on:
        raise PromiseNotAhead
    latest = a_year_after(on)
    if promised_on > latest:
        raise PromiseTooFar(latest=lazy(date_format, str)(latest, "DATE_FORMAT"))
    return Outcome.PROMISED


def a_year_after(day: date) -> date:
    """The same day of the next year; the 28th for a 29 February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28)


def _following(
    row: FollowUp, outcome: Outcome, promised_on: date | None, *, on: date, rule: CadencePolicy
) -> Following | None:
    if outcome == Outcome.PROMISED and promised_on:
        said = {"code": "promised", "on": promised_on.isoformat(), "said_on": on.isoformat()}
        return Following(FollowUp.Cause.PROMISE, promised_on, 1, [said])
    if outcome in TRIED_AGAIN and row.attempt < rule.attempts:
        attempt = row.attempt + 1
        again = {"code": "retry", "outcome": outcome.value, "attempt": attempt, "attempts": rule.attempts}
        why = [reason for reason in row.reasons if reason["code"] != "retry"]
        due_on = on + timedelta(days=getattr(rule.retry_after_days, outcome))
        return Following(row.cause, due_on, attempt, [*why, again])
    return None


def _tell_history(row: FollowUp, *, by: User, at: datetime, channel: str, seconds: int | None) -> None:
    history.record_interaction(
        customer=row.customer,
        at=at,
        channel=channel,
        outcome=row.outcome,
        by=by,
        note=row.note,
        seconds=seconds,
        promised_on=row.promised_on,
        follow_up_id=row.pk,
    )
    Waiting.objects.filter(customer=row.customer_id).delete()
    if row.outcome in CONTACTED:
        on = localdate(at)
        earlier = Q(last_contact_on=None) | Q(last_contact_on__lt=on)
        CustomerListing.objects.filter(earlier, pk=row.customer_id).update(last_contact_on=on)


def _spoil(contact_point: ContactPoint, row: FollowUp, *, at: datetime) -> None:
    if contact_point.identity.customer_id != row.customer_id:
        raise OthersContact
    ContactPoint.objects.filter(pk=contact_point.pk, invalid_since=None).update(invalid_since=at)


def _open(following: Following, *, after: FollowUp, by: User, at: datetime, rule: Published[CadencePolicy]) -> FollowUp:
    """Open what follows, or add its reasons to what is open for the same cause or day already."""
    overdue_on = following.due_on + timedelta(days=rule.body.overdue_after_days)
    same = _clashing(following, after.customer_id)
    if same:
        if same.due_on != following.due_on:
            same.due_on, same.overdue_on, same.escalated_at = following.due_on, overdue_on, None
        same.reasons = [*same.reasons, *(reason for reason in following.reasons if reason not in same.reasons)]
        same.version += 1
        same.save()
        return same
    return FollowUp.objects.create(
        customer=after.customer,
        cause=following.cause,
        reasons=following.reasons,
        owner=after.owner if after.owner.is_active else by,
        due_on=following.due_on,
        overdue_on=overdue_on,
        value_at_risk=after.value_at_risk,
        attempt=following.attempt,
        previous=after,
        policy_version=rule.version,
        run_id=after.run_id,
        created_at=at,
    )


def _clashing(following: Following, customer_id: int) -> FollowUp | None:
    """An open follow-up of the customer due on the same day, else one for the same cause: never two of either."""
    open_ones = list(FollowUp.objects.open().filter(customer=customer_id))
    same_day = [one for one in open_ones if one.due_on == following.due_on]
    same_cause = [one for one in open_ones if one.cause == following.cause]
    return next(iter(same_day + same_cause), None)
