"""Bonds through a real run, in the day, and as a statement: one account, whoever reads it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils.timezone import localdate, now

import queue_of_jobs
import shop
from shuke.analytics.bonds.policy import EmotionPolicy
from shuke.history import services as history
from shuke.scoring import accounts, services
from shuke.scoring.models import LiveScore
from shuke.segments import services as segments
from shuke.segments.models import CustomerListing
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = localdate()


def ago(days: int) -> date:
    return TODAY - timedelta(days)


def call(wang, days: int, outcome: str, satisfaction: int | None = None, **more):
    at = datetime.combine(ago(days), time(4), UTC)
    told = {"channel": "phone", "outcome": outcome, "satisfaction": satisfaction, **more}
    return history.record_interaction(customer=wang, at=at, **told)


@pytest.fixture
def wang(transactional_db):
    """Reached, satisfied, and refused once; one of five orders came back, one date was promised and kept."""
    queue_of_jobs.empty()
    wang = shop.customer("王芳")
    orders = [shop.order(wang, ago(days), 10_000) for days in (200, 150, 100, 50, 10)]
    shop.event(orders[1], "return", ago(140), 10_000)
    call(wang, 90, "reached", 5)
    call(wang, 80, "promised", 4, promised_on=ago(70))
    call(wang, 70, "refused")
    shop.order(shop.customer("李雷"), ago(20), 90_000)
    return wang


def score_everybody() -> None:
    segments.refresh(run=services.run(), at=now())


def emotion(wang) -> int | None:
    return LiveScore.objects.get(customer=wang).emotion


def last_balance(wang) -> int:
    return accounts.statement(wang, EmotionPolicy(), seen_until=TODAY + timedelta(1))[-1].balance


def test_a_run_scores_the_bonds_and_the_list_carries_them(wang):
    score_everybody()
    score = LiveScore.objects.get(customer=wang)
    assert score.emotion == 50 - 3 + 1 + 1 - 3
    assert score.relationship_parts == pytest.approx([0.3 * 500 / 6, 0.3 * 87.5, 0.4 * 80])
    assert score.relationship == pytest.approx(sum(score.relationship_parts), abs=1e-4)
    assert len(score.radar) == 6
    listed = CustomerListing.objects.get(pk=wang.pk)
    assert (listed.emotion, listed.relationship) == (46, 83)
    other = LiveScore.objects.exclude(customer=wang).get()
    assert (other.emotion, other.relationship) == (None, None)


def test_a_statement_ends_with_the_score_of_the_run(wang):
    score_everybody()
    lines = accounts.statement(wang, EmotionPolicy(), seen_until=TODAY)
    assert [(line.code, line.points, line.balance) for line in lines] == [
        *[("returned", -3, 47), ("satisfied", 1, 48), ("satisfied", 1, 49)],
        ("refused", -3, 46),
    ]
    assert emotion(wang) == lines[-1].balance
    assert (lines[0].order_id is None, lines[0].interaction_id) == (False, None)
    assert accounts.statement(shop.customer("空"), EmotionPolicy(), seen_until=TODAY) == []


def test_a_contact_of_today_moves_the_account_in_the_day(wang):
    score_everybody()
    history.record_interaction(customer=wang, at=now(), channel="phone", outcome="reached", satisfaction=1)
    services.rescore_marked()
    assert emotion(wang) == last_balance(wang) == 43
    assert CustomerListing.objects.get(pk=wang.pk).emotion == 43


def test_an_accepted_dispute_takes_its_entry_away_in_the_day_and_stays_so_over_a_run(wang):
    score_everybody()
    boss = shop.user("boss", Role.ADMINISTRATOR)
    refused = call(wang, 5, "refused")
    services.rescore_marked()
    assert emotion(wang) == 43
    dispute = history.dispute(about=refused, reason="接错了", by=boss, at=now())
    history.decide(dispute=dispute, accepted=True, note="", by=boss, at=now())
    services.rescore_marked()
    line = accounts.statement(wang, EmotionPolicy(), seen_until=TODAY + timedelta(1))[-1]
    assert emotion(wang) == line.balance == 46
    assert (line.counts, line.points, line.dispute) == (False, -3, dispute)
    score_everybody()
    assert emotion(wang) == 46
    services.rescore_marked()
    assert emotion(wang) == 46
