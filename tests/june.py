"""A shop in June 2026 for tests of what moves between two runs: each of its customers goes another way.

By spend a year gold begins at 500,000 and silver at 100,000. Between the first and the last day of June

    falls   is gold, then pays nearly everything back: bronze
    late    usually comes every ten days, and has not for 21
    sleeps  has last come in March: was active, is dormant
    stays   came in May, once
    comes   comes for the first time
"""

from dataclasses import dataclass
from datetime import date

from django.utils.timezone import now

import shop
from shuke.core import policies
from shuke.customers.models import Customer, CustomerOwner
from shuke.reports import services as reports
from shuke.scoring import services as scoring
from shuke.scoring.models import Run
from shuke.scoring.policies import TIER
from shuke.segments import services as segments
from shuke.staff.models import Line, User

EARLY, LATE = date(2026, 6, 1), date(2026, 6, 30)
FORTUNE = 60_000_000
"""Minor units."""


@dataclass
class June:
    """The customers by name, and both runs."""

    customers: dict[str, Customer]
    early: Run
    late: Run


def customers() -> dict[str, Customer]:
    """The five, with all their facts."""
    people = {name: shop.customer(name, key=name) for name in ("falls", "late", "sleeps", "stays", "comes")}
    fortune = shop.order(people["falls"], date(2026, 5, 20), FORTUNE)
    shop.event(fortune, "refund", date(2026, 6, 10), FORTUNE - 100)
    for day in (date(2026, 5, 20), date(2026, 5, 30), date(2026, 6, 9)):
        shop.order(people["late"], day, 10_000)
    shop.order(people["sleeps"], date(2026, 3, 20), 20_000)
    shop.order(people["stays"], date(2026, 5, 25), 30_000)
    shop.order(people["comes"], date(2026, 6, 20), 40_000)
    return people


def june(owners: dict[str, User] | None = None) -> June:
    """The shop after both runs, counted and studied; `owners` by the customers' names."""
    body = TIER.body(mode="by_spend")
    policies.publish(kind=TIER, body=body, replaces=policies.current(TIER).version, by=None, at=now())
    people = customers()
    for name, owner in (owners or {}).items():
        CustomerOwner.objects.create(customer=people[name], line=Line.main(), owner=owner, since=now())
    return June(people, scored(EARLY), scored(LATE))


def scored(day: date) -> Run:
    run = scoring.run(as_of=day)
    segments.refresh(run=run, at=now())
    reports.refresh(run_id=run.pk)
    reports.study(run_id=run.pk)
    return run
