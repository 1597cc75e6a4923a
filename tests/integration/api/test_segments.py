"""What the API tells about segments: their rules in words, and their members by the records of the sources."""

import pytest
from django.utils.timezone import localdate, now

import shop
from shuke.analytics.rules import tree
from shuke.customers.models import Identity, Tag
from shuke.segments import services
from shuke.segments.models import CustomerListing
from shuke.staff.rights import Role, Scope

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def segment():
    """A segment of three, one of them known to two sources."""
    for number in range(3):
        customer = shop.customer("王芳", f"V{number}")
        CustomerListing.objects.create(customer=customer, orders=2)
    Identity.objects.create(source=shop.source("web"), source_key="W", customer=customer)
    ops = shop.user("ops", Role.OPERATIONS)
    segment = services.create(name="熟客", rule=tree.Number(field="orders", at_least=2), by=ops, at=now())
    services.fill(segment=segment, on=localdate(), at=now())
    return segment


def test_segments_are_told_in_words(segment, program):
    (told,) = program(Scope.CUSTOMERS_READ).ask("get", "segments").json()["items"]
    assert (told["name"], told["members"], told["words"]) == ("熟客", 3, "Orders in all at least 2")
    assert tree.read(told["rule"]) == tree.Number(field="orders", at_least=2)


def test_members_come_page_by_page_by_the_keys_of_their_sources(segment, program):
    reader, after, pages = program(Scope.CUSTOMERS_READ), 0, []
    while after is not None:
        page = reader.ask("get", f"segments/{segment.pk}/members?limit=2&after={after}").json()
        pages.append([[f"{record['source']}:{record['key']}" for record in each["records"]] for each in page["items"]])
        after = page["after"]
    assert pages == [[["till:V0"], ["till:V1"]], [["till:V2", "web:W"]]]


@pytest.mark.parametrize(("path", "status"), [("999", 404), ("0", 422), ("9" * 30, 422), ("x", 422)])
def test_there_is_no_such_segment(path, status, program):
    assert program(Scope.CUSTOMERS_READ).ask("get", f"segments/{path}/members").status_code == status


def test_an_archived_segment_is_not_told(segment, program):
    services.archive(segment=segment, version=1, by=segment.created_by, at=now())
    reader = program(Scope.CUSTOMERS_READ)
    assert reader.ask("get", "segments").json() == {"items": []}
    assert reader.ask("get", f"segments/{segment.pk}/members").status_code == 404


def test_reading_segments_needs_its_scope(segment, program):
    assert program(Scope.FACTS_WRITE).ask("get", "segments").status_code == 403


def test_a_profile_that_is_sent_counts_at_once(program, till):
    till.send("customers", {"key": "V7", "name": "王明", "tags": ["常客"]})
    tag = Tag.objects.get()
    ops = shop.user("ops", Role.OPERATIONS)
    segment = services.create(name="VIP", rule=tree.Tag(tag=tag.pk), by=ops, at=now())
    till.send("customers", {"key": "V7", "name": "王小明", "tags": ["常客"]})
    assert list(segment.memberships.values_list("customer__name", flat=True)) == ["王小明"]
