"""Survival: how long customers take to come again, and how long until they fall silent, by Kaplan and Meier.

    lives = survival.lives(tables, as_of=day, silence_days=90)   # lazy, one row per customer
    times = survival.times(lives, "came_back")                   # lazy, counted: an engine executes it
    found = survival.curves(<the rows, executed>)                # plain JSON, kept with the run

Customers of whom the end is not known yet count for as long as they have been seen, and no longer: leaving them out
would make a young shop look worse than it is, and counting them as loyal would make it look better.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from math import exp, log, sqrt
from typing import Any

import ibis
import ibis.expr.types as ir
from pydantic import BaseModel, ConfigDict

from shuke.analytics import rfm
from shuke.analytics.shares import SURE
from shuke.analytics.tables import Tables

EPOCH = date(1970, 1, 1)
EVERY_DAYS = 7
LONGEST_DAYS = 364
FEWEST = 30
"""A group of fewer customers has a curve that anything could bend."""
QUARTERS_A_YEAR = 4
EVERYBODY = ""
Times = Mapping[tuple[int, bool], int]
"""Customers by how many days they were seen, and whether it happened then."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Kept):
    """A day on which it happened to somebody: the share to whom it had not happened after that day.

    `error` is Greenwood's standard error. `low` and `high` hold 95 %, by the complementary log-log; they are not known
    once it has happened to all.
    """

    day: int
    at_risk: int
    events: int
    share: float
    error: float
    low: float | None
    high: float | None


class Point(_Kept):
    """The curve on a day, and how many were still watched then."""

    day: int
    at_risk: int
    share: float
    low: float | None
    high: float | None


class Curve(_Kept):
    """The curve of a group; `median` is the first day on which half of them or fewer are left, if it was reached."""

    group: str
    customers: int
    events: int
    median: int | None
    points: tuple[Point, ...]


class Curves(_Kept):
    """The curves of all groups that are large enough, and how many customers the others have."""

    curves: tuple[Curve, ...]
    too_few: dict[str, int] = {}


def kaplan_meier(times: Times) -> list[Step]:
    """The product-limit estimate with Greenwood's variance (Kaplan & Meier 1958; Kalbfleisch & Prentice 1980)."""
    at_risk, share, spread = sum(times.values()), 1.0, 0.0
    steps: list[Step] = []
    for day in sorted({day for day, _happened in times}):
        events = times.get((day, True), 0)
        if events:
            share *= 1 - events / at_risk
            spread += events / (at_risk * (at_risk - events)) if at_risk > events else 0.0
            low, high = _interval(share, sqrt(spread))
            error = share * sqrt(spread)
            steps.append(Step(day=day, at_risk=at_risk, events=events, share=share, error=error, low=low, high=high))
        at_risk -= events + times.get((day, False), 0)
    return steps


def _interval(share: float, spread: float) -> tuple[float | None, float | None]:
    """95 % on the scale log(-log), on which it cannot leave 0 to 1."""
    if share <= 0:
        return None, None
    reach = exp(SURE * spread / -log(share))
    return share**reach, share ** (1 / reach)


def curve(group: str, times: Times) -> Curve:
    """The curve of a group, a week apart, for as long as somebody was watched and a year at most."""
    steps = kaplan_meier(times)
    last = min(LONGEST_DAYS, max((day for day, _happened in times), default=0))
    return Curve(
        group=group,
        customers=sum(times.values()),
        events=sum(count for (_day, happened), count in times.items() if happened),
        median=next((step.day for step in steps if step.share <= 0.5), None),
        points=tuple(_point(day, steps, times) for day in range(0, last + 1, EVERY_DAYS)),
    )


def _point(day: int, steps: Sequence[Step], times: Times) -> Point:
    before = [step for step in steps if step.day <= day]
    at_risk = sum(count for (seen, _happened), count in times.items() if seen >= day)
    if not before:
        return Point(day=day, at_risk=at_risk, share=1.0, low=1.0, high=1.0)
    step = before[-1]
    return Point(day=day, at_risk=at_risk, share=step.share, low=step.low, high=step.high)


def curves(rows: Iterable[Mapping[str, Any]], *, name: Callable[[Any], str] = str, newest: int | None = None) -> Curves:
    """The curve of everybody, and one for each group of `FEWEST` or more; of the `newest` groups where told.

    Rows are those of `times` or `waits`; `name` says how a group is called.
    """
    grouped: dict[Any, Counter[tuple[int, bool]]] = {}
    for row in rows:
        grouped.setdefault(row["group"], Counter())[row["days"], row["happened"]] += row["customers"]
    sizes = {group: sum(times.values()) for group, times in grouped.items()}
    enough = sorted(group for group, size in sizes.items() if size >= FEWEST)
    chosen = enough[-newest:] if newest else enough
    everybody = sum(grouped.values(), Counter[tuple[int, bool]]())
    found = [curve(EVERYBODY, everybody)] if sum(everybody.values()) >= FEWEST else []
    return Curves(
        curves=(*found, *(curve(name(group), grouped[group]) for group in chosen)),
        too_few={name(group): size for group, size in sizes.items() if size < FEWEST},
    )


def lives(tables: Tables, *, as_of: date, silence_days: int) -> ir.Table:
    """One row per customer with an order before `as_of`, all in days since their first order.

    `age` to the last day that is seen; `came_back` to the next day with an order; `fell_silent` to the end of the
    first `silence_days` without one, whatever came later. `group` is the quarter of the first order.
    """
    moved = rfm.movements(tables, seen_until=as_of)
    day = moved.ordered_on.delta(ibis.literal(EPOCH), unit="day").cast("int64")
    known = moved.mutate(day=day, before=day - moved.gap).group_by("identity_id")
    people = known.agg(
        first_on=ibis._.ordered_on.min(),
        first_day=ibis._.day.min(),
        last_day=ibis._.day.max(),
        second_day=ibis._.day.min(where=ibis._.gap.notnull()),
        silent_day=ibis._.before.min(where=ibis._.gap > silence_days),
    )
    people = people.filter(people.first_on.notnull()).semi_join(tables.identities, "identity_id")
    last_seen = (as_of - EPOCH).days - 1
    is_silent = last_seen - people.last_day >= silence_days
    silent_day = people.silent_day.coalesce(is_silent.ifelse(people.last_day, None))
    return people.select(
        group=people.first_on.year().cast("int64") * QUARTERS_A_YEAR + people.first_on.quarter() - 1,
        age=last_seen - people.first_day,
        came_back=people.second_day - people.first_day,
        fell_silent=silent_day - people.first_day + silence_days,
    )


def times(lives: ir.Table, event: str) -> ir.Table:
    """How many of a `group` were seen for how many `days`, and whether the event, a column of `lives`, `happened`."""
    told = lives.select("group", days=lives[event].coalesce(lives.age), happened=lives[event].notnull())
    return told.group_by("group", "days", "happened").agg(customers=told.count())


def waits(tables: Tables, groups: ir.Table, *, since: date, as_of: date) -> ir.Table:
    """The same of the next order of customers who were in a `group` on a day: `groups` has `customer_id` and `group`.

    The first day that counts is `since` itself, for what was known then ended the day before. Groups of an earlier day
    and not of now: who is gold now has bought lately, which would be its own proof.
    """
    moved = rfm.movements(tables, seen_until=as_of)
    first = moved.group_by("identity_id").agg(next_on=moved.ordered_on.min(where=moved.ordered_on >= since))
    known = first.inner_join(tables.identities, "identity_id").select("customer_id", "next_on")
    watched = groups.left_join(known, "customer_id")
    wait = watched.next_on.delta(ibis.literal(since), unit="day").cast("int64") + 1
    told = watched.select("group", days=wait.coalesce((as_of - since).days), happened=wait.notnull())
    return told.group_by("group", "days", "happened").agg(customers=told.count())


def quarter_name(number: int) -> str:
    """What `lives` calls 8,105 is the second quarter of 2026: 2026 Q2."""
    return f"{number // QUARTERS_A_YEAR} Q{number % QUARTERS_A_YEAR + 1}"
