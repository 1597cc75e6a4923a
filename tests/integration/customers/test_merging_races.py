"""Merges that meet each other, a plan, a rebuild of the list, or a run of scores."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection, connections
from django.utils.timezone import localdate, now

import shop
from shuke.core.registries import invariants
from shuke.customers import merging
from shuke.customers.merging import Pair
from shuke.customers.models import Customer, Identity, Merge
from shuke.followups import services as followups
from shuke.scoring import services as scoring
from shuke.scoring.models import Score
from shuke.segments import services as segments
from shuke.segments.models import CustomerListing
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 6, 30)


@pytest.fixture
def lead():
    return shop.user("lead", Role.OPERATIONS)


def ordered(name: str) -> Customer:
    customer = shop.customer(name)
    shop.order(customer, date(2026, 6, 1), 100)
    return customer


def alone(act, *args, **values):
    """`act` on a connection of its own thread."""
    try:
        return act(*args, **values)
    finally:
        connections.close_all()


def faults() -> list[str]:
    return [fault for check in invariants for fault in check()]


def test_merges_that_cross_leave_everybody_somewhere(lead):
    """A into B while B goes into C, and back: some are refused, and no identity is left with a shell."""
    people = [ordered(f"王{n}") for n in range(4)]
    start = Barrier(6)

    def merge(kept: Customer, absorbed: Customer) -> bool:
        start.wait(timeout=10)
        try:
            merging.merge(pair=Pair(kept.pk, absorbed.pk), by=lead, at=now())
        except (merging.ChangedMeanwhile, merging.SamePerson):
            return False
        return True

    a, b, c, d = people
    crossing = [(b, a), (a, b), (c, b), (b, c), (d, c), (a, d)]
    with ThreadPoolExecutor(len(crossing)) as threads:
        merged = list(threads.map(lambda pair: alone(merge, *pair), crossing))
    assert Merge.objects.count() == sum(merged) >= 1
    assert Customer.objects.standing().count() == len(people) - sum(merged)
    assert faults() == []
    for done in Merge.objects.order_by("-pk"):
        merging.undo(merge=done, by=lead, at=now())
    assert Identity.objects.values("customer").distinct().count() == len(people)


def test_two_undo_one_merge_and_it_is_undone_once(lead):
    one, two = ordered("王一"), ordered("王二")
    done = merging.merge(pair=Pair(one.pk, two.pk), by=lead, at=now())
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda _: alone(merging.undo, merge=done, by=lead, at=now()), range(2)))
    assert faults() == []
    assert one.identities.count() == two.identities.count() == 1


def test_scores_follow_a_merge_and_its_undoing(lead):
    one, two = ordered("王一"), ordered("王二")
    scoring.run(as_of=DAY)
    done = merging.merge(pair=Pair(one.pk, two.pk), by=lead, at=now())
    scoring.run(as_of=DAY)
    score = Score.objects.live().get()
    assert (score.customer_id, score.orders, score.money) == (one.pk, 2, 200)
    merging.undo(merge=done, by=lead, at=now())
    scoring.run(as_of=DAY)
    assert Score.objects.live().count() == 2


def test_scores_of_the_day_follow_within_seconds(lead):
    """The kept customer is scored by the orders of both at once, and the absorbed one by none."""
    one, two = ordered("王一"), ordered("王二")
    segments.refresh(run=scoring.run(), at=now())
    done = merging.merge(pair=Pair(one.pk, two.pk), by=lead, at=now())
    scoring.rescore_marked()
    assert [(row.pk, row.orders) for row in CustomerListing.objects.all()] == [(one.pk, 2)]
    assert faults() == []
    merging.undo(merge=done, by=lead, at=now())
    scoring.rescore_marked()
    assert sorted((row.pk, row.orders) for row in CustomerListing.objects.all()) == [(one.pk, 1), (two.pk, 1)]
    assert faults() == []


@pytest.mark.parametrize("act", ["merge", "undo"])
def test_who_is_merged_or_comes_back_during_a_rebuild_is_listed_right(lead, act):
    one, two = ordered("王一"), ordered("王二")
    run = scoring.run(as_of=DAY)
    segments.refresh(run=run, at=now())
    pair = Pair(one.pk, two.pk)
    done = merging.merge(pair=pair, by=lead, at=now()) if act == "undo" else None

    def change() -> None:
        if done:
            merging.undo(merge=done, by=lead, at=now())
        else:
            merging.merge(pair=pair, by=lead, at=now())

    def meanwhile(execute, sql, *rest):
        answer = execute(sql, *rest)
        if sql == "SELECT customer_list_index()":
            with ThreadPoolExecutor(1) as people:
                people.submit(alone, change).result(timeout=10)
        return answer

    with connection.execute_wrapper(meanwhile):
        segments.refresh(run=run, at=now())
    assert CustomerListing.objects.count() == (2 if done else 1)
    assert faults() == []


def test_a_plan_and_merges_at_once_leave_no_work_with_a_shell(lead):
    people = [ordered(f"王{n}") for n in range(12)]
    run = scoring.run(as_of=DAY)
    segments.refresh(run=run, at=now())
    CustomerListing.objects.update(tier="gold")

    def merge_all() -> None:
        for kept, absorbed in zip(people[::2], people[1::2], strict=True):
            merging.merge(pair=Pair(kept.pk, absorbed.pk), by=lead, at=now())

    with ThreadPoolExecutor(2) as threads:
        planning = threads.submit(alone, followups.plan, on=localdate(), run_id=run.pk, at=now())
        merging_ = threads.submit(alone, merge_all)
        planning.result(timeout=30)
        merging_.result(timeout=30)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM follow_up JOIN customer_merge ON absorbed_id = customer_id WHERE closed_at IS NULL"
        )
        assert cursor.fetchone() == (0,)
