"""A list of customers, written as the nightly refresh writes it."""

from collections.abc import Callable

import pytest
from django.db.models import Func, Value

from shuke.customers import names
from shuke.customers.models import Customer
from shuke.segments.models import CustomerListing


@pytest.fixture
def listed(db) -> Callable[..., int]:
    """`listed("王小明", money=100)` is the number of a customer who is in the list."""

    def add(name: str = "王小明", **fields) -> int:
        sounds, letters = names.sounded(name)
        customer = Customer.objects.create(name=name, pinyin=sounds, initials=letters)
        CustomerListing.objects.create(customer=customer, name=name, pinyin=sounds, initials=letters, **fields)
        bigrams = Func(Value(name), function="name_bigrams")
        CustomerListing.objects.filter(pk=customer.pk).update(bigrams=bigrams)
        return customer.pk

    return add
