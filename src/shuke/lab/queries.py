"""Reading drafts, what was tried, and how a pilot compares with the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import F, Max, Min, QuerySet
from django.utils.timezone import localdate

from shuke.core import keyset, policies
from shuke.core.keyset import Key
from shuke.history.models import Order
from shuke.lab.models import Draft, Move, Trial
from shuke.scoring.models import Pilot
from shuke.scoring.queries import live_run
from shuke.segments.models import CustomerListing
from shuke.staff.models import User

__all__ = [
    "Moves",
    "Part",
    "compare",
    "days",
    "default_day",
    "drafts",
    "examples",
    "facts_until",
    "is_behind",
    "last_trial",
    "moves",
]

PAGE_SIZE = 30
BY_MONEY = Key(F("net_money_365"), int)

# Only who has been scored since the pilot began is compared; the others wait for the next run.
PARTS = """
WITH scored AS (
    SELECT live_score.customer_id, live_score.in_pilot, net_money_365, value_at_risk
    FROM live_score WHERE in_pilot IS NOT NULL
), moved AS (
    SELECT DISTINCT customer_id FROM membership WHERE kind = %(kind)s AND until >= %(since)s
), work AS (
    SELECT customer_id, count(*) AS follow_ups, count(*) FILTER (WHERE closed_at IS NOT NULL) AS done
    FROM follow_up WHERE created_at >= %(at)s AND withdrawn IS NULL GROUP BY customer_id
), spent AS (
    SELECT identity.customer_id, sum(amount) AS money
    FROM customer_order JOIN identity ON identity.id = customer_order.identity_id
    WHERE ordered_on >= %(since)s GROUP BY identity.customer_id
)
SELECT in_pilot, count(*), count(moved.customer_id), coalesce(sum(follow_ups), 0), coalesce(sum(done), 0),
    coalesce(sum(money), 0), coalesce(sum(value_at_risk), 0)
FROM scored LEFT JOIN moved USING (customer_id) LEFT JOIN work USING (customer_id) LEFT JOIN spent USING (customer_id)
GROUP BY in_pilot ORDER BY in_pilot DESC
"""


@dataclass(frozen=True, slots=True)
class Part:
    """The customers of a pilot, or the rest, since it began. Money in minor units."""

    in_pilot: bool
    customers: int
    moved: int
    follow_ups: int
    done: int
    money: int
    value_at_risk: int

    @property
    def moved_share(self) -> float:
        return self.moved / self.customers

    @property
    def follow_ups_each(self) -> float:
        return self.follow_ups / self.customers

    @property
    def money_each(self) -> int:
        return round(self.money / self.customers)

    @property
    def value_at_risk_each(self) -> int:
        return round(self.value_at_risk / self.customers)


@dataclass(frozen=True, slots=True)
class Moves:
    """A page of those who would move, the most money first, with the cursors of its neighbours."""

    rows: list[Move]
    previous: str
    following: str


def drafts() -> QuerySet[Draft]:
    """What is being thought about: the open drafts, the latest first."""
    return Draft.objects.open().select_related("changed_by", "pilot")


def last_trial(draft: Draft) -> Trial | None:
    return draft.trials.first()


def is_behind(draft: Draft) -> bool:
    """Has the policy been published since the draft was held against it?"""
    return policies.current(draft.of).version != draft.replaces


def days() -> tuple[date, date] | None:
    """The first and the last day on which something can be tried; None where nobody has ordered yet."""
    first = Order.objects.exclude(identity=None).aggregate(first=Min("ordered_on"))["first"]
    return (first + timedelta(days=1), localdate()) if first and first < localdate() else None


def default_day() -> date:
    """The day of the live run, else today."""
    run = live_run()
    return run.as_of if run else localdate()


def facts_until() -> date | None:
    """The day after the last order that is no plan: up to it, it is known who came."""
    last = Order.objects.filter(ordered_on__lte=localdate()).aggregate(last=Max("ordered_on"))["last"]
    return last + timedelta(days=1) if last else None


def moves(
    trial: Trial, *, staff: User, kind: str = "", was: str = "", now: str = "", after: str = "", before: str = ""
) -> Moves:
    """Those who would move, of one step or of all, as far as `staff` sees them."""
    rows = _visible(trial, staff)
    if kind:
        rows = rows.filter(**{f"{kind}_{side}": value for side, value in (("was", was), ("now", now)) if value})
    page = keyset.page(rows, BY_MONEY, descending=True, size=PAGE_SIZE, after=after, before=before)
    return Moves(_in_order(page.keys), page.previous, page.following)


def examples(trial: Trial, kind: str, was: str, now: str, *, staff: User, most: int) -> list[Move]:
    """A few who would make a step, the most money first."""
    of_step = _visible(trial, staff).filter(**{f"{kind}_was": was, f"{kind}_now": now})
    return _in_order(of_step.order_by("-net_money_365", "-pk").values_list("pk", flat=True)[:most])


def _visible(trial: Trial, staff: User) -> QuerySet[Move]:
    seen = CustomerListing.objects.visible_to(staff)
    return Move.objects.filter(trial=trial, customer__in=seen.values("customer"))


def _in_order(keys: Sequence[int]) -> list[Move]:
    found = Move.objects.select_related("customer__listing").in_bulk(keys)
    return [found[key] for key in keys if key in found]


def compare(pilot: Pilot) -> list[Part]:
    """The pilot and the rest since it began; nothing before the first run that obeyed it."""
    run = live_run()
    if run is None or run.pilot_id != pilot.pk:
        return []
    values = {"kind": pilot.kind, "since": localdate(pilot.began_at), "at": pilot.began_at}
    with connection.cursor() as cursor:
        cursor.execute(PARTS, values)
        return [Part(*row) for row in cursor.fetchall()]
