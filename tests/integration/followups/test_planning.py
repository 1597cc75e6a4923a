"""Who is due on a day, who carries them, and who has to wait."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.followups.conftest import DAY, Shop, noon
from shuke.core import policies
from shuke.core.models import AuditEntry
from shuke.customers.models import CustomerOwner
from shuke.followups import services
from shuke.followups.models import FollowUp, Plan, Waiting
from shuke.followups.policies import CADENCE, CadencePolicy, TierCadence
from shuke.scoring.registries import Rescored
from shuke.segments.models import CustomerListing
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db


def days(count: int) -> timedelta:
    return timedelta(days=count)


def codes(item: FollowUp | Waiting) -> list[str]:
    return [reason["code"] for reason in item.reasons]


def publish(**changes) -> None:
    replaces = policies.current(CADENCE).version
    policies.publish(kind=CADENCE, body=CadencePolicy(**changes), replaces=replaces, by=None, at=now())


def test_the_shorter_interval_decides_and_both_reasons_are_kept(shop: Shop):
    agent = shop.colleague()
    both = shop.customer(owner=agent, last_contact_on=DAY - days(40))
    tier_only = shop.customer(owner=agent, last_contact_on=DAY - days(12))
    not_yet = shop.customer(owner=agent, last_contact_on=DAY - days(7))
    shop.plan()
    assert codes(FollowUp.objects.get(customer=both)) == ["tier_cadence", "activity_cadence"]
    assert FollowUp.objects.get(customer=tier_only).reasons == [
        {
            "code": "tier_cadence",
            "tier": "gold",
            "contacts": 3,
            "per": "month",
            "last_contact_on": (DAY - days(12)).isoformat(),
        }
    ]
    assert not FollowUp.objects.filter(customer=not_yet).exists()


def test_an_activity_with_the_shorter_interval_decides_too(shop: Shop):
    publish(gold=TierCadence(contacts=1, per="year", carried_by="person"))
    customer = shop.customer(owner=shop.colleague(), last_contact_on=DAY - days(28))
    shop.plan()
    follow_up = FollowUp.objects.get(customer=customer)
    assert (codes(follow_up), follow_up.due_on) == (["activity_cadence"], DAY + days(2))


def test_who_was_never_contacted_hears_of_the_deciding_rule_alone(shop: Shop):
    customer = shop.customer(owner=shop.colleague(), activity="lost")
    shop.plan()
    assert codes(FollowUp.objects.get(customer=customer)) == ["never_contacted", "tier_cadence"]


def test_only_tiers_carried_by_people_make_work(shop: Shop):
    agent = shop.colleague()
    silver = shop.customer(owner=agent, tier="silver")
    shop.customer(owner=agent, tier="bronze")
    shop.customer(owner=agent, tier="", activity="")
    assert shop.plan().due == 0
    publish(silver=TierCadence(contacts=2, per="quarter", carried_by="person"))
    assert shop.plan(run_id=2).opened == 1
    assert FollowUp.objects.get().customer == silver


@pytest.mark.parametrize(
    ("days_since_contact", "due_on"),
    [
        pytest.param(7, None, id="due-in-three-days"),
        pytest.param(8, DAY + days(2), id="due-in-exactly-two-days"),
        pytest.param(10, DAY, id="due-today"),
        pytest.param(400, DAY, id="due-long-ago-is-due-today"),
        pytest.param(0, None, id="contacted-today"),
    ],
)
def test_follow_ups_are_opened_at_most_two_days_ahead(shop: Shop, days_since_contact, due_on):
    shop.customer(owner=shop.colleague(), last_contact_on=DAY - days(days_since_contact))
    shop.plan()
    assert [follow_up.due_on for follow_up in FollowUp.objects.all()] == ([due_on] if due_on else [])


@pytest.mark.parametrize(
    ("days_since_first_order", "due_on"),
    [
        pytest.param(0, None, id="on-the-day-of-the-order-it-is-three-days-ahead"),
        pytest.param(1, DAY + days(2), id="two-days-ahead"),
        pytest.param(3, DAY, id="on-day-3"),
        pytest.param(20, DAY, id="missed-so-today"),
    ],
)
def test_a_new_customer_is_first_contacted_on_day_3_after_the_first_order(shop: Shop, days_since_first_order, due_on):
    ordered_on = DAY - days(days_since_first_order)
    shop.customer(owner=shop.colleague(), activity="new", orders=1, first_ordered_on=ordered_on)
    shop.plan()
    assert [follow_up.due_on for follow_up in FollowUp.objects.all()] == ([due_on] if due_on else [])
    for follow_up in FollowUp.objects.all():
        assert follow_up.reasons == [{"code": "first_contact", "day": 3, "ordered_on": ordered_on.isoformat()}]


def test_a_contact_before_the_first_order_does_not_replace_the_welcome(shop: Shop):
    shop.customer(
        owner=shop.colleague(),
        activity="new",
        orders=1,
        first_ordered_on=DAY - days(2),
        last_contact_on=DAY - days(200),
    )
    shop.plan()
    follow_up = FollowUp.objects.get()
    assert (codes(follow_up), follow_up.due_on) == (["first_contact"], DAY + days(1))


@pytest.mark.parametrize(
    ("orders", "days_since_first_order", "activity"),
    [
        pytest.param(1, 90, "new", id="welcomed-for-90-days"),
        pytest.param(1, 91, "dormant", id="not-for-91"),
        pytest.param(2, 90, "dormant", id="not-after-the-second-order"),
    ],
)
def test_the_welcome_lasts_until_the_second_order(shop: Shop, orders, days_since_first_order, activity):
    publish(gold=TierCadence(contacts=1, per="year", carried_by="person"))
    shop.customer(
        owner=shop.colleague(),
        activity="dormant",
        orders=orders,
        first_ordered_on=DAY - days(days_since_first_order),
        last_contact_on=DAY - days(89),
    )
    shop.plan()
    (reason,) = FollowUp.objects.get().reasons
    assert (reason["code"], reason["activity"]) == ("activity_cadence", activity)


def test_of_31_due_30_are_opened_and_the_one_with_the_least_at_risk_waits(shop: Shop):
    agent = shop.colleague()
    customers = [shop.customer(owner=agent, value_at_risk=1_000 + number) for number in range(31)]
    plan = shop.plan()
    assert (plan.due, plan.opened, plan.waiting) == (31, 30, 1)
    assert Waiting.objects.get().customer == customers[0]
    assert list(FollowUp.objects.by_urgency().values_list("customer", flat=True)) == [
        customer.pk for customer in reversed(customers[1:])
    ]


def test_what_is_open_already_takes_its_place_under_the_limit(shop: Shop):
    publish(open_per_agent=3)
    agent = shop.colleague()
    shop.follow_up(owner=agent, cause="promise", due_on=DAY + days(30))
    for _ in range(5):
        shop.customer(owner=agent)
    plan = shop.plan()
    assert (plan.opened, plan.waiting) == (2, 3)


def test_planning_a_date_again_opens_nothing_and_notes_anew_who_waits(shop: Shop):
    publish(open_per_agent=2)
    agent = shop.colleague()
    customers = [shop.customer(owner=agent) for _ in range(4)]
    first = shop.plan()
    FollowUp.objects.filter(customer=customers[0]).delete()
    again = shop.plan()
    assert again.pk == first.pk
    assert (again.opened, again.waiting, FollowUp.objects.count()) == (2, 3, 1)
    assert AuditEntry.objects.filter(action="follow_ups.planned").count() == 2


def test_another_run_on_the_same_date_fills_up_to_the_limit(shop: Shop):
    publish(open_per_agent=2)
    agent = shop.colleague()
    shop.customer(owner=agent)
    shop.plan(run_id=1)
    for _ in range(3):
        shop.customer(owner=agent)
    plan = shop.plan(run_id=2)
    assert (plan.due, plan.opened, plan.waiting, plan.run_id) == (4, 2, 2, 2)


@pytest.mark.parametrize("cause", ["cadence", "promise"])
def test_who_has_an_open_follow_up_of_any_cause_gets_no_second(shop: Shop, cause):
    shop.follow_up(owner=shop.colleague(), cause=cause, due_on=DAY + days(20))
    assert shop.plan().due == 0
    assert FollowUp.objects.count() == 1


def test_who_could_not_be_reached_is_not_due_again_the_next_day(shop: Shop):
    publish(attempts=1)
    agent = shop.colleague()
    follow_up = shop.follow_up(owner=agent)
    services.complete(follow_up=follow_up, outcome="no_answer", by=agent, at=noon(DAY))
    assert shop.plan(DAY + days(1)).due == 0
    assert shop.plan(DAY + days(8)).due == 1
    assert codes(FollowUp.objects.open().get()) == ["never_contacted", "tier_cadence"]


def test_nobody_is_contacted_twice_on_one_day_however_short_the_interval(shop: Shop):
    publish(gold=TierCadence(contacts=30, per="month", carried_by="person"), attempts=1)
    agent = shop.colleague()
    shop.customer(owner=agent, last_contact_on=DAY)
    tried = shop.follow_up(owner=agent)
    services.complete(follow_up=tried, outcome="no_answer", by=agent, at=noon(DAY))
    assert shop.plan().due == 0
    assert shop.plan(DAY + days(1)).due == 2


def test_unowned_customers_go_to_whoever_carries_least_and_stay_theirs(shop: Shop):
    busy, free = shop.colleague(), shop.colleague()
    for _ in range(3):
        shop.follow_up(owner=busy, due_on=DAY + days(20))
    customers = [shop.customer(value_at_risk=100 - number) for number in range(5)]
    shop.plan()
    owners = dict(CustomerOwner.objects.filter(customer__in=customers).values_list("customer", "owner"))
    assert sorted(owners.values()).count(free.pk) == 4
    assert dict(CustomerListing.objects.filter(pk__in=customers).values_list("pk", "owner")) == owners
    assert dict(FollowUp.objects.filter(customer__in=customers).values_list("customer", "owner")) == owners
    assert owners[customers[0].pk] == free.pk


def test_who_only_waits_has_no_named_colleague_yet_so_a_newcomer_gets_a_share(shop: Shop):
    publish(open_per_agent=1)
    first = shop.colleague()
    for value in (9, 8, 7, 6):
        shop.customer(value_at_risk=value)
    shop.plan()
    assert list(CustomerOwner.objects.values_list("owner", flat=True)) == [first.pk]
    newcomer = shop.colleague()
    assert shop.plan(DAY + days(1)).opened == 1
    assert FollowUp.objects.get(owner=newcomer).value_at_risk == 8
    assert sorted(Waiting.objects.values_list("owner", flat=True)) == [first.pk, newcomer.pk]
    services.complete(follow_up=FollowUp.objects.get(owner=newcomer), outcome="reached", by=newcomer, at=noon(DAY))
    services.take_more(staff=newcomer, on=DAY, at=noon(DAY))
    taken = FollowUp.objects.open().get(owner=newcomer).customer
    assert CustomerOwner.objects.get(customer=taken).owner == newcomer
    assert CustomerListing.objects.get(customer=taken).owner == newcomer


def test_the_named_manager_keeps_the_customer_however_loaded(shop: Shop):
    named, _free = shop.colleague(), shop.colleague()
    for _ in range(4):
        shop.customer(owner=named)
    shop.plan()
    assert set(FollowUp.objects.values_list("owner", flat=True)) == {named.pk}


def test_managers_carry_only_where_there_is_no_agent(shop: Shop):
    manager = shop.colleague(role=Role.MANAGER)
    shop.colleague(role=Role.ADMINISTRATOR)
    shop.customer()
    shop.plan()
    assert FollowUp.objects.get().owner == manager
    agent = shop.colleague()
    shop.customer()
    shop.plan(run_id=2)
    assert set(FollowUp.objects.values_list("owner", flat=True)) == {manager.pk, agent.pk}


def test_without_anybody_all_wait_and_nothing_is_lost(shop: Shop):
    shop.colleague(is_active=False)
    customer = shop.customer()
    plan = shop.plan()
    assert (plan.due, plan.opened, plan.waiting, plan.unowned) == (1, 0, 1, 1)
    assert Waiting.objects.get().owner is None
    agent = shop.colleague()
    plan = shop.plan(DAY + days(1))
    assert (plan.opened, plan.waiting, plan.unowned) == (1, 0, 0)
    assert FollowUp.objects.get(customer=customer).owner == agent


def test_what_a_leaver_left_behind_is_handed_over_by_load(shop: Shop):
    leaver, busy, free = shop.colleague(), shop.colleague(), shop.colleague()
    left = [shop.follow_up(owner=leaver, due_on=DAY + days(number)) for number in (9, 10)]
    for _ in range(4):
        shop.follow_up(owner=busy, due_on=DAY + days(20))
    due = shop.customer(owner=leaver)
    leaver.is_active = False
    leaver.save()
    shop.plan()
    for follow_up in left:
        follow_up.refresh_from_db()
        assert (follow_up.owner, follow_up.version) == (free, 2)
        assert CustomerOwner.objects.get(customer=follow_up.customer).owner == free
    assert FollowUp.objects.get(customer=due).owner == free
    assert not CustomerOwner.objects.filter(owner=leaver).exists()


def test_both_open_follow_ups_of_a_customer_go_to_the_same_colleague(shop: Shop):
    leaver = shop.colleague()
    customer = shop.customer(owner=leaver)
    for cause, due_on in (("cadence", DAY), ("promise", DAY + days(5))):
        shop.follow_up(owner=leaver, customer=customer, cause=cause, due_on=due_on)
    leaver.is_active = False
    leaver.save()
    for _ in range(2):
        shop.colleague()
    shop.plan()
    assert FollowUp.objects.values("owner").distinct().count() == 1
    assert not FollowUp.objects.filter(owner=leaver).exists()


@pytest.mark.parametrize(("late", "escalated"), [(6, False), (7, True)])
def test_a_follow_up_escalates_once_when_it_has_been_due_for_seven_days(shop: Shop, late, escalated):
    follow_up = shop.follow_up(owner=shop.colleague(), due_on=DAY - days(late))
    shop.plan()
    assert FollowUp.objects.overdue(on=DAY).exists() is escalated
    shop.plan(DAY + days(3))
    follow_up.refresh_from_db()
    assert follow_up.escalated_at == (noon(DAY) if escalated else noon(DAY + days(3)))


def test_the_seventh_day_is_reckoned_from_the_planned_day(shop: Shop):
    shop.customer(owner=shop.colleague(), last_contact_on=DAY - days(90))
    shop.plan()
    follow_up = FollowUp.objects.get()
    assert (follow_up.due_on, follow_up.overdue_on) == (DAY, DAY + days(7))


def test_in_the_day_the_value_at_risk_of_open_and_waiting_work_follows_the_scored_customers(shop: Shop):
    agent = shop.colleague()
    closed, other = (shop.follow_up(owner=agent, value_at_risk=5) for _ in range(2))
    services.complete(follow_up=closed, outcome="reached", by=agent, at=noon(DAY))
    open_one = shop.follow_up(owner=agent, customer=closed.customer, value_at_risk=5)
    waiting = Waiting.objects.create(customer=shop.customer(), due_on=DAY, value_at_risk=5)
    CustomerListing.objects.update(value_at_risk=77)
    services.follow_scores(Rescored(1, DAY, [open_one.customer_id, waiting.pk]))
    for row in (open_one, other, closed, waiting):
        row.refresh_from_db()
    assert [row.value_at_risk for row in (open_one, other, closed, waiting)] == [77, 5, 5, 77]


def test_open_follow_ups_follow_the_customers_value_at_risk(shop: Shop):
    follow_up = shop.follow_up(owner=shop.colleague(), value_at_risk=5)
    CustomerListing.objects.filter(pk=follow_up.customer_id).update(value_at_risk=77)
    shop.plan()
    follow_up.refresh_from_db()
    assert (follow_up.value_at_risk, follow_up.version) == (77, 1)


def test_a_plan_leaves_one_audit_entry_and_names_run_and_policy(shop: Shop):
    publish(open_per_agent=1)
    agent = shop.colleague()
    for _ in range(2):
        shop.customer(owner=agent)
    plan = shop.plan(run_id=7)
    follow_up = FollowUp.objects.get()
    version = policies.current(CADENCE).version
    assert (follow_up.run_id, follow_up.policy_version, plan.policy_version) == (7, version, version)
    entry = AuditEntry.objects.get(action="follow_ups.planned")
    assert (entry.actor_id, entry.details["opened"], entry.details["waiting"]) == (None, 1, 1)


def test_an_agent_whose_queue_runs_low_takes_the_next_by_value(shop: Shop):
    publish(open_per_agent=2)
    agent = shop.colleague()
    customers = [shop.customer(owner=agent, value_at_risk=value) for value in (50, 40, 30, 20, 10)]
    shop.plan()
    assert services.take_more(staff=agent, on=DAY, at=noon(DAY)) == 0
    first, second = FollowUp.objects.by_urgency()
    for follow_up in (first, second):
        services.complete(follow_up=follow_up, outcome="reached", by=agent, at=noon(DAY))
    assert services.take_more(staff=agent, on=DAY, at=noon(DAY)) == 2
    assert list(FollowUp.objects.open().by_urgency().values_list("customer", flat=True)) == [
        customers[2].pk,
        customers[3].pk,
    ]
    assert Waiting.objects.get().customer == customers[4]


def test_who_was_contacted_today_is_not_taken_from_the_waiting(shop: Shop):
    publish(open_per_agent=1)
    agent = shop.colleague()
    _first, second = (shop.customer(owner=agent, value_at_risk=value) for value in (2, 1))
    shop.plan()
    CustomerListing.objects.filter(pk=second.pk).update(last_contact_on=DAY)
    services.complete(follow_up=FollowUp.objects.get(), outcome="reached", by=agent, at=noon(DAY))
    assert services.take_more(staff=agent, on=DAY, at=noon(DAY)) == 0
    assert services.take_more(staff=agent, on=DAY + days(1), at=noon(DAY)) == 1


def test_nobody_takes_what_waits_for_a_colleague(shop: Shop):
    publish(open_per_agent=1)
    agent, other = shop.colleague(), shop.colleague()
    for _ in range(2):
        shop.customer(owner=agent)
    shop.plan()
    assert services.take_more(staff=other, on=DAY, at=noon(DAY)) == 0


@given(
    values=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=25),
    agents=st.integers(1, 3),
    most=st.integers(1, 6),
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_due_is_opened_or_waits_by_value_and_within_the_limit(shop: Shop, values, agents, most):
    with transaction.atomic():
        publish(open_per_agent=most)
        people = [None, *(shop.colleague() for _ in range(agents))]
        due = {shop.customer(owner=people[who % len(people)], value_at_risk=value).pk for who, value in values}
        plan = shop.plan()
        opened, waiting = FollowUp.objects.all(), Waiting.objects.all()
        assert {one.customer_id for one in opened} | {one.customer_id for one in waiting} == due
        assert (plan.opened, plan.waiting, plan.due) == (len(opened), len(waiting), len(due))
        for owner in people[1:]:
            mine = [one.value_at_risk for one in opened if one.owner_id == owner.pk]
            left = [one.value_at_risk for one in waiting if one.owner_id == owner.pk]
            assert len(mine) <= most
            assert not left or (len(mine) == most and min(mine) >= max(left))
        transaction.set_rollback(True)


def test_a_follow_up_is_due_across_the_end_of_a_leap_february(shop: Shop):
    on = date(2028, 2, 28)
    shop.customer(owner=shop.colleague(), last_contact_on=date(2028, 2, 20), first_ordered_on=date(2027, 1, 1))
    shop.plan(on)
    assert FollowUp.objects.get().due_on == date(2028, 3, 1)
    assert Plan.objects.get().planned_on == on
