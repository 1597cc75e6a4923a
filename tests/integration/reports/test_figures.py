"""What each figure of the overview counts, for whom, and what it leaves out."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate, now

import shop
from integration.followups.conftest import Shop, noon
from shuke.followups import services as follow_ups
from shuke.history.models import Interaction
from shuke.reports import queries, services
from shuke.reports.models import CustomerTally, SalesTally
from shuke.scoring.models import Run
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 15)


def days(count: int) -> timedelta:
    return timedelta(days=count)


@pytest.fixture
def run(db) -> Run:
    return Run.objects.create(kind="asked", as_of=TODAY, status="done", started_at=now())


@pytest.fixture
def floor() -> Shop:
    return Shop()


@pytest.fixture
def boss(floor):
    return floor.colleague("boss", role=Role.ADMINISTRATOR)


def sold(run: Run, staff) -> queries.Sales:
    services.refresh(run_id=run.pk)
    return queries.sales(staff=staff, as_of=run.as_of)


def test_net_revenue_takes_back_what_came_back_on_the_day_it_did(run, boss):
    wang = shop.customer("Wang")
    kept = shop.order(wang, TODAY - days(40), 10_000)
    shop.event(kept, "refund", TODAY - days(5), 2_500)
    shop.order(wang, TODAY - days(3), 4_000)
    shop.order(wang, TODAY - days(2), -1_000, kind="return")
    found = sold(run, boss)
    assert (found.orders, found.net_revenue) == (1, 4_000 - 1_000 - 2_500)
    assert (found.orders_before, found.net_revenue_before) == (1, 10_000)


def test_a_cancelled_order_never_was_and_its_refund_is_not_taken_off_again(run, boss):
    order = shop.order(shop.customer("Wang"), TODAY - days(4), 9_000)
    shop.event(order, "cancellation", TODAY - days(3), 9_000)
    shop.event(order, "refund", TODAY - days(3), 9_000)
    found = sold(run, boss)
    assert (found.orders, found.net_revenue, found.revenue_change) == (0, 0, None)


@pytest.mark.parametrize(
    ("ago", "now_or_before"),
    [
        pytest.param(0, (0, 0), id="on-the-day-itself-is-not-seen"),
        pytest.param(1, (1, 0), id="yesterday"),
        pytest.param(30, (1, 0), id="thirty-days"),
        pytest.param(31, (0, 1), id="thirty-one-days"),
        pytest.param(60, (0, 1), id="sixty-days"),
        pytest.param(61, (0, 0), id="sixty-one-days"),
    ],
)
def test_two_windows_of_thirty_days(run, boss, ago, now_or_before):
    shop.order(shop.customer("Wang"), TODAY - days(ago), 100)
    found = sold(run, boss)
    assert (found.orders, found.orders_before) == now_or_before


def test_revenue_without_customer_stands_apart_and_only_for_those_who_see_all(run, boss, floor):
    agent = floor.colleague("Li")
    shop.order(None, TODAY - days(1), 700)
    shop.order(floor.customer(owner=agent), TODAY - days(1), 300)
    found, own = sold(run, boss), queries.sales(staff=agent, as_of=TODAY)
    assert (found.net_revenue, found.net_revenue_without_customer, found.orders_without_customer) == (300, 700, 1)
    assert found.share_without_customer == 0.7
    assert (own.net_revenue, own.net_revenue_without_customer) == (300, 0)


def test_counts_follow_the_owner_and_the_team(run, boss, floor):
    team = floor.team("calls")
    li, lead = floor.colleague("Li", team=team), floor.colleague("lead", role=Role.MANAGER, team=team)
    other = floor.colleague("other")
    for owner, tier, activity in (
        (li, "gold", "active"),
        (li, "bronze", "lost"),
        (other, "gold", "new"),
        (None, "", ""),
    ):
        floor.customer(owner=owner, tier=tier, activity=activity, r_quintile=5, f_quintile=4, value_at_risk=10)
    services.refresh(run_id=run.pk)
    everybody, teams, own = (queries.base(staff=staff) for staff in (boss, lead, li))
    assert (everybody.scored, teams.scored, own.scored) == (3, 2, 2)
    assert (everybody.active, own.active, own.active_share) == (2, 1, 0.5)
    assert everybody.by_quintile[5, 4] == 3
    assert (everybody.value_at_risk, own.value_at_risk) == (30, 20)


def test_counting_twice_changes_nothing(run, floor):
    floor.customer(owner=floor.colleague())
    shop.order(shop.customer("Wang"), TODAY - days(1), 100)
    services.refresh(run_id=run.pk)
    once = (CustomerTally.objects.count(), SalesTally.objects.count())
    services.refresh(run_id=run.pk)
    assert (CustomerTally.objects.count(), SalesTally.objects.count()) == once == (1, 1)


@pytest.mark.parametrize(
    ("ago", "outcome", "contacted"),
    [
        pytest.param(9, "reached", 1, id="within-ten-days"),
        pytest.param(10, "reached", 0, id="ten-days-are-over"),
        pytest.param(0, "promised", 1, id="a-promise-is-a-contact"),
        pytest.param(0, "no_answer", 0, id="an-attempt-is-none"),
        pytest.param(0, "", 1, id="a-contact-from-elsewhere"),
    ],
)
def test_coverage_counts_who_was_spoken_with_in_the_interval_of_their_tier(run, boss, floor, ago, outcome, contacted):
    agent = floor.colleague("Li")
    gold, silver = floor.customer(owner=agent), floor.customer(owner=agent, tier="silver")
    for customer in (gold, gold, silver):
        on = TODAY - days(ago)
        Interaction.objects.create(
            source=floor.source,
            identity=customer.identities.get(),
            at=noon(on),
            happened_on=on,
            channel="phone",
            outcome=outcome,
        )
    services.refresh(run_id=run.pk)
    found = queries.coverage(staff=boss, counted=queries.base(staff=boss), today=TODAY)
    assert (found.contacted, found.customers) == (contacted, 1)


def test_coverage_of_nobody_is_no_figure(run, boss):
    services.refresh(run_id=run.pk)
    assert queries.coverage(staff=boss, counted=queries.base(staff=boss), today=TODAY).share is None


def test_closing_a_follow_up_moves_the_figure_at_once(floor, boss):
    agent = floor.colleague("Li")
    for at in (now(), now() - days(8)):
        follow_ups.complete(
            follow_up=floor.follow_up(owner=agent, due_on=localdate()), outcome="reached", by=agent, at=at
        )
    counts = [queries.closed(staff=boss, today=localdate(), weeks_ago=weeks).count() for weeks in (0, 1)]
    assert counts == [1, 1]
