"""What `shuke verify` says of the customer list: nothing of one that followed, the fault of one that did not."""

from datetime import date

import pytest
from django.utils.timezone import now

import shop
from shuke.customers.models import Customer
from shuke.scoring import services as scoring
from shuke.segments import services
from shuke.segments.invariants import faults
from shuke.segments.models import CustomerListing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def wang():
    """A customer who is scored and listed."""
    wang = shop.customer("王芳")
    shop.order(wang, date(2026, 6, 1), 100)
    shop.customer("只登记")
    services.refresh(run=scoring.run(as_of=date(2026, 6, 30)), at=now())
    return wang


def test_a_list_that_followed_its_run_has_no_fault_even_when_somebody_joined_since(wang):
    shop.customer("后来者")
    assert list(faults()) == []


def test_a_list_that_has_still_to_follow_the_live_run_is_not_judged(wang):
    CustomerListing.objects.update(tier="lead")
    scoring.run(as_of=date(2026, 7, 1))
    assert list(faults()) == []


def test_another_tier_is_a_fault(wang):
    CustomerListing.objects.filter(pk=wang.pk).update(tier="lead")
    assert list(faults()) == ["1 customers are listed with another tier than their score gives them"]


def test_a_customer_who_is_missing_is_a_fault(wang):
    CustomerListing.objects.filter(pk=wang.pk).delete()
    assert list(faults()) == ["1 customers are missing from the list"]


def test_a_customer_without_identity_is_a_fault_in_the_list(wang):
    nobody = Customer.objects.create(name="无名")
    CustomerListing.objects.create(customer=nobody, name=nobody.name)
    assert list(faults()) == ["1 customers are in the list without an identity"]
