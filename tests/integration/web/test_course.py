"""How scores have moved, on the page of a customer, over runs made by hand."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

import kept
from shuke.scoring.queries import history
from shuke.segments.models import Membership
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = localdate()
CARD = [85.0, None, None, 56.0, 50.0]
FIGURES = {"value_numbers": [900.0, None, None, 56.0, 3.0], "health_numbers": [None] * 9, "journey": "loyal"}
NOW = {
    "health": 78.0,
    "emotion": 56,
    "relationship": 64.0,
    "stage": "mature",
    "loyalty": 81.0,
    "value_card": CARD,
    "value_quadrant": "friend",
}


@pytest.fixture
def admin(shop):
    return shop.colleague("Admin", Role.ADMINISTRATOR)


@pytest.fixture
def wang(shop, admin):
    """Three kept runs; the first one is from before there were such scores."""
    wang = shop.customer(owner=admin)
    kept.run(ago(61), wang)
    before = {"health": 72.0, "emotion": 59, "relationship": 64.5, "stage": "grow", "loyalty": 50.0}
    kept.run(ago(31), wang, **FIGURES | before, value_card=[75.0, *CARD[1:]], value_quadrant="regular")
    kept.run(TODAY, wang, **FIGURES | NOW)
    begun = [("grow", ago(61), ago(3)), ("mature", ago(3), None)]
    for value, since, until in begun:
        Membership.objects.create(customer=wang, kind="stage", value=value, since=since, until=until, run_id=1)
    return wang


def ago(days: int):
    return TODAY - timedelta(days)


def page(client, customer) -> str:
    return client.get(reverse("web:customers.detail", args=[customer.pk])).content.decode()


def test_a_query_tells_what_each_run_has_said_and_null_where_it_knew_nothing(wang):
    first, then, now = history(wang.pk)
    assert {first.health, first.emotion, first.stage, first.loyalty, first.value_quadrant, first.value_card} == {None}
    assert (then.health, then.emotion, then.stage, then.value_card) == (72.0, 59, "grow", [75.0, *CARD[1:]])
    assert {name: getattr(now, name) for name in NOW} == NOW


def test_each_card_has_its_line_its_trend_and_its_ends(as_, admin, wang):
    shown = page(as_(admin), wang)
    for title, first, last, trend in (
        ("Health", "72", "78", "+6 in 31 days"),
        ("Relationship quality", "64", "64", "steady over 31 days"),
        ("Loyalty", "50", "81", "+31 in 31 days"),
        ("Economic value", "75", "85", "+10 in 31 days"),
        ("Learning value", "50", "50", "steady over 31 days"),
    ):
        assert f'aria-label="{title}: {ago(31)} {first}, {TODAY} {last}"' in shown
        assert trend in shown
    assert 'aria-label="Word of mouth:' not in shown


def test_each_class_says_since_when_and_what_was_before(as_, admin, wang):
    shown = " ".join(page(as_(admin), wang).split())
    stage = shown[shown.index("<h3>Life-cycle stage") :][:900]
    assert f"since {ago(3)}, before:" in stage
    assert "Grow" in stage
    quadrant = shown[shown.index("<h3>Value and loyalty") :][:900]
    assert f"since {TODAY}, before:" in quadrant
    assert "Regular: little value, loyal" in quadrant


def test_before_a_second_run_nothing_is_drawn(as_, admin, shop):
    newcomer = shop.customer(owner=admin)
    kept.run(TODAY, newcomer, **FIGURES | NOW)
    shown = page(as_(admin), newcomer)
    assert "<h3>Life-cycle stage" in shown
    assert 'class="spark"' not in shown


def test_the_page_costs_as_many_queries_for_ten_runs_as_for_three(as_, admin, wang):
    client = as_(admin)
    page(client, wang)
    with CaptureQueriesContext(connection) as few:
        page(client, wang)
    for days in range(2, 9):
        kept.run(ago(days), wang, **FIGURES | NOW)
    kept.run(TODAY, wang, **FIGURES | NOW)
    with CaptureQueriesContext(connection) as many:
        page(client, wang)
    assert len(many) == len(few)
    assert len([query for query in many if "CROSS JOIN LATERAL" in query["sql"]]) == 1


def test_who_is_in_no_quadrant_is_told_why_and_an_expert_is_told_by_what(as_, admin, shop):
    expert = shop.customer(owner=admin)
    said = FIGURES | NOW | {"value_quadrant": None, "is_expert": False, "value_card": [None, *CARD[1:]]}
    kept.run(ago(1), expert, **said)
    assert "There are too few orders to compare with." in page(as_(admin), expert)
    kept.run(TODAY, expert, **FIGURES | NOW | {"is_expert": True, "value_card": [*CARD[:4], 66.7]})
    assert "Expert: learning value 67, from 60 on, and 9 orders, from 5 on" in page(as_(admin), expert)
