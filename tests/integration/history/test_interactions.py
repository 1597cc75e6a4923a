"""Recording a contact: a fact that stays, with the marks that make it count."""

from datetime import UTC, date, datetime

import pytest
from django.db.utils import DatabaseError, IntegrityError

from shuke.customers.models import Customer, Identity, Source
from shuke.history import services
from shuke.history.models import CustomerMark, Interaction, MonthMark

pytestmark = pytest.mark.django_db

LATE_IN_JUNE = datetime(2026, 6, 30, 17, tzinfo=UTC)


@pytest.fixture
def customer() -> Customer:
    return Customer.objects.create(name="王芳")


def test_a_contact_belongs_to_the_oldest_identity_and_to_the_business_day(customer):
    shop = Source.objects.create(code="shop", name="shop")
    oldest, _newer = (Identity.objects.create(source=shop, source_key=key, customer=customer) for key in "ab")
    fact = services.record_interaction(customer=customer, at=LATE_IN_JUNE, channel="phone", outcome="reached")
    assert (fact.identity, fact.source, str(fact.happened_on)) == (oldest, Source.own(), "2026-07-01")
    assert str(MonthMark.objects.get().month) == "2026-07-01"
    assert CustomerMark.objects.get().identity_id == oldest.pk


def test_a_customer_without_any_record_gets_one_of_our_own_and_only_one(customer):
    first, second = (services.record_interaction(customer=customer, at=LATE_IN_JUNE, channel="phone") for _ in range(2))
    assert first.identity == second.identity == customer.identities.get()
    assert first.identity.source == Source.own()


def test_a_correction_names_what_it_corrects_and_stays_with_its_identity(customer):
    wrong = services.record_interaction(customer=customer, at=LATE_IN_JUNE, channel="phone", note="好")
    other = Customer.objects.create(name="other")
    right = services.record_interaction(customer=other, at=LATE_IN_JUNE, channel="phone", note="很好", corrects=wrong)
    assert (right.corrects, right.identity) == (wrong, wrong.identity)


def test_what_was_recorded_stays(customer):
    fact = services.record_interaction(customer=customer, at=LATE_IN_JUNE, channel="phone")
    with pytest.raises(DatabaseError):
        Interaction.objects.filter(pk=fact.pk).update(note="x")


def test_a_batch_marks_each_month_and_each_person_once():
    services.mark(identities=[7, 5, 7], customers=[9], days=[date(2026, 6, 30), date(2026, 6, 1), date(2026, 7, 1)])
    assert [str(each.month) for each in MonthMark.objects.order_by("pk")] == ["2026-06-01", "2026-07-01"]
    people = CustomerMark.objects.order_by("pk").values_list("identity_id", "customer_id")
    assert list(people) == [(5, None), (7, None), (None, 9)]


def test_a_mark_names_somebody():
    with pytest.raises(IntegrityError):
        CustomerMark.objects.create()
