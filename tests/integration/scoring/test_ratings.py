"""Health, stages, value card, costs and renewals through real runs and in the day."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count

import pytest
from django.utils.timezone import localdate, now

import shop
from shuke.analytics.health.measures import MEASURES
from shuke.customers.models import Customer
from shuke.history import services as history
from shuke.history.models import (
    AcquisitionCost,
    Behaviour,
    Contract,
    Interaction,
    MonthMark,
    OrderLine,
    Product,
    ProductCost,
)
from shuke.scoring import queries, services
from shuke.scoring.models import LiveScore
from shuke.segments import services as segments
from shuke.segments.models import CustomerListing, Membership

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = localdate()
_numbers = count(1)


def ago(days: int) -> date:
    return TODAY - timedelta(days)


def of(by: Customer) -> dict:
    return {"source": shop.source(), "source_key": f"told-{next(_numbers)}", "identity": by.identities.first()}


def moment(days_ago: int) -> dict:
    day = ago(days_ago)
    MonthMark.objects.create(month=day.replace(day=1))
    return {"at": datetime.combine(day, time(4), UTC), "happened_on": day}


def score_everybody(as_of: date = TODAY):
    run = services.run(as_of=as_of)
    segments.refresh(run=run, at=now())
    return run


@pytest.fixture
def wang() -> Customer:
    """Ordered 10 times, every 30 days; seen in the shop; answers one call in two. Somebody else brought less."""
    person = shop.customer("王芳")
    shop.order(shop.customer("过客"), ago(400), 100)
    for days in range(30, 301, 30):
        shop.order(person, ago(days), 10_000)
    for kind, days in (("login", 3), ("share", 4), ("checkout", 30)):
        Behaviour.objects.create(**of(person), **moment(days), kind=kind)
    for outcome, days in (("reached", 9), ("no_answer", 8)):
        Interaction.objects.create(**of(person), **moment(days), channel="phone", outcome=outcome)
    return person


def numbers(score: LiveScore) -> dict:
    return dict(zip(MEASURES, score.health_numbers, strict=True))


def test_a_run_rates_everybody_and_the_points_are_the_score(wang):
    newcomer = shop.customer("新客")
    shop.order(newcomer, ago(2), 500)
    score_everybody()
    score = LiveScore.objects.get(customer=wang)
    assert numbers(score) == {
        "recency": 1.0, "trend": 1.0, "usage": 3.0, "logins": 1.0, "participation": None, "completion": 1.0,
        "returns": None, "cancellations": None, "response": 0.5,
    }  # fmt: skip
    assert score.health == round(sum(round(each, 1) for each in score.health_points if each is not None), 1)
    assert (score.stage, score.journey, score.value_quadrant) == ("mature", "loyal", "friend")
    unknown = LiveScore.objects.get(customer=newcomer)
    assert (unknown.health, unknown.health_points, unknown.stage) == (None, None, "grow")


def test_list_and_memberships_follow_the_stages(wang):
    registered = shop.customer("只登记")
    score_everybody()
    listed = CustomerListing.objects.in_bulk([wang.pk, registered.pk])
    assert (listed[wang.pk].stage, listed[wang.pk].journey, listed[wang.pk].value_quadrant) == (
        "mature",
        "loyal",
        "friend",
    )
    assert listed[wang.pk].health == round(LiveScore.objects.get(customer=wang).health)
    assert (listed[registered.pk].stage, listed[registered.pk].health) == ("acquire", None)
    since = dict(Membership.objects.filter(customer=wang, until=None).values_list("kind", "value"))
    assert (since["stage"], since["journey"]) == ("mature", "loyal")


def test_a_stage_that_ends_is_kept_with_its_days():
    chen = shop.customer("陈思远")
    shop.order(chen, ago(200), 1_000)
    score_everybody(ago(150))
    score_everybody()
    told = Membership.objects.filter(customer=chen, kind="stage").order_by("id").values_list("value", "since", "until")
    assert list(told) == [("grow", ago(150), TODAY), ("decline", TODAY, None)]


def test_in_the_day_the_ratings_follow_by_what_the_run_has_learned(wang):
    score_everybody()
    before = LiveScore.objects.get(customer=wang)
    order = shop.order(wang, TODAY, 10_000)
    history.mark(identities=[order.identity_id])
    services.rescore_marked()
    after = LiveScore.objects.get(customer=wang)
    assert numbers(after)["recency"] == 0
    assert after.health >= before.health
    assert (after.stage, after.journey) == ("mature", "loyal")
    assert CustomerListing.objects.get(customer=wang).health == round(after.health)


def test_health_is_told_over_the_kept_runs(wang):
    for day in (ago(20), ago(10), TODAY):
        run = score_everybody(day)
    told = {then.as_of: then.health for then in queries.history(wang.pk, until=run.as_of)}
    assert list(told) == [ago(20), ago(10), TODAY]
    assert all(0 <= health <= 100 for health in told.values())


def test_costs_of_files_are_in_the_lifetime_value(wang):
    chen = shop.customer("陈思远")
    shop.order(chen, ago(20), 10_000)
    article = Product.objects.create(source=shop.source(), code="T1", name="茶")
    order = wang.identities.first().orders.first()
    OrderLine.objects.create(order=order, ordinal=1, product=article, quantity=1, amount=10_000, unit_price=1_000_000)
    ProductCost.objects.create(source=shop.source(), source_key="c1", product=article, margin=4_000)
    AcquisitionCost.objects.create(**of(chen), amount=700)
    score_everybody()
    with_margin, won = (LiveScore.objects.get(customer=who) for who in (wang, chen))
    assert (with_margin.margin_share, with_margin.acquisition_cost) == (0.4, None)
    assert (won.margin_share, won.acquisition_cost) == (None, 700)
    assert with_margin.simple_value is not None
    assert won.lifetime_value == 10_000 + won.residual_value - 700
    history.mark(identities=[wang.identities.first().pk, chen.identities.first().pk])
    services.rescore_marked()
    again = LiveScore.objects.get(customer=wang)
    assert (again.margin_share, again.lifetime_value) == (0.4, with_margin.lifetime_value)


def test_the_cost_of_a_channel_is_known_in_the_day_too(wang):
    wang.identities.first().orders.update(channel="ads")
    AcquisitionCost.objects.create(source=shop.source(), source_key="a1", channel="ads", amount=900)
    score_everybody()
    history.mark(identities=[wang.identities.first().pk])
    services.rescore_marked()
    assert LiveScore.objects.get(customer=wang).acquisition_cost == 900


def test_a_contract_gives_the_chance_until_its_end(wang):
    chen = shop.customer("陈思远")
    shop.order(chen, ago(20), 10_000)
    for each in (chen, *(shop.customer(f"会员{number}") for number in range(19))):
        for start, end in ((800, 435), (430, 65), (60, -300)):
            Contract.objects.create(**of(each), starts_on=ago(start), ends_on=ago(end))
    Contract.objects.create(**of(wang), starts_on=ago(300), ends_on=ago(-20))
    score_everybody()
    score = LiveScore.objects.get(customer=wang)
    assert (score.renewal_reason, score.churn_horizon_days) == ("contract_ends", 20)
    assert score.renewal_numbers == [0, 20, 0]
    assert score.churn_probability == 0
    assert LiveScore.objects.get(customer=chen).renewal_reason is None
