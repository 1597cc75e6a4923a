"""The plan of a business date: who is due, who carries them, who is opened now and who waits.

What a former plan opened and nobody has begun is looked at again: it says anew why it exists, or is withdrawn.

Every step is one statement over all customers. The due are gathered in a temporary table, `follow_up_due`; beside
them stand, as `held`, the customers whose open follow-up belongs to somebody who has left.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Exists, OuterRef, QuerySet

from shuke.core import audit, policies
from shuke.core.policies import Published
from shuke.followups import queries
from shuke.followups.models import FollowUp, Plan, Waiting
from shuke.followups.policies import CADENCE, CadencePolicy
from shuke.followups.services import statements
from shuke.followups.services.claims import plan_alone
from shuke.followups.sharing import level
from shuke.segments.models import CustomerListing
from shuke.staff.models import Line, User


@dataclass(frozen=True, slots=True)
class Counts:
    """What one run of the planner did."""

    escalated: int
    said_anew: int
    withdrawn: int
    handed_over: int
    opened: int
    named: int
    waiting: int
    unowned: int


@transaction.atomic
def plan(*, on: date, run_id: int | None, at: datetime) -> Plan:
    """Open the follow-ups of `on` up to each owner's limit and note who waits.

    Planning a date again for the same run opens nothing and only notes anew who waits; for another run it fills up to
    the limit. Without anybody who could carry them, all wait without an owner (`Plan.unowned`).
    """
    plan_alone()
    rule = policies.current(CADENCE)
    before = Plan.objects.filter(planned_on=on).first()
    opens = before is None or before.run_id != run_id
    with connection.cursor() as cursor:
        counts = _decide(cursor, _values(rule, on=on, run_id=run_id, at=at), opens=opens)
    opened = counts.opened + (before.opened if before else 0)
    row, _ = Plan.objects.update_or_create(
        planned_on=on,
        defaults={
            "at": at,
            "run_id": run_id,
            "policy_version": rule.version,
            "due": opened + counts.waiting,
            "opened": opened,
            "waiting": counts.waiting,
            "unowned": counts.unowned,
        },
    )
    details = {"planned_on": on.isoformat(), "run": run_id, "policy": rule.version, **asdict(counts)}
    audit.record(None, "follow_ups.planned", row, at=at, **details)
    return row


def _values(rule: Published[CadencePolicy], *, on: date, run_id: int | None, at: datetime) -> dict[str, Any]:
    """What the statements need to know, by name."""
    body = rule.body
    tiers = body.tiers_of_people()
    return {
        "on": on,
        "at": at,
        "run": run_id,
        "version": rule.version,
        "zone": settings.TIME_ZONE,
        "since": on - timedelta(days=body.longest_interval()),
        "line": Line.main().pk,
        "tiers": json.dumps(tiers),
        "carried": [tier["tier"] for tier in tiers],
        "activities": json.dumps(body.activities()),
        "first_contact_day": body.new.first_contact_day,
        "welcome_days": body.new.within_days,
        "days_ahead": body.days_ahead,
        "overdue_after": body.overdue_after_days,
        "most": body.open_per_agent,
    }


def _decide(cursor: CursorWrapper, values: dict[str, Any], *, opens: bool) -> Counts:
    cursor.execute(statements.REFRESH_VALUE_AT_RISK)
    escalated = _rows(cursor, statements.ESCALATE, values)
    _gather_due(cursor, values)
    said_anew = _rows(cursor, statements.SAY_ANEW, values)
    withdrawn = _rows(cursor, statements.WITHDRAW, values)
    _gather_left_behind(cursor, values)
    _deal(cursor)
    handed_over = _rows(cursor, statements.HAND_OVER)
    opened = _rows(cursor, statements.OPEN, values) if opens else 0
    named = _name_owners(cursor, values)
    cursor.execute(statements.FORGET_WAITING)
    waiting = _rows(cursor, statements.NOTE_WAITING)
    unowned = Waiting.objects.filter(owner=None).count()
    return Counts(escalated, said_anew, withdrawn, handed_over, opened, named, waiting, unowned)


def _gather_due(cursor: CursorWrapper, values: dict[str, Any]) -> None:
    cursor.execute(statements.CREATE_DUE)
    cursor.execute(statements.GATHER_DUE, values)


def _gather_left_behind(cursor: CursorWrapper, values: dict[str, Any]) -> None:
    """From here on the due are those without an open follow-up, and those whose colleague has left."""
    cursor.execute(statements.LEAVE_OPEN)
    cursor.execute(statements.GATHER_LEFT_BEHIND, values)
    cursor.execute("ANALYZE follow_up_due (customer_id, owner_id, value_at_risk)")


def _deal(cursor: CursorWrapper) -> None:
    """Give whoever has no named colleague to those who carry least."""
    cursor.execute("SELECT count(*) FROM follow_up_due WHERE owner_id IS NULL")
    unowned = cursor.fetchone()[0]
    carriers = queries.carriers()
    if not unowned or not carriers:
        return
    cursor.execute(statements.LOADS, {"carriers": carriers})
    loads = dict(cursor.fetchall())
    share = {"carriers": list(loads), "loads": list(loads.values()), "level": level(loads.values(), unowned)}
    cursor.execute(statements.DEAL, share)


def _name_owners(cursor: CursorWrapper, values: dict[str, Any]) -> int:
    """Whoever has a follow-up of a customer that nobody keeps is from now on the named colleague; returns how many."""
    named = _rows(cursor, statements.NAME_OWNERS, values)
    cursor.execute(statements.LIST_OWNERS, values)
    return named


def _rows(cursor: CursorWrapper, statement: str, values: dict[str, Any] | None = None) -> int:
    cursor.execute(statement, values)
    return cursor.rowcount


@transaction.atomic
def take_more(*, staff: User, on: date, at: datetime) -> int:
    """Open the next waiting customers of `staff`, up to the limit; returns how many."""
    plan_alone()
    rule = policies.current(CADENCE)
    room = rule.body.open_per_agent - FollowUp.objects.open().filter(owner=staff).count()
    following = list(_next_waiting(staff, on=on)[: max(0, room)])
    if not following:
        return 0
    run_id = Plan.objects.values_list("run_id", flat=True).first()
    FollowUp.objects.bulk_create([_opened(one, rule, run_id=run_id, on=on, at=at) for one in following])
    Waiting.objects.filter(pk__in=[one.pk for one in following]).delete()
    with connection.cursor() as cursor:
        _name_owners(cursor, {"line": Line.main().pk, "at": at})
    audit.record(staff, "follow_ups.taken", staff, at=at, opened=len(following))
    return len(following)


def _next_waiting(staff: User, *, on: date) -> QuerySet[Waiting]:
    """Those who wait for `staff` and are neither in work nor contacted today, most urgent first."""
    in_work = FollowUp.objects.open().filter(customer=OuterRef("customer"))
    contacted = CustomerListing.objects.filter(pk=OuterRef("customer"), last_contact_on__gte=on)
    return Waiting.objects.filter(~Exists(in_work), ~Exists(contacted), owner=staff).by_urgency()


def _opened(
    waiting: Waiting, rule: Published[CadencePolicy], *, run_id: int | None, on: date, at: datetime
) -> FollowUp:
    due_on = max(waiting.due_on, on)
    return FollowUp(
        customer_id=waiting.pk,
        cause=FollowUp.Cause.CADENCE,
        reasons=waiting.reasons,
        owner_id=waiting.owner_id,
        due_on=due_on,
        overdue_on=due_on + timedelta(days=rule.body.overdue_after_days),
        value_at_risk=waiting.value_at_risk,
        policy_version=rule.version,
        run_id=run_id,
        created_at=at,
    )
