"""Closing a follow-up: the outcome, the fact it leaves, and what comes next."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from integration.followups.conftest import DAY, Shop, noon
from shuke.core.errors import Conflict, NotFound
from shuke.customers.models import ContactPoint
from shuke.followups import services
from shuke.followups.models import FollowUp, Waiting
from shuke.followups.services.closing import a_year_after
from shuke.history.models import CustomerMark, Interaction, MonthMark
from shuke.segments.models import CustomerListing
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db


def days(count: int) -> timedelta:
    return timedelta(days=count)


@pytest.fixture
def agent(shop: Shop):
    return shop.colleague("陈静")


@pytest.fixture
def follow_up(shop: Shop, agent) -> FollowUp:
    return shop.follow_up(owner=agent, value_at_risk=900)


def close(follow_up: FollowUp, outcome: str, on: date = DAY, **more) -> FollowUp:
    return services.complete(follow_up=follow_up, outcome=outcome, by=follow_up.owner, at=noon(on), **more)


def last_contact(follow_up: FollowUp) -> date | None:
    return CustomerListing.objects.get(pk=follow_up.customer_id).last_contact_on


def test_closing_leaves_the_fact_that_scoring_reads(follow_up, agent):
    close(follow_up, "reached", note="想要新茶", seconds=95)
    fact = Interaction.objects.get()
    assert (fact.channel, fact.direction, fact.outcome, fact.note) == ("phone", "out", "reached", "想要新茶")
    assert (fact.happened_on, fact.by, fact.by_name, fact.seconds) == (DAY, agent, "陈静", 95)
    assert (fact.follow_up_id, fact.identity.customer) == (follow_up.pk, follow_up.customer)
    assert MonthMark.objects.get().month == DAY.replace(day=1)
    assert CustomerMark.objects.get().identity_id == fact.identity_id


def test_closing_is_written_down_once_without_what_was_said(shop: Shop, follow_up, agent):
    closed = close(follow_up, "reached", note="13912345678")
    assert (closed.outcome, closed.stage, closed.closed_by, closed.version) == ("reached", "done", agent, 2)
    (entry,) = shop.entries()
    assert (entry.action, entry.subject_id, entry.actor) == ("follow_up.completed", follow_up.pk, "陈静")
    assert "13912345678" not in str(entry.details)


@pytest.mark.parametrize(
    ("outcome", "contacted"),
    [
        ("reached", True),
        ("refused", True),
        ("promised", True),
        ("no_answer", False),
        ("busy", False),
        ("wrong_number", False),
    ],
)
def test_only_a_conversation_counts_as_contact(follow_up, outcome, contacted):
    close(follow_up, outcome, promised_on=DAY + days(3) if outcome == "promised" else None)
    assert last_contact(follow_up) == (DAY if contacted else None)


def test_a_later_contact_is_never_set_back(follow_up):
    CustomerListing.objects.update(last_contact_on=DAY + days(1))
    close(follow_up, "reached")
    assert last_contact(follow_up) == DAY + days(1)


@pytest.mark.parametrize("outcome", ["reached", "refused", "wrong_number"])
def test_what_is_settled_makes_no_next(follow_up, outcome):
    close(follow_up, outcome)
    assert not FollowUp.objects.open().exists()


@pytest.mark.parametrize("outcome", ["", "done", "nonsense"])
def test_nothing_closes_without_an_outcome(follow_up, outcome):
    with pytest.raises(services.NeedsOutcome):
        close(follow_up, outcome)
    assert FollowUp.objects.open().exists()


def test_not_even_past_the_program(follow_up):
    with pytest.raises(IntegrityError, match="nothing_closes_without_an_outcome"), transaction.atomic():
        FollowUp.objects.update(closed_at=noon(DAY))


def test_a_promise_makes_the_next_follow_up_on_its_day(follow_up, agent):
    closed = close(follow_up, "promised", promised_on=DAY + days(9))
    following = closed.next
    assert (following.cause, following.due_on, following.overdue_on) == ("promise", DAY + days(9), DAY + days(16))
    assert (following.owner, following.attempt, following.value_at_risk) == (agent, 1, 900)
    assert following.reasons == [{"code": "promised", "on": "2026-06-24", "said_on": "2026-06-15"}]


@pytest.mark.parametrize(
    ("outcome", "promised_on", "error"),
    [
        pytest.param("promised", None, services.PromiseNeedsDate, id="no-date"),
        pytest.param("promised", DAY - days(1), services.PromiseNotAhead, id="yesterday"),
        pytest.param("promised", DAY, services.PromiseNotAhead, id="a-second-contact-today"),
        pytest.param("promised", date(2027, 6, 16), services.PromiseTooFar, id="a-year-and-a-day"),
        pytest.param("reached", DAY + days(1), services.PromiseWithoutPromise, id="a-date-without-a-promise"),
    ],
)
def test_an_impossible_promise_is_refused_with_words(follow_up, outcome, promised_on, error):
    with pytest.raises(error) as refusal:
        close(follow_up, outcome, promised_on=promised_on)
    assert "%(" not in str(refusal.value)
    assert FollowUp.objects.open().get().version == 1


@pytest.mark.parametrize(
    ("today", "promised_on"),
    [
        pytest.param(date(2026, 1, 31), date(2026, 2, 28), id="last-day-of-february"),
        pytest.param(date(2027, 12, 31), date(2028, 2, 29), id="29-february"),
        pytest.param(date(2027, 2, 28), date(2028, 2, 28), id="a-whole-year"),
        pytest.param(date(2028, 2, 29), date(2029, 2, 28), id="a-year-from-29-february"),
    ],
)
def test_a_promise_holds_on_the_odd_days_of_the_calendar(shop: Shop, agent, today, promised_on):
    closed = close(shop.follow_up(owner=agent, due_on=today), "promised", on=today, promised_on=promised_on)
    assert closed.next.due_on == promised_on


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_a_year_is_never_longer_than_366_days(day):
    assert days(365) <= a_year_after(day) - day <= days(366)


@pytest.mark.parametrize("outcome", ["no_answer", "busy"])
def test_three_attempts_then_it_stops_and_says_so(follow_up, outcome):
    attempt, due = follow_up, DAY
    for number in (2, 3):
        attempt = close(attempt, outcome, on=due).next
        due += days(1)
        assert (attempt.attempt, attempt.due_on, attempt.cause) == (number, due, "cadence")
        assert attempt.reasons == [
            {"code": "never_contacted"},
            {"code": "retry", "outcome": outcome, "attempt": number, "attempts": 3},
        ]
    stopped = close(attempt, outcome, on=due)
    assert stopped.reasons[-1] == {"code": "stopped", "attempts": 3}
    assert not FollowUp.objects.open().exists()
    assert Interaction.objects.count() == 3


def test_a_broken_promise_is_retried_as_a_promise(follow_up):
    promised = close(follow_up, "promised", promised_on=DAY + days(2)).next
    again = close(promised, "busy", on=DAY + days(2)).next
    assert (again.cause, again.attempt, again.due_on) == ("promise", 2, DAY + days(3))


def test_a_promise_joins_what_is_open_on_its_day(shop: Shop, follow_up, agent):
    other = shop.follow_up(owner=agent, customer=follow_up.customer, cause="promise", due_on=DAY + days(4))
    close(follow_up, "promised", promised_on=DAY + days(4))
    other.refresh_from_db()
    assert [reason["code"] for reason in other.reasons] == ["never_contacted", "promised"]
    assert list(FollowUp.objects.open()) == [other]


def test_the_newest_promise_moves_the_one_before(shop: Shop, follow_up, agent):
    other = shop.follow_up(owner=agent, customer=follow_up.customer, cause="promise", due_on=DAY + days(4))
    close(follow_up, "promised", promised_on=DAY + days(6))
    other.refresh_from_db()
    assert (other.due_on, other.overdue_on, other.version) == (DAY + days(6), DAY + days(13), 2)
    assert list(FollowUp.objects.open()) == [other]


def test_a_wrong_number_spoils_the_contact_point(follow_up):
    identity = follow_up.customer.identities.get()
    phone = ContactPoint.objects.create(identity=identity, kind="phone", value=b"x", blind_index=b"y")
    close(follow_up, "wrong_number", contact_point=phone)
    phone.refresh_from_db()
    assert phone.invalid_since == noon(DAY)


def test_nobody_spoils_the_contact_point_of_another_customer(shop: Shop, follow_up):
    identity = shop.customer().identities.get()
    phone = ContactPoint.objects.create(identity=identity, kind="phone", value=b"x", blind_index=b"y")
    with pytest.raises(services.OthersContact):
        close(follow_up, "wrong_number", contact_point=phone)
    assert FollowUp.objects.open().exists()


def test_the_second_person_is_told_who_was_faster_in_their_language(shop: Shop, follow_up):
    close(follow_up, "reached")
    with pytest.raises(services.AlreadyClosed) as refusal:
        services.complete(
            follow_up=follow_up, outcome="busy", by=shop.colleague(role=Role.ADMINISTRATOR), at=noon(DAY + days(1))
        )
    with override("en"):
        assert refusal.value.words() == "陈静 has already closed this follow-up (June 15, 2026, noon)."
    with override("zh-hans"):
        assert "2026年6月15日" in refusal.value.words()
    assert Interaction.objects.count() == 1


def test_a_stale_form_is_refused(follow_up, agent):
    services.move(follow_up=follow_up, stage="doing", by=agent, at=noon(DAY))
    with pytest.raises(Conflict):
        close(follow_up, "reached", version=1)
    assert close(follow_up, "reached", version=2).outcome == "reached"


def test_who_may_not_see_it_learns_nothing(shop: Shop, follow_up):
    with pytest.raises(NotFound):
        services.complete(follow_up=follow_up, outcome="reached", by=shop.colleague(), at=noon(DAY))
    assert FollowUp.objects.open().exists()


def test_who_was_contacted_waits_no_longer(follow_up, agent):
    Waiting.objects.create(customer=follow_up.customer, owner=agent, due_on=DAY, value_at_risk=1)
    close(follow_up, "reached")
    assert not Waiting.objects.exists()


def test_a_contacted_customer_is_not_planned_again_that_day(shop: Shop, follow_up):
    close(follow_up, "reached")
    assert (shop.plan().due, shop.plan(DAY + days(7)).due, shop.plan(DAY + days(8)).due) == (0, 0, 1)


def test_what_follows_a_leavers_follow_up_goes_to_whoever_closed_it(shop: Shop, follow_up, agent):
    agent.is_active = False
    agent.save()
    manager = shop.colleague(role=Role.ADMINISTRATOR)
    closed = services.complete(follow_up=follow_up, outcome="busy", by=manager, at=noon(DAY))
    assert closed.next.owner == manager
