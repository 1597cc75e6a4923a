"""What people write about a customer: once, by version, into the trail, and into the list at once."""

import pytest
from django.utils import timezone, translation

import shop
from shuke.core.models import AuditEntry
from shuke.customers import contacts, queries, services
from shuke.customers.models import ContactPoint, CustomerTag
from shuke.segments.models import CustomerListing
from shuke.staff.models import Line
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def who():
    return {"by": shop.user("ops", Role.OPERATIONS), "at": timezone.now()}


@pytest.fixture
def wang():
    person = shop.customer("王小明")
    CustomerListing.objects.create(customer=person, name=person.name)
    return person


def last_entry() -> AuditEntry:
    return AuditEntry.objects.order_by("-id").first()


def test_a_new_name_is_sorted_and_found_at_once(wang, who):
    changed = services.edit_profile(customer=wang, version=1, name="单芳", **who)
    assert (changed.pinyin, changed.initials, changed.version) == ("shan fang", "sf", 2)
    row = CustomerListing.objects.get(customer=wang)
    assert (row.name, row.pinyin, set(row.bigrams)) == ("单芳", "shan fang", {"单", "芳", "单芳"})


def test_the_trail_says_which_fields_changed_and_no_personal_word(wang, who):
    services.edit_profile(customer=wang, version=1, name="单芳", birth_month=3, birth_day=8, **who)
    assert last_entry().action == "customer.edited"
    assert last_entry().details == {"fields": ["name", "birth_month", "birth_day"]}


def test_whoever_saw_an_older_version_changes_nothing(wang, who):
    services.edit_profile(customer=wang, version=1, name="单芳", **who)
    with pytest.raises(services.ProfileChanged):
        services.edit_profile(customer=wang, version=1, name="王芳", **who)
    wang.refresh_from_db()
    assert wang.name == "单芳"


def test_saving_what_is_there_leaves_no_trace(wang, who):
    services.edit_profile(customer=wang, version=1, name=wang.name, **who)
    assert not AuditEntry.objects.filter(action="customer.edited").exists()


def test_a_tag_is_put_on_once(wang, who):
    for name in ("VIP", " #VIP "):
        services.add_tag(customer=wang, name=name, **who)
    assert [tag.name for tag in queries.tags_of(wang)] == ["VIP"]
    assert AuditEntry.objects.filter(action="customer.tagged").count() == 1
    for _twice in range(2):
        services.remove_tag(customer=wang, tag=queries.tags().get(), **who)
    assert not CustomerTag.objects.exists()
    assert AuditEntry.objects.filter(action="customer.untagged").count() == 1


def test_an_owner_is_named_changed_and_taken_back(wang, who):
    li, zhao = shop.user("li"), shop.user("zhao")
    for owner in (li, zhao, zhao, None):
        services.assign_owner(customer=wang, owner=owner, **who)
    trail = AuditEntry.objects.filter(action="customer.owner_assigned").order_by("id").values_list("details", flat=True)
    assert [(entry["before"], entry["owner"]) for entry in trail] == [(None, li.pk), (li.pk, zhao.pk), (zhao.pk, None)]
    assert [owned.owner for owned in queries.line_owners(wang)] == [None]


def test_the_list_shows_the_new_owner(wang, who):
    li = shop.user("li")
    services.assign_owner(customer=wang, owner=li, line=Line.main(), **who)
    assert CustomerListing.objects.get(customer=wang).owner == li


@pytest.fixture
def phone(wang):
    value = "+8614212345678"
    return ContactPoint.objects.create(
        identity=wang.identities.get(),
        kind="phone",
        value=contacts.seal(value),
        blind_index=contacts.fingerprint(value),
    )


def test_opening_a_contact_is_written_down_without_the_contact(phone, who):
    opened = services.open_contact(point=phone, purpose=services.Purpose.ASKED, note="called us", **who)
    assert opened == "14212345678"
    assert last_entry().details == {"kind": "phone", "purpose": "asked", "note": "called us"}
    assert last_entry().subject_id == phone.pk
    assert last_entry().actor_id == who["by"].pk


def test_one_contact_from_two_sources_is_shown_once(wang, phone):
    other = wang.identities.create(source=shop.source("crm"), source_key="1")
    ContactPoint.objects.create(
        identity=other, kind="phone", value=contacts.seal("+8614212345678"), blind_index=phone.blind_index
    )
    assert [contact.words for contact in queries.masked_contacts(wang)] == ["142****5678"]


def test_completeness_names_what_is_missing(wang, phone):
    known = queries.masked_contacts(wang)
    whole = queries.completeness(wang, contacts_known=known, owned=True, tagged=False)
    assert whole.share == pytest.approx(3 / 7)
    with translation.override("en"):
        assert [str(part) for part in whole.missing] == ["birthday", "e-mail", "home store", "tags"]
