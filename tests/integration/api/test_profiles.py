"""What the API tells about a customer: masked, with reasons in words, and no more than the token may know."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integration.api.conftest import order
from shuke.scoring import services as scoring
from shuke.staff.rights import Scope

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def known(till):
    """A scored customer of the till."""
    till.send("customers", {"key": "V/7", "name": "<b>王明</b>", "phone": "13800138000", "tags": ["VIP"]})
    till.send("orders", order(customer="V/7", at=(timezone.now() - timedelta(days=3)).isoformat()))
    till.send("interactions", {"key": "C", "customer": "V/7", "at": "2026-01-05", "channel": "phone"})
    scoring.run()
    return till


def profile(program, **options):
    return program.ask("get", "customers/till/V/7", **options)


def test_a_profile_tells_who_it_is_and_what_the_scores_say(known, program):
    told = profile(program(Scope.CUSTOMERS_READ, Scope.SCORES_READ)).json()
    assert (told["name"], told["tags"], told["tier"], told["activity"]) == ("<b>王明</b>", ["VIP"], "bronze", "new")
    assert told["contacts"] == [{"kind": "phone", "masked": "138****8000", "source": "till", "invalid": False}]
    assert told["last_contact"]["channel"] == "phone"
    assert (told["scores"]["recency"], told["scores"]["money"]) == ("A", "10.50")
    assert any("3 days" in reason for reason in told["scores"]["reasons"]["letters"])


def test_an_order_of_the_day_is_in_the_scores(known, program):
    known.send("orders", order(key="A-2", customer="V/7", at=timezone.now().isoformat()))
    scoring.rescore_marked()
    scores = profile(program(Scope.CUSTOMERS_READ, Scope.SCORES_READ)).json()["scores"]
    assert (scores["orders"], scores["days_since_last"]) == (2, 0)


def test_reasons_are_said_in_the_language_asked_for(known, program):
    reader = program(Scope.CUSTOMERS_READ, Scope.SCORES_READ)
    english, chinese = (profile(reader, language=language).json()["scores"]["reasons"] for language in ("en", "zh"))
    assert english["tier"] != chinese["tier"]


def test_scores_need_their_own_scope_and_a_number_is_never_whole(known, program):
    answer = profile(program(Scope.CUSTOMERS_READ))
    assert answer.json()["scores"] is None
    assert "13800138000" not in answer.content.decode()


@pytest.mark.parametrize(
    "path", ["customers/till/8", "customers/shop/V/7", "customers/till/%00", "customers/till/0/%0A"]
)
def test_nobody_is_not_there(known, program, path):
    refused = program(Scope.CUSTOMERS_READ).ask("get", path)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
