"""Work on the board: moving, handing over, and what each person sees."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integration.followups.conftest import DAY, Shop, noon
from shuke.core.errors import Conflict, NotFound, Refused
from shuke.customers.models import Customer, CustomerOwner
from shuke.followups import queries, reasons, services
from shuke.followups.models import FollowUp, Waiting
from shuke.segments.models import CustomerListing
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db


def days(count: int) -> timedelta:
    return timedelta(days=count)


@pytest.mark.parametrize("stage", ["doing", "waiting"])
def test_a_follow_up_moves_between_its_open_stages(shop: Shop, stage):
    follow_up = shop.follow_up(owner=shop.colleague())
    moved = services.move(follow_up=follow_up, stage=stage, by=follow_up.owner, at=noon(DAY), version=1)
    assert (moved.stage, moved.version) == (stage, 2)
    assert [entry.action for entry in shop.entries()] == ["follow_up.moved"]


def test_staying_in_place_changes_nothing(shop: Shop):
    follow_up = shop.follow_up(owner=shop.colleague())
    assert services.move(follow_up=follow_up, stage="todo", by=follow_up.owner, at=noon(DAY)).version == 1
    assert not shop.entries()


@pytest.mark.parametrize("stage", ["done", "nonsense"])
def test_only_an_outcome_makes_it_done(shop: Shop, stage):
    follow_up = shop.follow_up(owner=shop.colleague())
    with pytest.raises(services.DoneNeedsOutcome):
        services.move(follow_up=follow_up, stage=stage, by=follow_up.owner, at=noon(DAY))


def test_what_is_closed_moves_no_more_and_a_stale_card_is_refused(shop: Shop):
    follow_up = shop.follow_up(owner=shop.colleague())
    with pytest.raises(Conflict):
        services.move(follow_up=follow_up, stage="doing", by=follow_up.owner, at=noon(DAY), version=9)
    services.complete(follow_up=follow_up, outcome="reached", by=follow_up.owner, at=noon(DAY))
    with pytest.raises(services.AlreadyClosed):
        services.move(follow_up=follow_up, stage="doing", by=follow_up.owner, at=noon(DAY))


def test_a_manager_hands_over_within_the_team_and_the_customer_goes_along(shop: Shop):
    team = shop.team("south")
    manager = shop.colleague(role=Role.MANAGER, team=team)
    giver, taker = shop.colleague(team=team), shop.colleague(team=team)
    follow_up = shop.follow_up(owner=giver)
    given = services.hand_over(follow_up=follow_up, to=taker, by=manager, at=noon(DAY))
    assert (given.owner, given.version) == (taker, 2)
    assert CustomerOwner.objects.get().owner == taker
    assert CustomerListing.objects.get().owner == taker
    assert Customer.objects.visible_to(taker).get() == follow_up.customer
    (entry,) = shop.entries()
    assert entry.details == {"before": giver.pk, "owner": taker.pk, "keeps_customer": True}


def test_who_sees_the_customer_anyway_only_takes_the_follow_up(shop: Shop):
    administrator, keeper = shop.colleague(role=Role.ADMINISTRATOR), shop.colleague()
    follow_up = shop.follow_up(owner=keeper)
    services.hand_over(follow_up=follow_up, to=administrator, by=administrator, at=noon(DAY))
    assert CustomerOwner.objects.get().owner == keeper


def test_nobody_hands_over_to_a_leaver_or_out_of_the_team(shop: Shop):
    team = shop.team("south")
    manager, giver = shop.colleague(role=Role.MANAGER, team=team), shop.colleague(team=team)
    follow_up = shop.follow_up(owner=giver)
    for outsider in (shop.colleague(), shop.colleague(team=team, is_active=False)):
        with pytest.raises(services.NotTheirs, match=str(outsider)):
            services.hand_over(follow_up=follow_up, to=outsider, by=manager, at=noon(DAY))


def test_handing_over_needs_the_right_and_the_sight(shop: Shop):
    giver, taker = shop.colleague(), shop.colleague()
    follow_up = shop.follow_up(owner=giver)
    with pytest.raises(Refused):
        services.hand_over(follow_up=follow_up, to=taker, by=giver, at=noon(DAY))
    stranger = shop.colleague(role=Role.MANAGER, team=shop.team("north"))
    with pytest.raises(NotFound):
        services.hand_over(follow_up=follow_up, to=stranger, by=stranger, at=noon(DAY))


def test_today_shows_ones_own_open_work_most_at_risk_first(shop: Shop):
    agent, other = shop.colleague(), shop.colleague()
    low = shop.follow_up(owner=agent, value_at_risk=1)
    high = shop.follow_up(owner=agent, value_at_risk=9, due_on=DAY + days(2))
    shop.follow_up(owner=agent, due_on=DAY + days(3))
    shop.follow_up(owner=other)
    closed = shop.follow_up(owner=agent)
    services.complete(follow_up=closed, outcome="reached", by=agent, at=noon(DAY))
    assert list(queries.today(agent, DAY)) == [high, low]


def test_a_manager_sees_the_team_and_what_was_left_undone(shop: Shop):
    team = shop.team("south")
    manager, agent = shop.colleague(role=Role.MANAGER, team=team), shop.colleague(team=team)
    late = shop.follow_up(owner=agent, due_on=DAY - days(8))
    fresh = shop.follow_up(owner=agent)
    shop.follow_up(owner=shop.colleague(), due_on=DAY - days(8))
    shop.plan()
    assert set(queries.today(manager, DAY)) == {late, fresh}
    assert list(queries.escalated(manager)) == [late]


def test_the_lists_ask_as_often_for_thirty_as_for_one(shop: Shop):
    agent = shop.colleague()

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            for follow_up in queries.today(agent, DAY):
                assert follow_up.customer.listing.tier
                assert follow_up.owner.name
                assert reasons.of(follow_up)
            for column in queries.board(agent, DAY):
                for follow_up in column.follow_ups:
                    assert follow_up.customer.listing.activity
                    assert str(follow_up.closed_by)
        return len(captured)

    shop.follow_up(owner=agent)
    services.complete(follow_up=shop.follow_up(owner=agent), outcome="reached", by=agent, at=noon(DAY))
    few = asked()
    for _ in range(10):
        shop.follow_up(owner=agent)
        services.complete(follow_up=shop.follow_up(owner=agent), outcome="reached", by=agent, at=noon(DAY))
    assert asked() == few


def test_the_board_has_a_column_for_each_stage_and_counts_what_it_does_not_show(shop: Shop, monkeypatch):
    monkeypatch.setattr(queries, "CARDS", 2)
    agent = shop.colleague()
    for _ in range(3):
        shop.follow_up(owner=agent)
    doing = shop.follow_up(owner=agent, stage="doing")
    done = shop.follow_up(owner=agent)
    services.complete(follow_up=done, outcome="reached", by=agent, at=noon(DAY))
    columns = {column.stage: column for column in queries.board(agent, DAY)}
    assert [(stage, len(column.follow_ups), column.total) for stage, column in columns.items()] == [
        (FollowUp.Stage.TODO, 2, 3),
        (FollowUp.Stage.DOING, 1, 1),
        (FollowUp.Stage.WAITING, 0, 0),
        (FollowUp.Stage.DONE, 1, 1),
    ]
    assert columns[FollowUp.Stage.DOING].follow_ups == [doing]


def test_done_today_ends_at_midnight_of_the_business_day(shop: Shop):
    agent = shop.colleague()
    for on in (DAY - days(1), DAY, DAY + days(1)):
        services.complete(follow_up=shop.follow_up(owner=agent), outcome="reached", by=agent, at=noon(on))
    late = shop.follow_up(owner=agent)
    services.complete(follow_up=late, outcome="reached", by=agent, at=noon(DAY) + timedelta(hours=11, minutes=59))
    assert list(queries.done_today(agent, DAY).values_list("closed_at", flat=True)) == [
        noon(DAY) + timedelta(hours=11, minutes=59),
        noon(DAY),
    ]


def test_each_sees_how_many_wait_for_them(shop: Shop):
    agent, other = shop.colleague(), shop.colleague()
    administrator = shop.colleague(role=Role.ADMINISTRATOR)
    for owner in (agent, agent, other, None):
        Waiting.objects.create(customer=shop.customer(), owner=owner, due_on=DAY, value_at_risk=1)
    assert [queries.waiting_count(staff) for staff in (agent, other, administrator)] == [2, 1, 4]


def test_a_customers_follow_ups_stand_open_first_and_only_for_whom_they_concern(shop: Shop):
    agent = shop.colleague()
    first = shop.follow_up(owner=agent)
    services.complete(follow_up=first, outcome="busy", by=agent, at=noon(DAY))
    assert list(queries.of_customer(agent, first.customer)) == [first.next, first]
    assert not queries.of_customer(shop.colleague(), first.customer).exists()
