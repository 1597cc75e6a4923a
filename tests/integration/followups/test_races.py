"""Several at once, in transactions of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from django.db import connections

from integration.followups.conftest import DAY, Shop, noon
from shuke.core.databases import conninfo
from shuke.core.models import AuditEntry
from shuke.followups import services
from shuke.followups.jobs import plan_day
from shuke.followups.models import FollowUp, Plan, Waiting
from shuke.history.models import Interaction
from shuke.scoring.registries import Rescored
from shuke.segments.models import CustomerListing
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act returned or raised, when all begin in the same moment."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            start.wait(timeout=10)
            return act()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.parametrize("_round", range(5))
def test_two_people_complete_one_follow_up_and_the_second_is_told(shop: Shop, _round):
    agent, administrator = shop.colleague("陈静"), shop.colleague("王芳", role=Role.ADMINISTRATOR)
    follow_up = shop.follow_up(owner=agent)

    def closing(by):
        return lambda: services.complete(follow_up=follow_up, outcome="no_answer", by=by, at=noon(DAY))

    results = at_once(closing(agent), closing(administrator))
    (closed,) = [result for result in results if isinstance(result, FollowUp)]
    (refusal,) = [result for result in results if isinstance(result, services.AlreadyClosed)]
    assert str(closed.closed_by) in str(refusal)
    assert (Interaction.objects.count(), FollowUp.objects.open().count()) == (1, 1)


def test_both_follow_ups_of_one_customer_are_closed_at_once(shop: Shop):
    agent = shop.colleague()
    customer = shop.customer(owner=agent)
    both = [
        shop.follow_up(owner=agent, customer=customer, cause=cause, due_on=due_on)
        for cause, due_on in (("cadence", DAY), ("promise", DAY.replace(day=20)))
    ]
    results = at_once(
        *(lambda one=one: services.complete(follow_up=one, outcome="busy", by=agent, at=noon(DAY)) for one in both)
    )
    assert all(isinstance(result, FollowUp) for result in results), results
    assert FollowUp.objects.open().count() == 1


def test_two_planners_at_once_plan_once(shop: Shop):
    agent = shop.colleague()
    for _ in range(40):
        shop.customer(owner=agent)
    results = at_once(*[lambda: services.plan(on=DAY, run_id=1, at=noon(DAY))] * 2)
    assert all(isinstance(result, Plan) for result in results), results
    plan = Plan.objects.get()
    assert (plan.opened, FollowUp.objects.count(), plan.waiting, Waiting.objects.count()) == (30, 30, 10, 10)


def test_a_planner_and_people_at_work_do_not_meet(shop: Shop):
    agent = shop.colleague()
    follow_ups = [shop.follow_up(owner=agent) for _ in range(6)]
    for _ in range(40):
        shop.customer(owner=agent)
    results = at_once(
        lambda: services.plan(on=DAY, run_id=1, at=noon(DAY)),
        lambda: services.take_more(staff=agent, on=DAY, at=noon(DAY)),
        *(
            lambda one=one: services.complete(follow_up=one, outcome="busy", by=agent, at=noon(DAY))
            for one in follow_ups
        ),
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert FollowUp.objects.open().count() == 30
    assert FollowUp.objects.open().values("customer").distinct().count() == 30


def test_twice_asking_for_more_stays_under_the_limit(shop: Shop):
    agent = shop.colleague()
    for _ in range(70):
        shop.customer(owner=agent)
    services.plan(on=DAY, run_id=1, at=noon(DAY))
    for follow_up in FollowUp.objects.all()[:20]:
        services.complete(follow_up=follow_up, outcome="reached", by=agent, at=noon(DAY))
    taken = at_once(*[lambda: services.take_more(staff=agent, on=DAY, at=noon(DAY))] * 2)
    assert (sorted(taken), FollowUp.objects.open().count(), Waiting.objects.count()) == ([0, 20], 30, 20)


def test_the_job_may_run_twice(shop: Shop):
    shop.customer(owner=shop.colleague())
    for _ in range(2):
        plan_day(on=DAY.isoformat(), run_id=3)
    assert (FollowUp.objects.get().run_id, Plan.objects.get().opened) == (3, 1)
    assert AuditEntry.objects.filter(action="follow_ups.planned").count() == 2


def test_the_job_is_known_to_the_queue():
    assert plan_day.name == "followups.plan_day"


def test_a_score_of_the_day_does_not_wait_for_whoever_is_closing_a_follow_up(shop: Shop):
    """They may wait for the row of the list that the day holds: neither would ever go on."""
    follow_up = shop.follow_up(owner=shop.colleague(), value_at_risk=5)
    CustomerListing.objects.update(value_at_risk=77)
    moved = Rescored(1, DAY, [follow_up.customer_id])
    with psycopg.connect(conninfo()) as closing:
        closing.execute("SELECT FROM follow_up WHERE id = %s FOR UPDATE", [follow_up.pk])
        with connections["default"].cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
            services.follow_scores(moved)
            cursor.execute("RESET lock_timeout")
    follow_up.refresh_from_db()
    assert follow_up.value_at_risk == 5
    services.follow_scores(moved)
    follow_up.refresh_from_db()
    assert follow_up.value_at_risk == 77
