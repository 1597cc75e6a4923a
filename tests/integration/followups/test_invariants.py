"""What `shuke verify` says of follow-ups: nothing of good ones, the fault of broken ones."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

import settings as test_settings
from integration.followups.conftest import DAY, noon
from shuke.core import policies
from shuke.followups import services
from shuke.followups.invariants import faults
from shuke.followups.models import FollowUp, Outcome
from shuke.followups.policies import CADENCE


def limit(most):
    current = policies.current(CADENCE)
    body = current.body.model_copy(update={"open_per_agent": most})
    policies.publish(kind=CADENCE, body=body, replaces=current.version, by=None, at=noon(DAY))


@contextmanager
def without_the_index(name: str) -> Iterator[None]:
    """For the block, the database does not keep the promise of a unique index."""
    with psycopg.connect(test_settings.superuser(test_settings.DATABASE), autocommit=True) as database:
        (definition,) = database.execute("SELECT pg_get_indexdef(%s::regclass)", [name]).fetchone()
        database.execute(f"DROP INDEX {name}")
        try:
            yield
        finally:
            database.execute(definition)


def test_planned_closed_and_tried_again_is_as_it_must_be(shop):
    limit(2)
    agent = shop.colleague()
    for _ in range(3):
        shop.customer(owner=agent)
    shop.plan()
    assert FollowUp.objects.open().count() == 2
    first = FollowUp.objects.open().first()
    services.complete(follow_up=first, outcome=Outcome.NO_ANSWER, by=agent, at=noon(DAY))
    services.take_more(staff=agent, on=DAY, at=noon(DAY))
    limit(1)
    assert list(faults()) == []


def test_a_closed_one_without_its_interaction_is_a_fault(shop):
    follow_up = shop.follow_up(owner=shop.colleague())
    follow_up.close(Outcome.REACHED, by=follow_up.owner, at=noon(DAY))
    assert list(faults()) == [f"follow-up {follow_up.pk} is closed without an outcome or an interaction"]


def test_more_than_the_limit_opened_in_one_go_is_a_fault(shop):
    limit(1)
    agent, version = shop.colleague(), policies.current(CADENCE).version
    for _ in range(2):
        shop.follow_up(owner=agent, policy_version=version)
    (fault,) = faults()
    assert fault.endswith(f"opened 2 follow-ups for person {agent.pk}; the limit is 1")


@pytest.mark.django_db(transaction=True)
def test_two_open_ones_for_one_cause_are_a_fault(transactional_db, shop):
    with without_the_index("one_open_follow_up_per_customer_and_cause"):
        follow_up = shop.follow_up(owner=shop.colleague())
        customer = follow_up.customer
        shop.follow_up(owner=follow_up.owner, customer=customer, due_on=DAY.replace(day=20))
        found = list(faults())
        FollowUp.objects.all().delete()
    assert found == [f"customer {customer.pk} has 2 open follow-ups for the cause cadence"]
