"""Shops that no model was made for: the run ends, what could not be computed is said, and no page shows a NaN."""

import math
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate, now

import shop
from shuke.analytics.learned import Models
from shuke.history.models import OrderLine, Product
from shuke.scoring import queries, services
from shuke.scoring.models import LiveScore, Score
from shuke.segments import services as segments
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)

MARKUP = re.compile(r"<(script|style|svg).*?</\1>|<[^>]*>", re.DOTALL)
NUMBERS_OF_NOTHING = re.compile(r"\b(nan|inf|infinity)\b", re.IGNORECASE)
PAGES = ("dashboard", "customers", "forecasts")


def ago(days: int) -> date:
    return localdate() - timedelta(days)


def no_orders() -> None:
    shop.customer("王芳")


def one_customer() -> None:
    shop.order(shop.customer("王芳"), ago(3), 100)


def all_amounts_zero() -> None:
    for name in "甲乙丙":
        shop.order(shop.customer(name), ago(3), 0)


def all_amounts_negative() -> None:
    for name in "甲乙丙":
        shop.order(shop.customer(name), ago(3), -100, kind="return")


def orders_of_tomorrow() -> None:
    wang = shop.customer("王芳")
    shop.order(wang, ago(-400), 100)
    shop.order(wang, ago(40), 100)


def everything_twice() -> None:
    wang = shop.customer("王芳")
    for _ in range(2):
        shop.order(wang, ago(40), 100)


def a_huge_outlier() -> None:
    for number in range(30):
        buyer = shop.customer(f"客{number}")
        for week in range(5):
            shop.order(buyer, ago(7 * week + number + 1), 10**15 if number == week == 0 else 100 + number)


def a_category_with_one_item() -> None:
    bought = shop.order(shop.customer("王芳"), ago(3), 100)
    tea = Product.objects.create(source=shop.source(), code="T1", category="茶")
    OrderLine.objects.create(order=bought, ordinal=1, product=tea, quantity=1, unit_price=10_000, amount=100)


def constant_features() -> None:
    for number in range(30):
        buyer = shop.customer(f"客{number}")
        for day in (10, 40, 70, 100):
            shop.order(buyer, ago(day), 100)


def a_year_of_silence() -> None:
    for number in range(10):
        for day in (400, 430):
            shop.order(shop.customer(f"客{number}"), ago(day + number), 100)


SHOPS = (
    no_orders,
    one_customer,
    all_amounts_zero,
    all_amounts_negative,
    orders_of_tomorrow,
    everything_twice,
    a_huge_outlier,
    a_category_with_one_item,
    constant_features,
    a_year_of_silence,
)


@pytest.fixture
def client(settings) -> Client:
    settings.SHUKE = settings.SHUKE.model_copy(update={"demo": True})
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(shop.user("admin", Role.ADMINISTRATOR))
    return client


@pytest.mark.promise
@pytest.mark.parametrize("fill", SHOPS, ids=lambda fill: fill.__name__)
def test_the_run_ends_and_says_what_it_could_not_do(client, fill):
    fill()
    run = services.run()
    segments.refresh(run=run, at=now())
    assert list(queries.faults()) == []
    assert not any(math.isnan(number) or math.isinf(number) for number in _floats())
    models = Models.model_validate(run.parameters["models"])
    assert all(declined.shortfalls for declined in models.churn)
    for address in _pages():
        shown = MARKUP.sub(" ", client.get(address).content.decode())
        assert not NUMBERS_OF_NOTHING.findall(shown), address
    lacking = ", ".join(f"{lack.code} {lack.have:g} of {lack.need:g}" for lack in models.churn[0].shortfalls[:1])
    print(
        f"\nmeasured: {fill.__name__.replace('_', ' ')}: {run.counts['customers']} scored, churn declined ({lacking})"
    )


def _floats() -> Iterator[float]:
    for score in Score.objects.live().values():
        for value in score.values():
            yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, float))


def _pages() -> list[str]:
    customers = LiveScore.objects.values_list("customer_id", flat=True)[:3]
    shown = [reverse("web:customers.detail", args=[customer]) for customer in customers]
    return [*(reverse(f"web:{name}") for name in PAGES), *shown]
