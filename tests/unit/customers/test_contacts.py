import pytest

from shuke.customers import contacts
from shuke.customers.contacts import Kind
from shuke.customers.models import ContactPoint


@pytest.mark.parametrize("text", ["14212345678", "142 1234 5678", "+86 142-1234-5678", "86 14212345678"])
def test_all_ways_to_write_a_phone_have_one_fingerprint(text):
    kind, value = contacts.guess(text)
    assert kind == Kind.PHONE
    assert contacts.fingerprint(value) == contacts.fingerprint("+8614212345678")


@pytest.mark.parametrize("text", ["王小明", "wang", "12345", "A1234567", "#VIP", ""])
def test_what_is_no_contact_is_not_taken_for_one(text):
    assert contacts.guess(text) is None


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (Kind.PHONE, "+8614212345678", "142****5678"),
        (Kind.PHONE, "+862112345", "****345"),
        (Kind.EMAIL, "wang@example.com", "w***@example.com"),
        (Kind.WECHAT, "wxid_abc", "w***"),
    ],
)
def test_a_masked_contact_tells_too_little_to_be_used(kind, value, shown):
    assert contacts.masked(ContactPoint(kind=kind, value=contacts.seal(value))) == shown
