"""One story out of several kinds of things: complete, in order, however its pages fall."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

import shop
from shuke.history import queries
from shuke.history.models import Interaction
from shuke.history.queries import Strand

pytestmark = pytest.mark.django_db


@pytest.fixture
def wang():
    return shop.customer("王小明")


def strands(customer):
    return [
        Strand("order", queries.orders_of(customer), "ordered_at"),
        Strand("event", queries.order_events_of(customer), "happened_on"),
        Strand("interaction", queries.interactions_of(customer), "at"),
    ]


def contact(customer, at: datetime, **fields) -> Interaction:
    identity = customer.identities.get()
    usual = {"source": shop.source(), "identity": identity, "at": at, "happened_on": timezone.localdate(at)}
    return Interaction.objects.create(**usual, channel="phone", **fields)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_every_page_size_tells_the_same_story(wang, size):
    midnight = timezone.make_aware(datetime(2026, 5, 3))  # noqa: DTZ001  made aware at once
    for day in (1, 3, 3, 5):
        order = shop.order(wang, date(2026, 5, day), 100)
        shop.event(order, "refund", date(2026, 5, 3), -50)
        contact(wang, midnight)
        contact(wang, datetime(2026, 5, day, 12, tzinfo=UTC))
    told, after = [], ""
    while True:
        page = queries.timeline(strands(wang), size=size, after=after)
        told += [moment.place for moment in page.moments]
        after = page.following
        if not after:
            break
    assert len(told) == len(set(told)) == 16
    assert told == sorted(told, reverse=True)


def test_what_only_has_a_day_says_so(wang):
    shop.event(shop.order(wang, date(2026, 5, 1), 100), "refund", date(2026, 5, 3), -50)
    moments = queries.timeline(strands(wang), size=5).moments
    assert [(moment.kind, moment.exact) for moment in moments] == [("event", False), ("order", True)]


def test_a_correction_takes_the_place_of_what_it_corrects(wang):
    old = contact(wang, datetime(2026, 5, 1, 12, tzinfo=UTC), note="wrong")
    contact(wang, datetime(2026, 5, 1, 12, tzinfo=UTC), note="right", corrects=old)
    assert [record.note for record in queries.interactions_of(wang)] == ["right"]


@pytest.mark.parametrize("cursor", ["x", "~~", "2026-05-01~order~1", "2026-05-01T00:00:00+00:00~order~x"])
def test_a_cursor_that_makes_no_sense_begins_at_the_top(wang, cursor):
    shop.order(wang, date(2026, 5, 1), 100)
    assert len(queries.timeline(strands(wang), size=5, after=cursor).moments) == 1


def test_another_customers_story_is_another(wang):
    shop.order(shop.customer("李强"), date(2026, 5, 1), 100)
    assert queries.timeline(strands(wang), size=5).moments == []
