"""What the pages of follow-ups read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, QuerySet, Sum
from django.utils.timezone import make_aware

from shuke.core import policies
from shuke.customers.models import Customer
from shuke.followups.models import FollowUp, Waiting
from shuke.followups.policies import CADENCE
from shuke.segments.queries import COUNTED
from shuke.staff.models import User
from shuke.staff.rights import Role

CARDS = 100
"""A column of the board shows this many; its head says how many there are."""


@dataclass(frozen=True, slots=True)
class Column:
    """One stage of the board: the first cards, and how many follow-ups there are in all."""

    stage: FollowUp.Stage
    follow_ups: Sequence[FollowUp]
    total: int


def today(staff: User, on: date, *, owner: User | None = None) -> QuerySet[FollowUp]:
    """What `staff` (or `owner`, as far as `staff` sees) should do on `on`, the greatest value at risk first."""
    return _shown(_at_hand(staff, on, owner)).by_urgency()


def board(staff: User, on: date, *, owner: User | None = None, most: int | None = None) -> list[Column]:
    """The same work by stage, and beside it what was done on `on`; at most `most` cards a column."""
    most = most or CARDS
    at_hand, done = _at_hand(staff, on, owner), done_today(staff, on, owner=owner)
    totals = dict(at_hand.order_by().values_list("stage").annotate(Count("pk")))
    stages = [stage for stage in FollowUp.Stage if stage != FollowUp.Stage.DONE]
    columns = [
        Column(stage, list(_shown(at_hand.filter(stage=stage)).by_urgency()[:most]), totals.get(stage, 0))
        for stage in stages
    ]
    return [*columns, Column(FollowUp.Stage.DONE, list(done[:most]), done.count())]


def board_state(staff: User, on: date, *, owner: User | None = None) -> str:
    """Another text whenever something on the board of `on` has changed; every change raises a row's version."""
    states = [
        rows.aggregate(rows=Count("pk"), versions=Sum("version"), keys=Sum("pk"))
        for rows in (_at_hand(staff, on, owner).order_by(), _done(staff, on, owner).order_by())
    ]
    return "-".join(str(value or 0) for state in states for value in state.values())


def done_today(staff: User, on: date, *, owner: User | None = None) -> QuerySet[FollowUp]:
    """The follow-ups closed on the business date `on`, the last one first."""
    return _shown(_done(staff, on, owner)).order_by("-closed_at", "-pk")


def escalated(staff: User) -> QuerySet[FollowUp]:
    """Open follow-ups that were left undone for too long, the oldest first."""
    late = FollowUp.objects.visible_to(staff).open().filter(escalated_at__isnull=False)
    return _shown(late).order_by("overdue_on", "-value_at_risk", "pk")


def of_customer(staff: User, customer: Customer) -> QuerySet[FollowUp]:
    """All follow-ups of a customer that `staff` may see: the open ones first, then the latest."""
    of_them = FollowUp.objects.visible_to(staff).filter(customer=customer).select_related("owner", "closed_by")
    return of_them.order_by("-closed_at", "-due_on", "-pk")


def anybody_waits_for(owner: User) -> bool:
    return Waiting.objects.filter(owner=owner).exists()


def waiting_count(staff: User, *, owner: User | None = None) -> int:
    """How many customers that `staff` sees, or of these the `owner`'s, are due but wait; at most one above COUNTED."""
    return _of(owner, Waiting.objects.visible_to(staff))[: COUNTED + 1].count()


def _at_hand(staff: User, on: date, owner: User | None):
    last = on + timedelta(days=policies.current(CADENCE).body.days_ahead)
    return _of(owner, FollowUp.objects.visible_to(staff).due(on=last))


def _done(staff: User, on: date, owner: User | None):
    begin, end = _bounds(on)
    return _of(owner, FollowUp.objects.visible_to(staff).done().filter(closed_at__gte=begin, closed_at__lt=end))


def _of(owner: User | None, follow_ups):
    return follow_ups.filter(owner=owner) if owner else follow_ups


def _shown(follow_ups):
    return follow_ups.select_related("customer__listing", "owner", "closed_by").defer("customer__listing__bigrams")


def _bounds(on: date) -> tuple[datetime, datetime]:
    """The moments at which a business date begins and ends."""
    return make_aware(datetime.combine(on, time.min)), make_aware(datetime.combine(on + timedelta(days=1), time.min))


def carriers() -> list[int]:
    """The colleagues among whom work is shared: the agents; where there is none, the managers; else whoever is there.

    In a shop of one person the administrator is the one who calls.
    """
    active = list(User.objects.filter(is_active=True).order_by("pk"))
    for carrying in (Role.AGENT, Role.MANAGER):
        if carriers := [user.pk for user in active if user.role == carrying]:
            return carriers
    return [user.pk for user in active]
