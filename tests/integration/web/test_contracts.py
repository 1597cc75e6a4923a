"""The model page says of contracts how they ended, whether that has held, and what ends soon."""

from datetime import timedelta
from itertools import count

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now

import shop as till
from shuke.analytics.learned import Models
from shuke.history.models import Contract
from shuke.scoring import services
from shuke.scoring.models import Run
from shuke.segments import services as segments
from shuke.staff.rights import Role
from shuke.web.forecast_contracts import tell

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = localdate()
_numbers = count(1)


def contract(who, start, end, **more):
    """From so many days ago until so many days ago."""
    Contract.objects.create(
        source=till.source(),
        source_key=f"contract-{next(_numbers)}",
        identity=who.identities.first(),
        starts_on=TODAY - timedelta(start),
        ends_on=TODAY - timedelta(end),
        **more,
    )


@pytest.fixture
def members():
    """Forty whose contract ended two years ago and half a year ago, each for the half of them renewed."""
    people = [till.customer(f"会员{number}") for number in range(40)]
    for number, person in enumerate(people):
        contract(person, 1_300, 900)
        if number % 2:
            contract(person, 895, 200)
            contract(person, 195, -20 if number % 4 == 1 else -300, amount=100_000)
    return people


@pytest.fixture
def page(as_, shop):
    operations = shop.colleague(role=Role.OPERATIONS)

    def read():
        run = services.run(as_of=TODAY)
        segments.refresh(run=run, at=now())
        told = as_(operations).get(reverse("web:forecasts")).content.decode()
        assert "nan" not in told.lower()
        return told

    return read


def test_a_shop_that_lives_by_contracts_is_told_what_they_say(members, page):
    told = page()
    assert "Learned from 60 contracts that have ended: 40 renewed, 20 not." in told
    assert "10 contracts of 10 customers end within 90 days and none carries on from them." in told
    assert "They are worth ¥10,000." in told
    assert "learned from orders, and none have come in" in told
    assert "of 500 customers" not in told
    assert "10 customers whose contracts end have no score of it" in told


def test_the_rates_are_held_against_the_last_year(members, page):
    told = page()
    assert "Learned from the 40 contracts whose end was known on" in told
    assert "More were renewed than was said" in told


def test_who_is_on_the_risk_list_for_a_contract_is_counted_with_their_money(members, page):
    till.order(members[1], TODAY - timedelta(20), 12_300)
    contract(members[2], 300, -15, is_cancelled=True)
    till.order(members[2], TODAY - timedelta(20), 45_600)
    told = page()
    assert "1 has been called off." in told
    assert "1 customer is on the risk list for it, with a net money of 365 days of ¥456." in told
    assert f"{reverse('web:customers')}?at_risk=1" in told
    assert "Chance of no order within 30 days" in told


def test_few_contracts_are_told_with_their_number(page):
    contract(till.customer("王芳"), 400, 40)
    told = page()
    assert "1 of 20 contracts that have ended" in told
    assert "0 of 20 contracts that had ended by then" in told
    assert "No contract ends within 90 days without another that carries on from it." in told


def test_a_shop_without_contracts_reads_nothing_of_them(page):
    assert 'id="contracts"' not in page()


def test_a_run_from_before_contracts_were_checked_still_reads():
    stored = {"renewal": {"rates": [{"before": 0, "contracts": 100, "lapsed": 40}]}}
    told = tell(Models.model_validate(stored).renewal, Run(as_of=TODAY, policies={}))
    assert (told["check"], told["ahead"]) == (None, None)
    assert told["rates"][0]["between"] == "31% – 50%"
