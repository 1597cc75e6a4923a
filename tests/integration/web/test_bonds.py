"""The emotional account and the quality of the relationship on pages: said, disputed, decided."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

import shop as little_shop
from shuke.history import services as history
from shuke.history.models import Dispute
from shuke.scoring import services as scoring
from shuke.scoring.models import LiveRun, Run
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db
TODAY = localdate()


@pytest.fixture
def agent(shop):
    return shop.colleague("小李", Role.AGENT)


@pytest.fixture
def boss(shop):
    return shop.colleague("陈雪", Role.ADMINISTRATOR)


@pytest.fixture
def wang(shop, agent):
    """Four orders, one of which went back, and a refused call."""
    wang = shop.customer(owner=agent)
    orders = [little_shop.order(wang, TODAY - timedelta(days), 10_000) for days in (200, 150, 100, 10)]
    little_shop.event(orders[0], "return", TODAY - timedelta(190), 10_000)
    at = datetime.combine(TODAY - timedelta(5), time(4), UTC)
    history.record_interaction(
        customer=wang, at=at, channel="phone", outcome="refused", note="电话 138 1234 5678 别再打了", by=agent
    )
    return wang


def page(client, name: str, *args) -> str:
    return client.get(reverse(f"web:{name}", args=args)).content.decode()


@pytest.fixture
def account(wang):
    return reverse("web:customers.account", args=[wang.pk])


def dispute(client, wang, **fields):
    return client.post(reverse("web:customers.dispute", args=[wang.pk]), fields)


def refused_call(wang) -> int:
    return wang.identities.get().interactions.get().pk


def test_the_statement_tells_each_entry_with_its_cause(as_, agent, wang, account):
    shown = as_(agent).get(account).content.decode()
    assert "Sent back" in shown
    assert "Refused" in shown
    assert "138****5678" in shown
    assert "138 1234 5678" not in shown
    assert 'id="entry-contact-' in shown
    assert ">44<" in shown


def test_an_entry_is_disputed_by_whoever_sees_the_customer_and_decided_by_a_manager(as_, agent, boss, wang, account):
    answer = dispute(as_(agent), wang, interaction=refused_call(wang), reason="打错人了")
    assert answer.headers["Location"] == account
    filed = Dispute.objects.get()
    shown = as_(agent).get(account).content.decode()
    assert "waits for a manager" in shown
    assert "打错人了" in shown
    assert "Accept: it counts no more" not in shown
    assert "打错人了" in page(as_(boss), "disputes")
    decide = reverse("web:customers.dispute.decide", args=[wang.pk, filed.pk])
    assert as_(agent).post(decide, {"decision": "accept"}).status_code == 403
    as_(boss).post(decide, {"decision": "accept", "note": "已核实"})
    shown = as_(agent).get(account).content.decode()
    assert "accepted" in shown
    assert "已核实" in shown
    assert ">47<" in shown
    assert "Nothing waits for a decision" in page(as_(boss), "disputes")


def test_a_dispute_needs_a_reason_and_an_entry_of_this_customer(as_, agent, shop, wang):
    client = as_(agent)
    assert dispute(client, wang, interaction=refused_call(wang)).status_code == 422
    assert dispute(client, wang, reason="?").status_code == 422
    other = little_shop.order(shop.customer(), TODAY, 100)
    assert dispute(client, wang, order=other.pk, reason="?").status_code == 404
    assert not Dispute.objects.exists()


def test_a_second_dispute_of_an_entry_is_told_that_there_is_one(as_, agent, wang, account):
    client = as_(agent)
    for _time in range(2):
        answer = client.post(
            reverse("web:customers.dispute", args=[wang.pk]),
            {"interaction": refused_call(wang), "reason": "?"},
            follow=True,
        )
    assert "has been disputed before" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_page_of_a_customer_and_that_of_the_models_say_what_a_run_has_found(as_, boss, wang):
    scoring.run()
    shown = page(as_(boss), "customers.detail", wang.pk)
    assert "Emotional account" in shown
    assert "0 of 2 ratings of the last 365 days" in shown
    assert "3 of 4 orders were kept" in shown
    assert "3 of 4 visits were a return" in shown
    assert 'data-chart="radar"' in shown
    assert "Nothing tells of: " in shown
    assert "nan" not in shown.lower().replace("tenan", "")
    models = page(as_(boss), "forecasts")
    assert "Nobody had a balance of 80 or more" in models
    LiveRun.objects.all().delete()
    Run.objects.all().delete()
