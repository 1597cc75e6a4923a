"""Habits and suggestions of one customer, read from PostgreSQL by what a run has learned."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random

import pytest
from django.utils.timezone import localdate, now

import goods
import shop
from shuke.analytics.potential.parameters import Potential
from shuke.customers.exclusions.services import Reason, exclude
from shuke.customers.models import Customer, Identity
from shuke.history.models import MonthMark, Order, OrderLine
from shuke.scoring import buying, queries, services
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)


def ago(days: int):
    return localdate() - timedelta(days)


def learned() -> Potential:
    return queries.parameters_of(queries.live_run()).models.potential


def suggested(*customers) -> list[tuple[int, str]]:
    told = buying.suggested_to([customer.pk for customer in customers], learned(), as_of=localdate(), at_most=3)
    return [(one.customer_id, one.item) for one in told]


def test_habits_see_the_day_itself():
    wang = shop.customer("王芳")
    goods.basket(wang, ago(30), {"茶": 6_000})
    goods.basket(wang, ago(0), {"杯子": 2_000})
    told = buying.bought_by(wang.pk, goods="category", as_of=localdate())
    assert [(row["item"], row["share"]) for row in told.items] == [("茶", 0.75), ("杯子", 0.25)]
    assert told.habits["favourite_weekday"] in {ago(0).weekday(), ago(30).weekday()}
    assert buying.bought_by(shop.customer("空").pk, goods="category", as_of=localdate()).habits is None


def test_suggestions_are_of_the_rules_and_never_of_the_exclusion_list():
    wang, chen, lead = shop.customer("王芳"), shop.customer("陈思远"), shop.user("lead", Role.OPERATIONS)
    for customer in (wang, chen):
        goods.basket(customer, ago(5), {"茶": 6_000})
    goods.live_run(localdate(), {"next": [goods.rule("茶", "杯子")], "complement": [goods.rule("茶", "糖", came=40)]})
    assert suggested(wang) == [(wang.pk, "杯子"), (wang.pk, "糖")]
    exclude(customer=wang, category="杯子", reason=Reason.UNWANTED, by=lead, at=now())
    assert suggested(wang, chen) == [(wang.pk, "糖"), (chen.pk, "杯子"), (chen.pk, "糖")]
    goods.basket(chen, ago(0), {"杯子": 100})
    assert suggested(chen) == [(chen.pk, "糖")]


def test_what_two_kinds_suggest_is_told_once_by_the_higher_share():
    wang = shop.customer("王芳")
    goods.basket(wang, ago(5), {"茶": 6_000})
    goods.live_run(localdate(), {"next": [goods.rule("茶", "杯子")], "complement": [goods.rule("茶", "杯子", came=40)]})
    (one,) = buying.suggested_to([wang.pk], learned(), as_of=localdate(), at_most=3)
    assert (one.kind, one.came) == ("next", 148)


def test_a_category_excludes_its_articles_and_an_article_only_itself():
    wang, lead = shop.customer("王芳"), shop.user("lead", Role.OPERATIONS)
    tea, cup, glass = goods.product("茶叶", "茶"), goods.product("瓷杯", "杯子"), goods.product("玻璃杯", "杯子")
    goods.basket(wang, ago(5), {"茶叶": 6_000})
    rules = [goods.rule(str(tea.pk), str(cup.pk)), goods.rule(str(tea.pk), str(glass.pk), came=40)]
    goods.live_run(localdate(), {"next": rules}, goods="article")
    exclude(customer=wang, product_id=cup.pk, reason=Reason.UNWANTED, by=lead, at=now())
    assert suggested(wang) == [(wang.pk, str(glass.pk))]
    exclude(customer=wang, category="杯子", reason=Reason.UNWANTED, by=lead, at=now())
    assert suggested(wang) == []


def test_no_price_band_of_an_excluded_category_is_a_step_up():
    wang, lead = shop.customer("王芳"), shop.user("lead", Role.OPERATIONS)
    goods.basket(wang, ago(5), {"茶": 900})
    run = goods.live_run(localdate(), {"upgrade": [goods.rule("茶#0", "茶#1")]})
    run.parameters["models"]["potential"]["bands"] = [{"item": "茶", "cuts": [1_000, 2_000]}]
    run.save()
    assert suggested(wang) == [(wang.pk, "茶#1")]
    exclude(customer=wang, category="茶", reason=Reason.FOR_SOMEBODY_ELSE, by=lead, at=now())
    assert suggested(wang) == []


def test_a_real_run_learns_what_its_shop_does():
    """Of those who buy tea two in three come to cups; besides, everybody takes whatever there is."""
    people = Customer.objects.bulk_create(Customer(name=f"顾客{number}") for number in range(480))
    whose = Identity.objects.bulk_create(
        Identity(source=shop.source(), source_key=f"k{person.pk}", customer=person) for person in people
    )
    random = Random(1)
    bought = [(identity, days, name) for place, identity in enumerate(whose) for days, name in _history(place, random)]
    _write(bought)
    services.run(as_of=localdate())
    told = learned()
    rules = {(rule.left, rule.right): rule for rule in told.rules("next")}
    assert told.goods == "category"
    assert rules["茶", "杯子"].rate > 0.5
    assert (people[0].pk, "杯子") in suggested(people[0])


def _history(place: int, random: Random) -> Iterator[tuple[int, str]]:
    """Every other customer begins with tea, on one of five days, and most of them take cups 45 days later."""
    yield from ((days, f"货{random.randrange(20)}") for days in range(15, 420, 45))
    start = (30, 110, 110, 200, 290)[place // 2 % 5]
    if place % 2 == 0:
        yield start, "茶"
        if place % 3 and start > 60:
            yield start - 45, "杯子"


def _write(bought: Sequence[tuple[Identity, int, str]]) -> None:
    orders = Order.objects.bulk_create(
        Order(
            source=shop.source(),
            source_key=f"{identity.pk}-{days}",
            identity=identity,
            ordered_at=now(),
            ordered_on=ago(days),
            amount=1_000,
        )
        for identity, days, _name in bought
    )
    articles = {name: goods.product(name, name) for _identity, _days, name in bought}
    OrderLine.objects.bulk_create(
        OrderLine(order=order, ordinal=1, product=articles[name], quantity=1, unit_price=100_000, amount=1_000)
        for order, (_identity, _days, name) in zip(orders, bought, strict=True)
    )
    MonthMark.objects.bulk_create(MonthMark(month=month) for month in {o.ordered_on.replace(day=1) for o in orders})
