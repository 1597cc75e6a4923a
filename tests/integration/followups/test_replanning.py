"""What is open already and nobody has begun says why it exists as of the last run, or goes."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from integration.followups.conftest import DAY, Shop, noon
from shuke.followups import reasons, services
from shuke.followups.models import FollowUp, Outcome, Waiting
from shuke.followups.services.claims import Withdrawn
from shuke.segments.models import CustomerListing

pytestmark = pytest.mark.django_db

NEXT_DAY = DAY + timedelta(days=1)


@pytest.fixture
def planned(shop: Shop) -> FollowUp:
    """What the plan of the day opened for a gold, active customer."""
    shop.customer(owner=shop.colleague())
    shop.plan()
    return FollowUp.objects.get()


def becomes(follow_up: FollowUp, **listing) -> None:
    CustomerListing.objects.filter(pk=follow_up.customer_id).update(**listing)


def test_a_later_run_says_anew_why_and_the_deadline_stays(shop: Shop, planned):
    becomes(planned, activity="dormant", last_contact_on=DAY - timedelta(days=95))
    shop.plan(NEXT_DAY, run_id=2)
    row = FollowUp.objects.get()
    said = [reason.get("activity") or reason.get("tier") for reason in row.reasons]
    assert said == ["gold", "dormant"]
    assert (row.due_on, row.overdue_on, row.version) == (planned.due_on, planned.overdue_on, planned.version)
    assert row.run_id == 2


@pytest.mark.parametrize(
    ("listing", "why"),
    [
        pytest.param({"tier": "silver"}, "no longer due; the customer is now: Silver · Active", id="tier"),
        pytest.param({"tier": ""}, "no longer due; the customer is now: no tier · Active", id="no-tier"),
        pytest.param(
            {"last_contact_on": DAY},
            "no longer due; the customer is now: Gold · Active; last contact on June 15, 2026",
            id="contacted-elsewhere",
        ),
    ],
)
def test_it_goes_with_its_reason(shop: Shop, planned, listing, why):
    becomes(planned, **listing)
    shop.plan(NEXT_DAY, run_id=2)
    row = FollowUp.objects.get()
    assert (row.outcome, row.closed_by, row.closed_at) == ("", None, noon(NEXT_DAY))
    with override("en"):
        assert reasons.words(row.withdrawn) == why
    with pytest.raises(Withdrawn):
        services.complete(follow_up=planned, outcome=Outcome.REACHED, by=planned.owner, at=noon(NEXT_DAY))


def test_its_place_under_the_limit_goes_to_the_next(shop: Shop):
    agent = shop.colleague()
    for value in range(31):
        shop.customer(owner=agent, value_at_risk=1_000 + value)
    shop.plan()
    waiting = Waiting.objects.get().customer_id
    becomes(FollowUp.objects.by_urgency().first(), tier="bronze")
    shop.plan(NEXT_DAY, run_id=2)
    assert FollowUp.objects.open().count() == 30
    assert FollowUp.objects.open().filter(customer=waiting).exists()


def test_who_comes_back_into_the_tier_is_due_again_at_once(shop: Shop, planned):
    becomes(planned, tier="silver")
    shop.plan(NEXT_DAY, run_id=2)
    becomes(planned, tier="gold")
    shop.plan(NEXT_DAY, run_id=3)
    assert FollowUp.objects.open().get().customer_id == planned.customer_id


def test_what_somebody_has_begun_stays_as_it_is(shop: Shop, planned):
    services.move(follow_up=planned, stage=FollowUp.Stage.DOING, by=planned.owner, at=noon(DAY))
    becomes(planned, tier="bronze")
    shop.plan(NEXT_DAY, run_id=2)
    row = FollowUp.objects.get()
    assert (row.closed_at, row.reasons) == (None, planned.reasons)


@pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.PROMISED])
def test_what_a_contact_led_to_stays(shop: Shop, planned, outcome):
    promised_on = NEXT_DAY if outcome == Outcome.PROMISED else None
    services.complete(follow_up=planned, outcome=outcome, promised_on=promised_on, by=planned.owner, at=noon(DAY))
    becomes(planned, tier="bronze")
    shop.plan(NEXT_DAY, run_id=2)
    assert FollowUp.objects.open().get().previous_id == planned.pk


def test_a_promise_that_joined_a_planned_one_holds_it_open(shop: Shop, planned):
    earlier = shop.follow_up(owner=planned.owner, customer=planned.customer, cause="promise", due_on=NEXT_DAY)
    eve = noon(DAY - timedelta(days=1))
    services.complete(follow_up=earlier, outcome=Outcome.PROMISED, promised_on=planned.due_on, by=planned.owner, at=eve)
    becomes(planned, tier="bronze")
    shop.plan(NEXT_DAY, run_id=2)
    assert FollowUp.objects.open().get().pk == planned.pk
