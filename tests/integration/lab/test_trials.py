"""A draft is held against what is in force, on a real day of a real mirror."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

import queue_of_jobs
import shop
from integration.lab.conftest import DAY, score, top_ten, tried
from shuke.analytics.churn.policy import ChurnPolicy
from shuke.core import policies
from shuke.customers.models import Customer
from shuke.followups.policies import CADENCE, TierCadence
from shuke.history.models import Interaction
from shuke.lab import queries, services
from shuke.lab.models import Move, Trial
from shuke.lab.outcome import Outcome
from shuke.scoring.models import LiveRun
from shuke.scoring.policies import ACTIVITY, CHURN, TIER

pytestmark = pytest.mark.django_db(transaction=True)


def outcome(trial: Trial) -> Outcome:
    trial.refresh_from_db()
    return Outcome.model_validate(trial.outcome)


def flow(found: Outcome) -> dict[tuple[str, str], int]:
    return {(step.was, step.now): step.customers for step in found.tier}


EXPECTED = {("gold", "gold"): 2, ("gold", "silver"): 1, ("silver", "silver"): 5, ("bronze", "bronze"): 12}


@pytest.mark.parametrize("is_live", [True, False], ids=["day-of-the-live-run", "any-other-day"])
def test_gold_of_the_top_tenth_moves_the_third_of_twenty(ops, twenty, is_live):
    score(DAY if is_live else DAY + timedelta(days=3))
    before = list(policies.versions(TIER).values_list("version", flat=True))
    found = outcome(tried(top_ten(ops), ops))
    assert flow(found) == EXPECTED
    assert (found.customers, found.moved, found.moved_money) == (20, 1, 18_000)
    move = Move.objects.get()
    assert (move.customer, move.tier_was, move.tier_now, move.net_money_365) == (twenty[2], "gold", "silver", 18_000)
    assert list(policies.versions(TIER).values_list("version", flat=True)) == before


def test_nothing_that_came_after_the_day_is_seen(ops, twenty):
    score(localdate())
    shop.order(twenty[19], DAY, 10_000_000)
    shop.order(shop.customer("later"), DAY + timedelta(days=1), 100)
    assert flow(outcome(tried(top_ten(ops), ops))) == EXPECTED


def test_work_is_counted_by_tier_and_waits_behind_the_limit(ops, twenty):
    score()
    shop.user("小李")
    current = policies.current(CADENCE)
    body = current.body.model_copy(update={"open_per_agent": 1})
    policies.publish(kind=CADENCE, body=body, replaces=current.version, by=None, at=now())
    found = outcome(tried(top_ten(ops), ops))
    assert [(work.tier, work.customers, work.a_month) for work in found.work_was.tiers] == [("gold", 3, 9)]
    assert [(work.tier, work.customers, work.a_month) for work in found.work_now.tiers] == [("gold", 2, 6)]
    assert found.agents == 1
    assert (found.work_was.waiting(1), found.work_now.waiting(1)) == (2, 1)


def test_who_was_contacted_before_the_day_is_not_due(ops, twenty):
    score()
    contact(twenty[0], DAY - timedelta(days=1))
    contact(twenty[1], DAY)
    found = outcome(tried(top_ten(ops), ops))
    assert (found.work_was.due, found.work_now.due) == (2, 1)


def contact(customer: Customer, on) -> None:
    Interaction.objects.create(
        source=shop.source(), identity=customer.identities.get(), at=now(), happened_on=on, channel="phone"
    )


def test_a_cadence_moves_nobody_and_makes_other_work(ops, twenty):
    score()
    current = policies.current(CADENCE)
    body = current.body.model_copy(update={"silver": TierCadence(contacts=2, per="quarter", carried_by="person")})
    draft = services.start(kind=CADENCE, body=body, replaces=current.version, by=ops, at=now())
    found = outcome(tried(draft, ops))
    assert found.moved == 0
    assert [work.tier for work in found.work_now.tiers] == ["gold", "silver"]
    assert found.work_now.a_month > found.work_was.a_month == 9


def test_an_activity_moves_those_between(ops, twenty):
    score(DAY + timedelta(days=90))
    current = policies.current(ACTIVITY)
    body = current.body.model_copy(update={"active_days": 105})
    draft = services.start(kind=ACTIVITY, body=body, replaces=current.version, by=ops, at=now())
    found = outcome(tried(draft, ops, DAY + timedelta(days=90)))
    assert {(step.was, step.now): step.customers for step in found.activity if step.is_move} == {
        ("dormant", "active"): 15
    }


def test_an_order_of_a_day_to_come_tells_nobody_who_stays_away(ops, twenty):
    until = queries.facts_until()
    shop.order(twenty[0], localdate() + timedelta(days=300), 1_000)
    assert queries.facts_until() == until


def test_of_the_day_itself_it_is_not_known_who_stays_away(ops, twenty):
    score()
    found = outcome(tried(top_ten(ops), ops))
    assert found.risk_was.known_from == DAY + timedelta(days=30)
    assert found.risk_now is None


def test_where_nothing_could_have_been_learned_it_is_said(ops, twenty):
    score()
    shop.order(twenty[0], DAY + timedelta(days=60), 100)
    current = policies.current(CHURN)
    body = ChurnPolicy(list_precision=0.5)
    draft = services.start(kind=CHURN, body=body, replaces=current.version, by=ops, at=now())
    found = outcome(tried(draft, ops))
    assert {missing.code for missing in found.risk_was.shortfalls} == {"customers", "history_days", "repeat_share"}
    assert found.risk_now == found.risk_was


def test_the_worker_tries_it_out_and_twice_leaves_the_same(ops, twenty):
    score()
    draft = top_ten(ops)
    services.ask(draft=draft, day=DAY, by=ops, at=now())
    queue_of_jobs.work_through()
    trial = queries.last_trial(draft)
    assert trial.step == Trial.Step.DONE
    first = trial.outcome
    services.try_out(trial=trial)
    trial.refresh_from_db()
    assert trial.outcome == first
    assert Move.objects.count() == 1


def test_the_next_trial_takes_the_place_of_the_last(ops, twenty):
    score()
    draft = top_ten(ops)
    tried(draft, ops)
    latest = tried(draft, ops, DAY - timedelta(days=1))
    assert set(Move.objects.values_list("trial", flat=True)) <= {latest.pk}


def test_a_shop_without_a_run_can_be_tried_too(ops, twenty):
    assert not LiveRun.objects.exclude(run=None).exists()
    assert flow(outcome(tried(top_ten(ops), ops))) == EXPECTED


@pytest.mark.parametrize("days", [-400, 20_000], ids=["before-the-first-order", "tomorrow-and-later"])
def test_a_day_without_facts_is_refused_with_words(ops, twenty, days):
    draft = top_ten(ops)
    with pytest.raises(services.DayUnknown):
        services.ask(draft=draft, day=DAY + timedelta(days=days), by=ops, at=now())
    assert not Trial.objects.exists()


def test_removed_customers_leave_what_was_tried(ops, twenty):
    score()
    tried(top_ten(ops), ops)
    services.forget([twenty[2].pk])
    assert not Move.objects.exists()
