"""Naming the colleague who keeps a customer."""

import pytest
from django.utils.timezone import now

from shuke.core.models import AuditEntry
from shuke.customers import services
from shuke.customers.models import Customer, CustomerOwner
from shuke.staff.models import Line, User

pytestmark = pytest.mark.django_db


def test_a_customer_has_one_owner_a_line_and_a_change_is_written_down():
    customer = Customer.objects.create(name="王芳")
    chen, li = (User.objects.create(username=name, name=name) for name in ("chen", "li"))
    online = Line.objects.create(code="online", name="online")
    services.assign_owner(customer=customer, owner=chen, by=None, at=now())
    services.assign_owner(customer=customer, owner=li, by=chen, at=now())
    services.assign_owner(customer=customer, owner=chen, by=chen, at=now(), line=online)
    assert set(CustomerOwner.objects.values_list("line__code", "owner__name")) == {("main", "li"), ("online", "chen")}
    last = AuditEntry.objects.filter(action="customer.owner_assigned").order_by("pk")[1]
    assert last.details == {"owner": li.pk, "before": chen.pk}


def test_naming_the_same_colleague_again_keeps_the_since():
    customer = Customer.objects.create(name="王芳")
    chen = User.objects.create(username="chen")
    services.name_owner(customer=customer, owner=chen, at=now())
    since = CustomerOwner.objects.get().since
    assert services.name_owner(customer=customer, owner=chen, at=now()) == chen.pk
    assert CustomerOwner.objects.get().since == since
