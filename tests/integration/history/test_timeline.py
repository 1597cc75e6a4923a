"""One story out of several kinds of things: complete, in order, however its pages fall."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

import shop
from shuke.customers import merging
from shuke.customers.merging import Pair
from shuke.customers.models import Identity
from shuke.history import queries
from shuke.history.models import Behaviour, Interaction
from shuke.history.queries import Strand
from shuke.staff.rights import Role

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


def act(customer, at: datetime, kind="view", subject="/tea", identity=None) -> Behaviour:
    identity = identity or customer.identities.first()
    on = timezone.localdate(at)
    return Behaviour.objects.create(
        source=shop.source(), source_key=f"act-{Behaviour.objects.count()}", identity=identity,
        at=at, happened_on=on, kind=kind, subject=subject,
    )  # fmt: skip


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


def in_the_shop(customer) -> Strand:
    return Strand("behaviour", queries.days_of_behaviour(customer), "happened_on")


def told(page) -> list[tuple[date, list]]:
    """The days of a page with what was done on them."""
    days = [(moment.record.happened_on, moment.record.acts) for moment in page.moments]
    return [(on, sorted((each["kind"], each["times"], each["subjects"]) for each in acts)) for on, acts in days]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_a_day_in_the_shop_is_one_entry_whichever_identity_it_was_told_of(wang, size):
    other = Identity.objects.create(source=shop.source("web"), source_key="W1", customer=wang)
    for hour in (8, 9, 10):
        act(wang, datetime(2026, 5, 1, hour, tzinfo=UTC))
    act(wang, datetime(2026, 5, 1, 11, tzinfo=UTC), kind="cart", subject="T-250", identity=other)
    act(wang, datetime(2026, 5, 1, 7, tzinfo=UTC), kind="login", subject="")
    act(wang, datetime(2026, 5, 3, 7, tzinfo=UTC), kind="cart", subject="T-9")
    act(shop.customer("李强"), datetime(2026, 5, 1, 8, tzinfo=UTC))
    days, after = [], ""
    while True:
        page = queries.timeline(
            [Strand("behaviour", queries.days_of_behaviour(wang), "happened_on")], size=size, after=after
        )
        days += told(page)
        after = page.following
        if not after:
            break
    assert days == [
        (date(2026, 5, 3), [("cart", 1, ["T-9"])]),
        (date(2026, 5, 1), [("cart", 1, ["T-250"]), ("login", 1, []), ("view", 3, ["/tea"])]),
    ]


def test_a_merge_brings_the_days_in_the_shop_along_and_its_undoing_takes_them_away(wang):
    twin, lead = shop.customer("王小明"), shop.user("lead", Role.OPERATIONS)
    act(wang, datetime(2026, 5, 1, 8, tzinfo=UTC))
    act(twin, datetime(2026, 5, 1, 9, tzinfo=UTC))
    merge = merging.merge(pair=Pair(wang.pk, twin.pk), by=lead, at=timezone.now())
    day = queries.days_of_behaviour(wang).get()
    assert [each["times"] for each in day.acts] == [2]
    merging.undo(merge=merge, by=lead, at=timezone.now())
    assert [queries.days_of_behaviour(each).get().acts[0]["times"] for each in (wang, twin)] == [1, 1]
