"""The shop as a whole, and who is slipping: what each figure means, and the reading behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, QuerySet, Sum

from shuke.core import keyset, policies
from shuke.core.keyset import Key
from shuke.followups.models import FollowUp
from shuke.reports.models import Slip, Study, TierFlow, TierMove, ValueTally
from shuke.reports.policies import INSIGHT, InsightPolicy
from shuke.scoring.models import LiveRun
from shuke.segments.models import Quadrant
from shuke.segments.queries import COUNTED
from shuke.staff.models import User

__all__ = [
    "Flow",
    "Page",
    "Quarter",
    "earlier_days",
    "every_slip",
    "flows",
    "moved",
    "nearest",
    "open_follow_ups",
    "policy_of",
    "slips",
    "study",
    "value_and_loyalty",
]

PAGE_SIZE = 30
BATCH = 2_000
USUAL_DAYS = 30
BY_VALUE_AT_RISK = Key(F("value_at_risk"), int)


@dataclass(frozen=True, slots=True)
class Quarter:
    """One quarter of value and loyalty, of the customers that somebody sees; money in minor units.

    Shares are of all scored customers, and of all money; none where there is nothing to share.
    """

    quadrant: Quadrant
    customers: int
    money: int
    net_money_365: int
    value_at_risk: int
    customers_share: float | None
    money_share: float | None


@dataclass(frozen=True, slots=True)
class Flow:
    """How many went from one tier to another, or stayed; blank is no tier."""

    former: str
    present: str
    customers: int
    net_money_365: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows, and how many there are: at most one more than COUNTED."""

    rows: list
    previous: str
    following: str
    count: int


def study() -> Study | None:
    """What was found of the shop after the live run; None before the first, or until it is counted."""
    live = LiveRun.objects.filter(id=1).values("run_id")
    return Study.objects.filter(run__in=live).select_related("run").first()


def policy_of(found: Study) -> InsightPolicy:
    """The policy by which a study was made."""
    return policies.at_version(INSIGHT, found.policy_version).body


def value_and_loyalty(*, staff: User) -> list[Quarter]:
    """The four quarters of the customers that `staff` sees, the most worth first."""
    rows = ValueTally.objects.visible_to(staff).values("quadrant")
    measures = ("customers", "money", "net_money_365", "value_at_risk")
    summed = {
        row["quadrant"]: {name: int(row[f"sum_{name}"]) for name in measures}
        for row in rows.annotate(**{f"sum_{name}": Sum(name) for name in measures})
    }
    nothing = dict.fromkeys(measures, 0)
    found = [(each, summed.get(each.value, nothing)) for each in Quadrant]
    customers, money = (sum(figures[name] for _quadrant, figures in found) for name in ("customers", "money"))
    return [
        Quarter(
            quadrant,
            **figures,
            customers_share=figures["customers"] / customers if customers else None,
            money_share=figures["money"] / money if money > 0 else None,
        )
        for quadrant, figures in found
    ]


def earlier_days() -> list[date]:
    """The days from which tiers have been followed to the live run, the latest first."""
    return list(TierFlow.objects.values_list("since", flat=True).distinct().order_by("-since"))


def nearest(days: list[date], as_of: date) -> date | None:
    """Of some days the one that is nearest to `USUAL_DAYS` before."""
    usual = as_of - timedelta(USUAL_DAYS)
    return min(days, key=lambda day: abs((day - usual).days), default=None)


def flows(*, staff: User, since: date) -> list[Flow]:
    """Where the customers that `staff` sees have gone since a day."""
    rows = TierFlow.objects.visible_to(staff).filter(since=since).values_list("former", "present")
    summed = rows.annotate(Sum("customers"), Sum("net_money_365")).order_by("former", "present")
    return [Flow(former, present, int(customers), int(money)) for former, present, customers, money in summed]


def moved(*, staff: User, since: date, former: str, present: str, after: str = "", before: str = "") -> Page:
    """Who went from one tier to another and is there still, the greatest value at risk first."""
    rows = TierMove.objects.visible_to(staff).filter(since=since, former=former, present=present)
    return _page(rows.filter(listing__tier=F("present")), after, before)


def slips(*, staff: User, cause: str = "", after: str = "", before: str = "") -> Page:
    """Who is slipping among those whom `staff` sees, the greatest value at risk first."""
    return _page(_slipping(staff, cause), after, before)


def every_slip(*, staff: User, cause: str = "") -> Iterator[Slip]:
    """All of them, for an export; read in batches, so that memory stays small."""
    rows = _slipping(staff, cause).order_by("-value_at_risk", "-pk")
    yield from rows.select_related("listing__owner").iterator(chunk_size=BATCH)


def open_follow_ups(customers: list[int], *, staff: User) -> dict[int, FollowUp]:
    """The follow-up that is due first of each of these customers, among those that `staff` sees."""
    rows = FollowUp.objects.visible_to(staff).open().filter(customer__in=customers).select_related("owner")
    return {row.customer_id: row for row in rows.order_by("-due_on", "-pk")}


def _slipping(staff: User, cause: str) -> QuerySet[Slip]:
    rows = Slip.objects.visible_to(staff).standing()
    return rows.because_of(cause) if cause else rows


def _page(rows: QuerySet, after: str, before: str) -> Page:
    found = keyset.page(rows, BY_VALUE_AT_RISK, descending=True, size=PAGE_SIZE, after=after, before=before)
    whole = rows.model.objects.select_related("listing__owner").in_bulk(found.keys)
    count = rows[: COUNTED + 1].count()
    return Page([whole[key] for key in found.keys], found.previous, found.following, count)
