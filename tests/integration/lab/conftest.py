"""A shop of twenty, in order: customer 1 came yesterday and spent most, customer 20 came 20 days ago."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import now

import queue_of_jobs
import shop
from shuke.core import policies
from shuke.customers.models import Customer
from shuke.lab import services
from shuke.lab.models import Draft
from shuke.scoring import services as scoring
from shuke.scoring.models import Run
from shuke.scoring.policies import TIER
from shuke.segments import services as segments
from shuke.staff.models import User
from shuke.staff.rights import Role

DAY = date(2026, 6, 30)


@pytest.fixture
def ops(db) -> User:
    queue_of_jobs.empty()
    return shop.user("周敏", Role.OPERATIONS)


@pytest.fixture
def twenty(db) -> list[Customer]:
    customers = [shop.customer(f"customer-{number}") for number in range(1, 21)]
    for number, customer in enumerate(customers, start=1):
        shop.order(customer, DAY - timedelta(days=number), (21 - number) * 1_000)
    return customers


def score(as_of: date = DAY) -> Run:
    run = scoring.run(as_of=as_of)
    segments.refresh(run=run, at=now())
    return run


def top_ten(ops: User, **changes) -> Draft:
    """A draft by which gold are the best 10 % by money."""
    current = policies.current(TIER)
    body = current.body.model_copy(update={"gold_money_share": 0.10, **changes})
    return services.start(kind=TIER, body=body, replaces=current.version, by=ops, at=now())


def tried(draft: Draft, ops: User, day: date = DAY):
    trial = services.ask(draft=draft, day=day, by=ops, at=now())
    services.try_out(trial=trial)
    return trial
