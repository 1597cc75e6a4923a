"""In the day: what customers do by themselves counts within seconds, and twenty pages are one scoring or two."""

from datetime import date, timedelta
from itertools import count

import pytest
from django.db import connection
from django.db.models import F
from django.utils.timezone import localdate, now

import queue_of_jobs
import shop
from integration.scoring.test_inday import apart, before, sell
from shuke.customers.models import Customer, Identity
from shuke.history.models import Behaviour, CustomerMark, MonthMark
from shuke.intake import live
from shuke.intake.fields import Kind
from shuke.scoring import engines, partitions, queries, services
from shuke.scoring.models import LiveScore, ScoreToday
from shuke.scoring.services import inday
from shuke.segments import services as segments
from shuke.segments.invariants import faults
from shuke.segments.models import CustomerListing

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = localdate()
WAITING = 5_000
JUST_SCORED = """
INSERT INTO score_today (run_id, as_of, customer_id)
SELECT live_run.run_id, current_date, customer.id FROM live_run, customer WHERE customer.name = '等'
"""
_numbers = count(1)


def act(*customers: Customer, kind: str = "view") -> None:
    """Each of them does something now, as the beacon and the API write it: in one batch."""
    sent = [
        {"key": f"act-{next(_numbers)}", "customer": key, "at": now().isoformat(), "kind": kind}
        for key in (customer.identities.get().source_key for customer in customers)
    ]
    records = [live.read(record, index=index, kind=Kind.BEHAVIOURS) for index, record in enumerate(sent)]
    answers = live.receive(source="till", records=records, at=now())
    assert {answer.result for answer in answers} == {"inserted"}


def as_from_a_file(customer: Customer, on: date = TODAY) -> None:
    """A page looked at, without a mark of the customer."""
    own = {"source": shop.source(), "source_key": f"file-{next(_numbers)}", "identity": customer.identities.get()}
    Behaviour.objects.create(**own, at=now(), happened_on=on, kind="view")
    MonthMark.objects.create(month=on.replace(day=1))


def silent(name: str) -> Customer:
    """Somebody who has long been lost, so that what they do shows in the journey."""
    customer = shop.customer(name)
    shop.order(customer, TODAY - timedelta(500), 50_000)
    return customer


def journey(of: Customer) -> str:
    listed = CustomerListing.objects.get(pk=of.pk).journey
    assert listed == LiveScore.objects.get(customer=of).journey
    return listed


def after_the_pause() -> None:
    """As if whoever has been scored had been scored as long ago as makes them wait no more."""
    ScoreToday.objects.update(scored_at=F("scored_at") - inday.PAUSE)


def score_everybody() -> None:
    segments.refresh(run=services.run(), at=now())


@pytest.fixture(autouse=True)
def empty_queue(transactional_db):
    queue_of_jobs.empty()


@pytest.fixture
def people() -> list[Customer]:
    """Three who are silent, scored and listed among others who are not."""
    people = [silent(name) for name in ("王芳", "李强", "陈静")]
    for days in range(10, 100, 10):
        shop.order(shop.customer(f"顾客{days}"), TODAY - timedelta(days), days * 1_000)
    score_everybody()
    return people


@pytest.fixture
def wang(people) -> Customer:
    return people[0]


def test_what_somebody_does_first_counts_with_the_next_pass_whenever_they_were_scored(wang):
    assert journey(wang) == "aware"
    act(wang)
    assert (services.rescore_marked(), journey(wang)) == (1, "consider")
    act(wang, kind="cart")
    assert (services.rescore_marked(), journey(wang)) == (1, "decide")
    assert not CustomerMark.objects.exists()
    assert services.rescore_marked() == 0


def test_twenty_pages_are_one_scoring_and_another_one_after_a_pause(wang):
    act(wang)
    assert services.rescore_marked() == 1
    for _each in range(19):
        act(wang)
        assert services.rescore_marked() == 0
    assert CustomerMark.objects.count() == 19
    after_the_pause()
    assert (services.rescore_marked(), CustomerMark.objects.count()) == (1, 0)


def test_a_newcomer_is_listed_at_once_by_what_they_do(people):
    lead = shop.customer("访客")
    act(lead)
    assert services.rescore_marked() == 1
    assert CustomerListing.objects.get(pk=lead.pk).stage == "acquire"
    act(lead)
    assert services.rescore_marked() == 0


def test_thousands_who_wait_hide_nobody_who_is_due(wang):
    act(wang)
    waiting = Customer.objects.bulk_create(Customer(name="等") for _each in range(WAITING))
    records = Identity.objects.bulk_create(
        Identity(source=shop.source(), source_key=f"W{number}", customer=customer)
        for number, customer in enumerate(waiting)
    )
    with connection.cursor() as cursor:
        cursor.execute(JUST_SCORED)
    marks = [CustomerMark(identity_id=record.pk, of_behaviour=True, can_wait=True) for record in records]
    CustomerMark.objects.bulk_create(marks)
    assert (services.rescore_marked(), journey(wang)) == (1, "consider")
    assert (services.rescore_marked(), CustomerMark.objects.count()) == (0, WAITING)


def test_an_order_goes_before_what_others_do_and_takes_along_what_waits_for_its_customer(people, monkeypatch):
    wang, li, chen = people
    monkeypatch.setattr(inday, "BATCH_OF_BEHAVIOUR", 1)
    act(wang)
    services.rescore_marked()
    sell(wang, TODAY)
    act(wang, li, chen)
    assert CustomerMark.objects.filter(can_wait=True).count() == 1
    assert services.rescore_marked() == 2
    assert LiveScore.objects.get(customer=wang).orders == 2
    assert not CustomerMark.objects.filter(identity_id=wang.identities.get().pk).exists()
    assert (services.rescore_marked(), CustomerMark.objects.count()) == (1, 0)


@pytest.mark.parametrize("kind", ["view", "cart"])
def test_what_is_done_after_the_snapshot_keeps_its_mark(wang, monkeypatch, kind):
    act(wang)
    monkeypatch.setattr(engines, "rescore", before(engines.rescore, lambda: act(wang, kind=kind)))
    assert (services.rescore_marked(), journey(wang), CustomerMark.objects.count()) == (1, "consider", 1)
    after_the_pause()
    assert services.rescore_marked() == 1
    assert (journey(wang), CustomerMark.objects.count()) == ("decide" if kind == "cart" else "consider", 0)


def test_a_run_that_is_switched_in_keeps_what_the_day_knows_and_its_marks(wang):
    act(wang, kind="cart")
    services.rescore_marked()
    act(wang, kind="cart")
    score_everybody()
    assert (journey(wang), LiveScore.objects.get(customer=wang).run_id) == ("decide", queries.live_run().pk)
    assert services.rescore_marked() == 0
    after_the_pause()
    assert (services.rescore_marked(), journey(wang), CustomerMark.objects.count()) == (1, "decide", 0)
    assert list(faults()) == list(queries.faults()) == []


def test_a_run_that_is_switched_in_during_a_pass_leaves_the_pass_to_be_done_again(wang, monkeypatch):
    act(wang)
    monkeypatch.setattr(engines, "rescore", before(engines.rescore, services.run))
    assert services.rescore_marked() == 0
    assert services.rescore_marked() == 1
    score = LiveScore.objects.get(customer=wang)
    assert (score.journey, score.run_id) == ("consider", queries.live_run().pk)


def test_a_run_keeps_what_is_done_while_it_computes(wang, monkeypatch):
    act(wang)
    monkeypatch.setattr(partitions, "write", before(partitions.write, lambda: act(wang, kind="cart")))
    services.run()
    assert (services.rescore_marked(), LiveScore.objects.get(customer=wang).journey) == (1, "decide")


def test_what_a_file_tells_of_the_day_is_scored_after_its_run(people):
    wang, li, _chen = people
    as_from_a_file(wang)
    as_from_a_file(li, TODAY - timedelta(1))
    score_everybody()
    assert (journey(wang), journey(li)) == ("aware", "consider")
    assert (services.rescore_marked(), journey(wang)) == (1, "consider")


def test_a_flood_of_behaviour_keeps_no_order_from_its_score(people, monkeypatch):
    monkeypatch.setattr(inday, "MOST_AGAIN", 1)
    early = shop.customer("早")
    shop.order(early, TODAY, 100)
    for each in people:
        as_from_a_file(each)
    score_everybody()
    assert services.rescore_marked() == 1
    assert LiveScore.objects.get(customer=early).orders == 1


def test_marks_of_identities_that_are_no_more_go(people):
    CustomerMark.objects.create(identity_id=2_000_000_000, of_behaviour=True, can_wait=True)
    assert (services.rescore_marked(), CustomerMark.objects.count()) == (0, 0)


def test_nothing_that_waits_is_worth_a_pass(wang, monkeypatch):
    act(wang)
    services.rescore_marked()
    act(wang)
    monkeypatch.setattr(inday, "_take", lambda live: pytest.fail("nobody is due"))
    assert apart(services.rescore_marked) == 0
