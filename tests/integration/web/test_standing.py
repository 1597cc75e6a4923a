"""Health, stages, value card and costs on the page of a customer, after a real run."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

import shop as little_shop
from shuke.history.models import AcquisitionCost, Contract, Interaction
from shuke.scoring import services
from shuke.segments import services as segments
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(shop):
    return shop.colleague("Admin", Role.ADMINISTRATOR)


@pytest.fixture
def wang(shop, admin):
    person = shop.customer(owner=admin)
    for days in range(30, 301, 30):
        little_shop.order(person, localdate() - timedelta(days), 10_000)
    little_shop.order(shop.customer(), localdate() - timedelta(400), 100)
    return person


def page(client, customer) -> str:
    return client.get(reverse("web:customers.detail", args=[customer.pk])).content.decode()


def call(customer, days: int, outcome: str) -> None:
    day = localdate() - timedelta(days)
    little_shop.MonthMark.objects.create(month=day.replace(day=1))
    Interaction.objects.create(
        source=little_shop.source(), identity=customer.identities.first(), channel="phone", outcome=outcome,
        at=datetime.combine(day, time(4), UTC), happened_on=day,
    )  # fmt: skip


def test_health_says_what_raises_and_lowers_it_and_what_is_not_known(as_, admin, wang):
    call(wang, 9, "reached")
    call(wang, 8, "no_answer")
    services.run()
    shown = page(as_(admin), wang)
    assert "81.5 of 100" in shown
    assert "1 of their own cycles since the last order" in shown
    assert "45.5 of 45.5" in shown
    assert "Answered 50% of our contacts of 365 days" in shown
    assert "15.6 of 27.3" in shown
    assert "Log-ins of the last 90 days" in shown
    assert "Tickets and complaints are not kept yet." in shown


def test_health_is_told_over_the_kept_runs(as_, admin, wang):
    call(wang, 60, "reached")
    services.run(as_of=localdate() - timedelta(31))
    services.run()
    shown = page(as_(admin), wang)
    assert f'aria-label="Health: {localdate() - timedelta(31)}' in shown


def test_where_too_little_is_known_the_page_says_how_much(as_, admin, shop):
    newcomer = shop.customer(owner=admin)
    little_shop.order(newcomer, localdate() - timedelta(2), 10_000)
    services.run()
    shown = page(as_(admin), newcomer)
    assert "what is known of this customer weighs 25% of all measures, and 40% are needed" in shown


def test_stages_values_and_costs_have_their_reasons(as_, admin, wang):
    AcquisitionCost.objects.create(
        source=little_shop.source(), source_key="a1", identity=wang.identities.first(), amount=70_000
    )
    services.run()
    shown = page(as_(admin), wang)
    for words in (
        "10 orders; mature from 5 on",
        "Active, with 10 orders; loyal from 3 on",
        "Friend: much value, loyal",
        "No contracts have come in.",
        "Winning this customer has cost ¥700.",
        "100% of the money is taken for profit, an assumption",
        "(a) what a year brings",
    ):
        assert words in shown
    forecasts = as_(admin).get(reverse("web:forecasts")).content.decode()
    assert "is known of 1 of 2 customers" in forecasts


def test_a_contract_that_ends_is_told_instead_of_orders(as_, admin, wang):
    for key, ends in (("c1", -12), ("c0", 500)):
        Contract.objects.create(
            source=little_shop.source(), source_key=key, identity=wang.identities.first(), is_cancelled=key == "c1",
            ends_on=localdate() - timedelta(ends),
        )  # fmt: skip
    services.run()
    shown = page(as_(admin), wang)
    assert "Contract ends in 12 days and is not renewed" in shown
    assert "The contract has been called off." in shown


def test_the_list_is_narrowed_by_stage_and_place(as_, admin, wang):
    segments.refresh(run=services.run(), at=datetime.now(tz=UTC))
    client = as_(admin)
    for query, found in (("stage=mature", True), ("stage=grow", False), ("value_quadrant=friend", True)):
        assert (
            f'id="customer-{wang.pk}"' in client.get(f"{reverse('web:customers')}?{query}").content.decode()
        ) == found
