"""KPI definitions: what each figure of the dashboard means, and the reading behind it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet, Sum
from django.utils.timezone import make_aware

from shuke.core import policies
from shuke.customers.models import Customer
from shuke.followups.models import FollowUp, Outcome
from shuke.followups.policies import CADENCE
from shuke.followups.queries import waiting_count
from shuke.history.queries import standing_interactions
from shuke.reports.models import CustomerTally, SalesTally
from shuke.segments.models import Activity, CustomerListing
from shuke.segments.queries import customer_list
from shuke.staff.models import User

__all__ = ["Base", "Coverage", "Sales", "Work", "base", "closed", "coverage", "sales", "slipping", "work"]

SALES_WINDOW = 30
CLOSED_WINDOW = 7
QUINTILES = (1, 2, 3, 4, 5)
AT_WORK = (Activity.NEW, Activity.ACTIVE)
NOT_SPOKEN = (Outcome.NO_ANSWER, Outcome.BUSY, Outcome.WRONG_NUMBER)


@dataclass(frozen=True, slots=True)
class Work:
    """Open follow-ups of those whom somebody sees: due by today, overdue, escalated; and who waits (10,001 is many)."""

    due: int
    overdue: int
    escalated: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Base:
    """The scored customers that somebody sees, by tier and activity and by quintiles, as the live run sees them."""

    by_tier: Counter[tuple[str, str]]
    by_quintile: Counter[tuple[int, int]]
    value_at_risk: int

    @property
    def scored(self) -> int:
        """Customers with at least one order that counts, so with a score."""
        return sum(self.by_tier.values())

    @property
    def active(self) -> int:
        """Scored customers who are new or active."""
        return sum(self.of_activity(activity) for activity in AT_WORK)

    @property
    def active_share(self) -> float | None:
        """Active of scored customers; None while nobody is scored."""
        return self.active / self.scored if self.scored else None

    def of_tier(self, tier: str) -> int:
        return sum(count for (its, _activity), count in self.by_tier.items() if its == tier)

    def of_activity(self, activity: str) -> int:
        return sum(count for (_tier, its), count in self.by_tier.items() if its == activity)


@dataclass(frozen=True, slots=True)
class Coverage:
    """回访覆盖率: of the customers in tiers that people carry, those spoken with within their own interval.

    The interval is the shorter of what the cadence policy asks for their tier and for their activity, in days. To
    speak with somebody is any contact that did not end in no answer, a busy line or a wrong number.
    """

    contacted: int
    customers: int

    @property
    def share(self) -> float | None:
        """None where no tier is carried by people, or nobody is in one."""
        return self.contacted / self.customers if self.customers else None


@dataclass(frozen=True, slots=True)
class Sales:
    """Orders and net revenue of customers in the `SALES_WINDOW` days before a day, and in as many days before those.

    Net revenue is sales less returns, refunds and cancellations, in minor units, each on the day it happened.
    What was sold to nobody in particular stands apart: it is revenue, and belongs to no customer.
    """

    orders: int
    orders_before: int
    net_revenue: int
    net_revenue_before: int
    orders_without_customer: int
    net_revenue_without_customer: int

    @property
    def orders_change(self) -> float | None:
        return _change(self.orders, self.orders_before)

    @property
    def revenue_change(self) -> float | None:
        return _change(self.net_revenue, self.net_revenue_before)

    @property
    def share_without_customer(self) -> float | None:
        """Of all net revenue of the window; None where there was none."""
        whole = self.net_revenue + self.net_revenue_without_customer
        return self.net_revenue_without_customer / whole if whole > 0 else None


def work(*, staff: User, today: date) -> Work:
    """What waits for `staff`, or for those whose work they see."""
    open_ones = FollowUp.objects.visible_to(staff).open()
    return Work(
        due=open_ones.due(on=today).count(),
        overdue=open_ones.overdue(on=today).count(),
        escalated=open_ones.filter(escalated_at__isnull=False).count(),
        waiting=waiting_count(staff),
    )


def base(*, staff: User) -> Base:
    """Counts of the scored customers that `staff` sees."""
    rows = CustomerTally.objects.visible_to(staff).exclude(tier="")
    cells = rows.values_list("tier", "activity", "r_quintile", "f_quintile").annotate(
        Sum("customers"), Sum("value_at_risk")
    )
    by_tier: Counter[tuple[str, str]] = Counter()
    by_quintile: Counter[tuple[int, int]] = Counter()
    at_risk = 0
    for tier, activity, r, f, customers, value_at_risk in cells:
        by_tier[tier, activity] += customers
        by_quintile[r, f] += customers
        at_risk += int(value_at_risk)
    return Base(by_tier, by_quintile, at_risk)


def sales(*, staff: User, as_of: date) -> Sales:
    """Sales to the customers that `staff` sees; those without a customer only for whoever sees all."""
    since = as_of - timedelta(SALES_WINDOW)
    rows = SalesTally.objects.visible_to(staff)
    lately = rows.filter(day__gte=since)
    orders, revenue = _sold(lately.filter(named=True))
    orders_before, revenue_before = _sold(rows.filter(day__lt=since, named=True))
    return Sales(orders, orders_before, revenue, revenue_before, *_sold(lately.filter(named=False)))


def coverage(*, staff: User, counted: Base, today: date) -> Coverage:
    """Coverage of the customers that `staff` sees; contacts count at once, tiers and activities as in `counted`.

    Starts from the contacts of the longest interval, which are as many as people can make, never from the customers.
    """
    intervals = _intervals_of_people()
    customers = sum(counted.by_tier[group] for group in intervals)
    if not customers:
        return Coverage(0, 0)
    within = Q()
    for (tier, activity), days in intervals.items():
        group = Q(identity__customer__listing__tier=tier, identity__customer__listing__activity=activity)
        within |= group & Q(happened_on__gt=today - timedelta(days))
    spoken = (
        standing_interactions()
        .filter(within, happened_on__gt=today - timedelta(max(intervals.values())))
        .filter(identity__customer__in=Customer.objects.visible_to(staff))
        .exclude(outcome__in=NOT_SPOKEN)
    )
    return Coverage(spoken.values("identity__customer").distinct().count(), customers)


def closed(*, staff: User, today: date, weeks_ago: int = 0) -> QuerySet[FollowUp]:
    """Follow-ups closed within `CLOSED_WINDOW` days, today included, the last one first; or that long before."""
    until = make_aware(datetime.combine(today + timedelta(1 - CLOSED_WINDOW * weeks_ago), time.min))
    window = {"closed_at__gte": until - timedelta(CLOSED_WINDOW), "closed_at__lt": until}
    rows = FollowUp.objects.visible_to(staff).done().filter(**window)
    return rows.select_related("customer__listing", "owner", "closed_by").order_by("-closed_at", "-pk")


def slipping(*, staff: User, most: int) -> list[CustomerListing]:
    """The customers whom we stand to lose most by: the top of the list that the page of customers begins with."""
    top = customer_list(staff=staff, filters={}, sort="-risk").rows[:most]
    return [row for row in top if row.value_at_risk > 0]


def _intervals_of_people() -> dict[tuple[str, str], int]:
    """Days between two contacts by tier and activity, for the tiers that people carry."""
    cadence = policies.current(CADENCE).body
    return {
        (rule["tier"], other["activity"]): min(rule["every_days"], other["every_days"])
        for rule in cadence.tiers_of_people()
        for other in cadence.activities()
    }


def _sold(rows: QuerySet[SalesTally]) -> tuple[int, int]:
    """Orders and net revenue."""
    found = rows.aggregate(orders=Sum("orders", default=0), net_revenue=Sum("net_revenue", default=0))
    return int(found["orders"]), int(found["net_revenue"])


def _change(now: int, before: int) -> float | None:
    """Relative change; None where there is nothing to compare with."""
    return (now - before) / before if before > 0 else None
