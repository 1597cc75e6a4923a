"""Disputes of entries: filed once, decided once, kept for good."""

from datetime import UTC, date, datetime

import pytest
from django.db.utils import DatabaseError, IntegrityError

import shop
from shuke.core.models import AuditEntry
from shuke.history import queries, services
from shuke.history.models import CustomerMark, Dispute, DisputeDecision
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 30, 17, tzinfo=UTC)


@pytest.fixture
def wang():
    return shop.customer("王芳")


@pytest.fixture
def boss():
    return shop.user("boss", Role.ADMINISTRATOR)


def call(wang):
    return services.record_interaction(customer=wang, at=AT, channel="phone", outcome="refused")


def filed(about, by) -> Dispute:
    return services.dispute(about=about, reason="打错了", by=by, at=AT)


def test_a_dispute_names_its_contact_or_order_and_changes_no_score_by_itself(wang, boss):
    contact, order = call(wang), shop.order(wang, date(2026, 6, 1), -500, kind="return")
    CustomerMark.objects.all().delete()
    first, second = filed(contact, boss), filed(order, boss)
    assert (first.interaction_id, first.order_id) == (contact.pk, None)
    assert (second.interaction_id, second.order_id) == (None, order.pk)
    assert list(queries.disputes_of(wang).order_by("pk")) == [first, second]
    assert not CustomerMark.objects.exists()


def test_an_entry_is_disputed_once_and_decided_once(wang, boss):
    contact = call(wang)
    dispute = filed(contact, boss)
    with pytest.raises(services.AlreadyDisputed):
        filed(contact, boss)
    services.decide(dispute=dispute, accepted=False, note="", by=boss, at=AT)
    with pytest.raises(services.AlreadyDecided):
        services.decide(dispute=dispute, accepted=True, note="", by=boss, at=AT)
    assert not DisputeDecision.objects.get().accepted


@pytest.mark.parametrize("accepted", [True, False])
def test_only_what_is_accepted_has_the_customer_scored_again(wang, boss, accepted):
    dispute = filed(call(wang), boss)
    CustomerMark.objects.all().delete()
    decided = services.decide(dispute=dispute, accepted=accepted, note="好", by=boss, at=AT)
    assert str(decided.decided_on) == "2026-07-01"
    assert [mark.identity_id for mark in CustomerMark.objects.all()] == [dispute.identity_id] * accepted
    last = AuditEntry.objects.order_by("pk").last()
    assert (last.action, last.subject_id) == ("dispute.accepted" if accepted else "dispute.rejected", dispute.pk)


def test_what_was_said_and_decided_stays(wang, boss):
    dispute = filed(call(wang), boss)
    services.decide(dispute=dispute, accepted=True, note="", by=boss, at=AT)
    for rows in (Dispute.objects, DisputeDecision.objects):
        with pytest.raises(DatabaseError), services.transaction.atomic():
            rows.update(at=AT)


def test_a_dispute_is_about_one_thing(wang, boss):
    with pytest.raises(IntegrityError):
        Dispute.objects.create(identity=wang.identities.first(), reason="?", by=boss, at=AT)


def test_those_who_decide_see_what_waits_for_customers_of_theirs(wang, boss):
    dispute, decided = filed(call(wang), boss), filed(call(wang), boss)
    services.decide(dispute=decided, accepted=True, note="", by=boss, at=AT)
    assert list(queries.open_disputes(boss)) == [dispute]
    assert list(queries.open_disputes(shop.user("agent"))) == []
