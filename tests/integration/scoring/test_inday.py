"""In the day: what has become known of a customer moves score, tier, activity and list row, of that customer only."""

import random
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event

import psycopg
import pyarrow as pa
import pytest
from django.db import connections
from django.utils.timezone import localdate, now

import queue_of_jobs
import shop
from shuke.core import policies
from shuke.core.databases import conninfo
from shuke.customers import merging
from shuke.customers.models import Customer, Identity
from shuke.history import services as history
from shuke.history.models import CustomerMark, Order
from shuke.scoring import engines, partitions, queries, services
from shuke.scoring.locks import IN_DAY_LOCK
from shuke.scoring.models import LiveScore, Run, ScoreToday
from shuke.scoring.policies import RFM, at_versions
from shuke.scoring.registries import rescored
from shuke.scoring.services import inday
from shuke.segments import services as segments
from shuke.segments.invariants import faults
from shuke.segments.models import CustomerListing, Membership
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = localdate()


def ago(days: int) -> date:
    return TODAY - timedelta(days)


def sell(to: Customer, on: date, amount: int = 10_000) -> Order:
    """An order as a single fact comes in: with the mark of its customer."""
    order = shop.order(to, on, amount)
    history.mark(identities=[order.identity_id])
    return order


def undo(order: Order) -> None:
    events = order.events.values_list("happened_on", flat=True)
    history.mark(identities=[order.identity_id], days=[order.ordered_on, *events])
    order.delete()


def score_everybody() -> Run:
    run = services.run()
    segments.refresh(run=run, at=now())
    return run


def score_of(customer: Customer) -> dict[str, object] | None:
    return LiveScore.objects.filter(customer=customer).values().first()


def present_groups() -> list[tuple[int, str]]:
    rows = Membership.objects.filter(until=None).order_by("customer", "kind")
    return list(rows.values_list("customer", "value"))


def listed(customer: Customer) -> CustomerListing:
    return CustomerListing.objects.get(pk=customer.pk)


def apart(act: Callable[[], object]) -> object:
    """Do something as another process would, on a connection of its own."""

    def do() -> object:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        return other.submit(do).result(timeout=30)


def before(function: Callable, act: Callable[[], object]) -> Callable:
    """`function`, but the first time `act` happens elsewhere just before it."""
    acts = [act]

    def both(*args, **kwargs):
        if acts:
            apart(acts.pop())
        return function(*args, **kwargs)

    return both


@pytest.fixture(autouse=True)
def empty_queue(transactional_db):
    queue_of_jobs.empty()


@pytest.fixture
def wang() -> Customer:
    """Silent for long, among others who are not; everybody is scored and listed."""
    wang = shop.customer("王芳")
    shop.order(wang, ago(500), 50_000)
    shop.order(wang, ago(400), 50_000)
    for days in range(10, 100, 10):
        shop.order(shop.customer(f"顾客{days}"), ago(days), days * 1_000)
    score_everybody()
    return wang


def test_an_order_of_today_moves_score_tier_activity_and_list_row_at_once(wang):
    others = list(CustomerListing.objects.exclude(pk=wang.pk).order_by("pk").values())
    assert (listed(wang).tier, listed(wang).activity) == ("bronze", "lost")
    sell(wang, TODAY, 900_000)
    assert services.rescore_marked() == 1
    score = LiveScore.objects.get(customer=wang)
    assert (score.days_since_last, score.orders, score.money, score.as_of) == (0, 3, 1_000_000, TODAY)
    assert (score.tier, score.activity, score.value_at_risk) == ("gold", "active", 0)
    row = listed(wang)
    assert (row.tier, row.activity, row.orders, row.days_since_last) == ("gold", "active", 3, 0)
    present = Membership.objects.filter(customer=wang, until=None).order_by("kind")
    moved = {"activity": "active", "journey": "loyal", "stage": "grow", "tier": "gold"}
    assert {each.kind: each.value for each in present} == moved
    assert {each.since for each in present} == {TODAY}
    assert list(CustomerListing.objects.exclude(pk=wang.pk).order_by("pk").values()) == others
    assert not CustomerMark.objects.exists()
    assert services.rescore_marked() == 0
    assert list(faults()) == list(queries.faults()) == []


def test_a_contact_that_says_nothing_changes_no_score(wang):
    score, row = score_of(wang), listed(wang)
    history.record_interaction(customer=wang, at=now(), channel="phone")
    assert services.rescore_marked() == 1
    assert score_of(wang) == score
    assert listed(wang).last_contact_on == TODAY
    assert listed(wang).value_at_risk == row.value_at_risk


def test_an_order_taken_back_takes_everything_back(wang):
    score, row, since = score_of(wang), CustomerListing.objects.filter(pk=wang.pk).values().get(), ago(30)
    Membership.objects.update(since=since)
    memberships = list(Membership.objects.order_by("pk").values())
    order = sell(wang, TODAY, 900_000)
    services.rescore_marked()
    undo(order)
    services.rescore_marked()
    assert score_of(wang) == score
    assert CustomerListing.objects.filter(pk=wang.pk).values().get() == row
    assert list(Membership.objects.order_by("pk").values()) == memberships


def test_whose_only_order_is_taken_back_has_no_score_no_tier_and_no_activity():
    new = shop.customer("新来")
    order = shop.order(new, ago(3), 100)
    shop.order(shop.customer("王芳"), ago(4), 100)
    score_everybody()
    undo(order)
    services.rescore_marked()
    assert score_of(new) is None
    assert (listed(new).tier, listed(new).orders, listed(new).days_since_last) == ("", 0, -1)
    assert not Membership.objects.filter(customer=new, until=None).exists()
    score_everybody()
    assert score_of(new) is None
    assert not ScoreToday.objects.exists()


def test_who_comes_today_is_scored_and_listed_with_or_without_an_order(wang):
    buyer, caller = shop.customer("新客"), shop.customer("来电")
    sell(buyer, TODAY, 100)
    history.record_interaction(customer=caller, at=now(), channel="phone", outcome="reached")
    assert services.rescore_marked() == 2
    assert (listed(buyer).activity, listed(buyer).orders, listed(buyer).bigrams) == ("new", 1, ["客", "新", "新客"])
    assert score_of(caller) is None
    assert (listed(caller).tier, listed(caller).last_contact_on) == ("", TODAY)


def test_identities_that_move_score_both_customers(wang):
    twin = shop.customer("王小芳")
    shop.order(twin, ago(20), 400_000)
    score_everybody()
    alone = score_of(wang)
    record = twin.identities.get()
    Identity.objects.filter(pk=record.pk).update(customer=wang)
    history.mark(customers=[wang.pk, twin.pk])
    assert services.rescore_marked() == 2
    assert (score_of(wang)["orders"], score_of(wang)["days_since_last"]) == (3, 20)
    assert score_of(twin) is None
    assert not CustomerListing.objects.filter(pk=twin.pk).exists()
    assert list(faults()) == []
    Identity.objects.filter(pk=record.pk).update(customer=twin)
    history.mark(customers=[wang.pk, twin.pk])
    services.rescore_marked()
    assert score_of(wang) == alone
    assert (listed(twin).orders, listed(twin).name) == (1, "王小芳")


def test_a_merge_and_its_undoing_score_both_and_leave_them_as_they_were(wang):
    twin, lead = shop.customer("王小芳"), shop.user("lead", Role.ADMINISTRATOR)
    shop.order(twin, ago(20), 400_000)
    score_everybody()
    apart_they_are = score_of(wang), score_of(twin), present_groups()
    done = merging.merge(pair=merging.Pair(wang.pk, twin.pk), by=lead, at=now())
    services.rescore_marked()
    assert (score_of(wang)["orders"], listed(wang).orders, score_of(twin)) == (3, 3, None)
    merging.undo(merge=done, by=lead, at=now())
    services.rescore_marked()
    assert (score_of(wang), score_of(twin), present_groups()) == apart_they_are
    assert (listed(wang).orders, listed(twin).orders) == (2, 1)
    assert list(faults()) == []


def test_a_fact_that_was_marked_before_a_move_counts_for_whoever_has_the_identity_now(wang):
    twin = shop.customer("王小芳")
    sell(twin, TODAY)
    Identity.objects.filter(customer=twin).update(customer=wang)
    services.rescore_marked()
    assert score_of(wang)["days_since_last"] == 0


def test_a_fact_during_a_pass_is_not_lost(wang, monkeypatch):
    sell(wang, TODAY)
    monkeypatch.setattr(engines, "rescore", before(engines.rescore, lambda: sell(wang, TODAY)))
    services.rescore_marked()
    assert (score_of(wang)["orders"], CustomerMark.objects.count()) == (3, 1)
    services.rescore_marked()
    assert (score_of(wang)["orders"], CustomerMark.objects.count()) == (4, 0)


def test_a_pass_that_ends_halfway_leaves_nothing_of_itself(wang, monkeypatch):
    score, row = score_of(wang), listed(wang)
    sell(wang, TODAY, 900_000)

    def killed(moved):
        raise KeyboardInterrupt

    monkeypatch.setitem(rescored._items, "killed", killed)
    with pytest.raises(KeyboardInterrupt):
        services.rescore_marked()
    assert (score_of(wang), listed(wang).tier, CustomerMark.objects.count()) == (score, row.tier, 1)
    monkeypatch.undo()
    assert services.rescore_marked() == 1
    assert listed(wang).tier == "gold"


def test_marks_are_taken_in_batches_the_newest_first(wang, monkeypatch):
    monkeypatch.setattr(inday, "BATCH", 2)
    first, second, third = (shop.customer(name) for name in "甲乙丙")
    for each in (first, second, third):
        sell(each, TODAY)
    assert services.rescore_marked() == 2
    assert [score_of(each) is not None for each in (first, second, third)] == [False, True, True]
    assert (services.rescore_marked(), services.rescore_marked()) == (1, 0)


def test_a_fact_goes_before_those_whom_a_run_left_to_be_scored_again(wang, monkeypatch):
    early, late = (shop.customer(name) for name in "甲乙")
    sell(early, TODAY)
    services.rescore_marked()
    sell(late, TODAY)
    services.run()
    sell(wang, TODAY)
    monkeypatch.setattr(inday, "BATCH", 1)
    services.rescore_marked()
    assert (score_of(wang)["orders"], CustomerMark.objects.count()) == (3, 2)


def test_who_comes_while_a_pass_works_waits_for_it(wang):
    sell(wang, TODAY)
    done = Event()

    def pass_over() -> None:
        services.rescore_marked()
        done.set()
        connections.close_all()

    with psycopg.connect(conninfo(), autocommit=True) as other, ThreadPoolExecutor(1) as worker:
        other.execute("SELECT pg_advisory_lock(%s)", [IN_DAY_LOCK])
        waiting = worker.submit(pass_over)
        assert not done.wait(0.3)
        other.execute("SELECT pg_advisory_unlock(%s)", [IN_DAY_LOCK])
        waiting.result(timeout=30)
    assert score_of(wang)["orders"] == 3


def test_policies_count_as_they_were_when_everybody_was_scored(wang):
    sell(wang, ago(5))
    stricter = policies.current(RFM).body.model_copy(update={"recency_a_days": 2, "recency_b_days": 3})
    policies.publish(kind=RFM, body=stricter, replaces=policies.current(RFM).version, by=None, at=now())
    services.rescore_marked()
    assert score_of(wang)["r"] == "A"
    score_everybody()
    assert score_of(wang)["r"] == "C"


def test_a_run_that_is_switched_in_during_a_pass_leaves_the_pass_to_be_done_again(wang, monkeypatch):
    sell(wang, TODAY)
    monkeypatch.setattr(engines, "rescore", before(engines.rescore, services.run))
    assert services.rescore_marked() == 0
    assert services.rescore_marked() == 1
    score = LiveScore.objects.get(customer=wang)
    assert (score.orders, score.run_id) == (3, queries.live_run().pk)


def test_a_run_keeps_what_the_day_has_learned_since_its_snapshot(wang, monkeypatch):
    def meanwhile() -> None:
        sell(wang, ago(1))
        services.rescore_marked()

    monkeypatch.setattr(partitions, "write", before(partitions.write, meanwhile))
    run = services.run()
    score = LiveScore.objects.get(customer=wang)
    assert (score.orders, score.run_id, ScoreToday.objects.count()) == (3, run.pk, 1)
    assert services.rescore_marked() == 1
    score_everybody()
    assert (score_of(wang)["orders"], ScoreToday.objects.count()) == (3, 0)


def test_a_run_in_the_day_does_not_forget_the_orders_of_the_day(wang):
    sell(wang, TODAY)
    early = shop.customer("早")
    shop.order(early, TODAY, 100)  # as from a file: without a mark
    services.rescore_marked()
    score_everybody()
    assert (score_of(wang)["orders"], score_of(early)) == (3, None)
    assert services.rescore_marked() == 2
    assert (score_of(wang)["orders"], score_of(early)["orders"]) == (3, 1)


def test_a_bulk_of_the_day_waits_for_the_run_of_tomorrow(wang, monkeypatch):
    monkeypatch.setattr(inday, "MOST_AGAIN", 1)
    for name in ("甲", "乙"):
        shop.order(shop.customer(name), TODAY, 100)
    score_everybody()
    assert services.rescore_marked() == 0


def test_a_look_back_on_purpose_stays_a_look_back(wang):
    run = services.run(as_of=ago(450))
    sell(wang, TODAY)
    assert services.rescore_marked() == 0
    assert (score_of(wang)["orders"], score_of(wang)["run_id"]) == (1, run.pk)
    score_everybody()
    services.rescore_marked()
    assert score_of(wang)["orders"] == 3


def test_the_first_fact_of_a_shop_asks_for_a_run_of_everybody():
    wang = shop.customer("王芳")
    sell(wang, TODAY)
    assert (services.rescore_marked(), services.rescore_marked()) == (0, 0)
    assert queue_of_jobs.states("scoring.run") == [("todo", 0)]
    queue_of_jobs.work_through()
    assert services.rescore_marked() == 1
    assert (score_of(wang)["orders"], listed(wang).activity) == (1, "new")


def test_a_list_that_is_being_rebuilt_holds_the_day_up_no_longer_than_its_switch_and_has_it_after(wang):
    run = services.run()
    twin = shop.customer("王小芳")

    def meanwhile() -> None:
        Identity.objects.filter(customer=wang).update(customer=twin)
        history.mark(customers=[wang.pk, twin.pk])
        sell(twin, TODAY)
        assert services.rescore_marked() == 2

    acts = [meanwhile]

    def when_filled(execute, sql, *rest):
        done = execute(sql, *rest)
        if sql == "SELECT customer_list_index()":
            apart(acts.pop())
        return done

    with connections["default"].execute_wrapper(when_filled):
        segments.refresh(run=run, at=now())
    assert not CustomerListing.objects.filter(pk=wang.pk).exists()
    assert (listed(twin).orders, listed(twin).days_since_last) == (3, 0)


def test_whoever_was_merged_after_the_run_was_scored_is_nobodys_member(wang):
    twin = shop.customer("王小芳")
    shop.order(twin, ago(20), 100)
    run = services.run()
    Identity.objects.filter(customer=twin).update(customer=wang)
    segments.refresh(run=run, at=now())
    assert not Membership.objects.filter(customer=twin).exists()


def test_readers_open_the_scores_of_the_live_run_only(wang):
    for days in (2, 1, 0):
        services.run(as_of=ago(days))
    with connections["default"].cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) SELECT count(*) FROM live_score")
        partitions = [line for (line,) in cursor.fetchall() if re.search(r" on score_\d+_low", line)]
    assert sum("never executed" not in line for line in partitions) == 1 < len(partitions)


def test_readers_see_one_score_of_a_customer_at_every_moment(wang):
    stop = Event()

    def read() -> set[int]:
        seen = set()
        with psycopg.connect(conninfo(), autocommit=True) as reader:
            while not stop.is_set():
                rows = reader.execute("SELECT orders FROM live_score WHERE customer_id = %s", [wang.pk]).fetchall()
                seen.add(len(rows))
                seen.add(-rows[0][0])
        return seen

    with ThreadPoolExecutor(1) as readers:
        reading = readers.submit(read)
        try:
            for _each in range(3):
                sell(wang, TODAY)
                services.rescore_marked()
                score_everybody()
        finally:
            stop.set()
        assert reading.result(timeout=30) == {1, -2, -3, -4, -5}


@pytest.mark.parametrize("seed", range(5))
def test_the_day_says_what_a_run_of_everybody_would_say(seed):
    """Any shop, any facts and moves since: all scores are those of the whole mirror, all rows those of a rebuild."""
    chance = random.Random(seed)
    people = [shop.customer(f"顾客{number}") for number in range(14)]
    for number in range(60):
        _some_fact(chance, people[:12], first=1 + number % 2)
    score_everybody()
    for _each in range(20):
        if chance.random() < 0.2:
            _some_move(chance, people)
        else:
            _some_fact(chance, people)
        if chance.random() < 0.3:
            services.rescore_marked()
    services.rescore_marked()
    rows = {row["customer_id"]: row for row in LiveScore.objects.values()}
    assert {key: _measures(row) for key, row in rows.items()} == _of_the_whole_mirror()
    in_the_day = list(CustomerListing.objects.order_by("pk").values())
    memberships = list(Membership.objects.filter(until=None).order_by("customer", "kind").values("customer", "value"))
    segments.refresh(run=queries.live_run(), at=now())
    assert list(CustomerListing.objects.order_by("pk").values()) == in_the_day
    after = Membership.objects.filter(until=None).order_by("customer", "kind").values("customer", "value")
    assert list(after) == memberships


def _some_fact(chance: random.Random, people: list[Customer], *, first: int = 0) -> None:
    """An order, a return, or what happened to an order; `first` is the number of days ago from which on."""
    orders = list(Order.objects.order_by("pk"))
    customer = chance.choice([each for each in people if each.identities.exists()])
    kind = chance.choice(["order"] * 5 + ["return", "refund", "cancellation", "undo"])
    day = ago(chance.choice([first, first, chance.randint(first, 500)]))
    if kind == "order" or not orders:
        sell(customer, day, chance.choice([0, 100, chance.randint(1, 500_000)]))
    elif kind == "return":
        order = shop.order(customer, day, -chance.randint(1, 100_000), kind="return")
        history.mark(identities=[order.identity_id])
    elif kind == "undo":
        undo(chance.choice(orders))
    elif not (order := chance.choice(orders)).events.filter(kind=kind).exists():
        shop.event(order, kind, max(order.ordered_on, day), chance.randint(1, 100_000))
        history.mark(identities=[order.identity_id])


def _some_move(chance: random.Random, people: list[Customer]) -> None:
    record = chance.choice(list(Identity.objects.order_by("pk")))
    to = chance.choice(people)
    history.mark(customers=[record.customer_id, to.pk])
    Identity.objects.filter(pk=record.pk).update(customer=to)


def _of_the_whole_mirror() -> dict[int, dict[str, object]]:
    live, store = queries.live_run(), services.mirror()
    with store.fresh(), engines.opened(store) as (on, tables):
        learned = queries.parameters_of(live)
        until, obeyed = TODAY + timedelta(days=1), at_versions(live.policies)
        scored = engines.apply(on, tables, as_of=TODAY, seen_until=until, policies=obeyed, learned=learned)
        return {row["customer_id"]: _measures(row) for row in on.read(scored).to_pylist()}


def _measures(row: dict[str, object]) -> dict[str, object]:
    return {name: _stored(row[name]) for name in queries.columns().names if name != "run_id"}


def _stored(value: object) -> object:
    """Lists of numbers are stored in single precision."""
    return pa.array(value, pa.float32()).to_pylist() if isinstance(value, list) else value
