"""What a customer does not want: written once with who and why, kept by the strictest of two who are one."""

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import now

import shop
from shuke.core.models import AuditEntry
from shuke.customers import merging
from shuke.customers.exclusions import queries, services
from shuke.customers.exclusions.services import Reason, Source, exclude, lift
from shuke.customers.merging import Pair
from shuke.customers.models import Exclusion
from shuke.customers.registries import removed
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return shop.user("lead", Role.OPERATIONS)


@pytest.fixture
def wang():
    return shop.customer("王芳")


def written(customer, by, category="茶", **more) -> Exclusion:
    what = {"category": category} if isinstance(category, str) else {"product_id": category}
    return exclude(customer=customer, **what, **{"reason": Reason.UNWANTED, "by": by, "at": now(), **more})


def things(customer) -> set:
    return {each.category or each.product_id for each in queries.of_customer(customer)}


def actions() -> list[str]:
    return list(AuditEntry.objects.filter(action__contains="exclusion").order_by("pk").values_list("action", flat=True))


def test_it_is_written_with_who_and_why_and_once(wang, lead):
    first, again = written(wang, lead, source=Source.CHECK), written(wang, lead, reason=Reason.NEGATIVE_REVIEW)
    assert first == again
    assert (first.by, first.reason, first.source) == (lead, "unwanted", "check")
    assert actions() == ["customer.exclusion_added"]


def test_lifting_keeps_the_row_and_says_by_whom(wang, lead):
    exclusion = written(wang, lead)
    lift(exclusion=exclusion, by=lead, at=now())
    lift(exclusion=exclusion, by=lead, at=now())
    exclusion.refresh_from_db()
    assert things(wang) == set()
    assert exclusion.lifted_by == lead
    assert actions() == ["customer.exclusion_added", "customer.exclusion_lifted"]
    assert written(wang, lead) != exclusion


@pytest.mark.parametrize("named", [{}, {"category": "茶", "product_id": 1}])
def test_one_thing_is_named(wang, lead, named):
    with pytest.raises(services.NothingNamed):
        exclude(customer=wang, **named, reason=Reason.UNWANTED, by=lead, at=now())


def test_the_database_keeps_it_once(wang, lead):
    written(wang, lead)
    with pytest.raises(IntegrityError), transaction.atomic():
        Exclusion.objects.create(customer=wang, category="茶", reason="unwanted", source="profile", by=lead, at=now())


def test_one_person_does_not_want_what_either_of_two_does_not_want(wang, lead):
    other = shop.customer("王方")
    written(wang, lead)
    for thing in ("茶", "咖啡", 7):
        written(other, lead, thing)
    lift(exclusion=written(other, lead, "糖"), by=lead, at=now())
    done = merging.merge(pair=Pair(wang.pk, other.pk), by=lead, at=now())
    assert things(wang) == {"茶", "咖啡", 7}
    merging.undo(merge=done, by=lead, at=now())
    assert things(wang) == {"茶"}
    assert things(other) == {"茶", "咖啡", 7}


def test_what_two_merges_brought_goes_with_the_last_one_undone(wang, lead):
    others = [shop.customer(name) for name in ("王方", "王放")]
    for other in others:
        written(other, lead)
    merges = merging.merge_all(pairs=[Pair(wang.pk, other.pk) for other in others], at=now())
    merging.undo(merge=merges[0], by=lead, at=now())
    assert things(wang) == {"茶"}
    merging.undo(merge=merges[1], by=lead, at=now())
    assert things(wang) == set()


def test_what_is_allowed_again_after_a_merge_stays_allowed_for_the_kept_one(wang, lead):
    other = shop.customer("王方")
    written(other, lead)
    done = merging.merge(pair=Pair(wang.pk, other.pk), by=lead, at=now())
    lift(exclusion=queries.of_customer(wang).get(), by=lead, at=now())
    assert things(wang) == set()
    merging.undo(merge=done, by=lead, at=now())
    assert (things(wang), things(other)) == (set(), {"茶"})


def test_it_goes_with_a_customer_who_goes(wang, lead):
    written(wang, lead)
    for follow in removed:
        follow([wang.pk])
    assert not Exclusion.objects.exists()
