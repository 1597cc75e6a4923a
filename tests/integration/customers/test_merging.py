"""Two customers who are one person become one, and become two again as if nothing had been."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils.timezone import localdate, now

import shop
from shuke.core.models import AuditEntry
from shuke.core.registries import invariants
from shuke.customers import contacts, merging, queries, services
from shuke.customers.merging import Pair
from shuke.customers.models import ContactPoint, Customer, CustomerTag, Distinct, Identity, Merge
from shuke.followups.models import FollowUp
from shuke.followups.services import AlreadyClosed, complete  # noqa: F401
from shuke.history import queries as history
from shuke.history import services as facts
from shuke.history.models import CustomerMark
from shuke.segments.models import CustomerListing, Membership
from shuke.segments.queries import customer_list, found
from shuke.staff.models import Line, Store
from shuke.staff.rights import Role

CONTENT = (
    "customer",
    "identity",
    "contact_point",
    "customer_tag",
    "customer_owner",
    "customer_list",
    "membership",
    "follow_up",
    "interaction",
    "customer_order",
)

pytestmark = pytest.mark.django_db


def content() -> dict[str, str]:
    """A checksum of every table that a merge may touch."""
    with connection.cursor() as cursor:
        sums = {}
        for table in CONTENT:
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '\n' ORDER BY t::text), '')) FROM {table} AS t")
            (sums[table],) = cursor.fetchone()
    return sums


@pytest.fixture
def lead():
    return shop.user("lead", Role.OPERATIONS)


@pytest.fixture
def agent():
    return shop.user("agent", Role.AGENT)


def listed(name: str, *, owner=None) -> Customer:
    """A customer with an order, a row in the list and a tier."""
    customer = shop.customer(name)
    shop.order(customer, localdate() - timedelta(days=9), 10_000)
    row = {"name": name, "bigrams": list(name), "owner": owner, "tier": "gold", "activity": "active", "orders": 1}
    CustomerListing.objects.create(customer=customer, **row)
    Membership.objects.create(customer=customer, kind="tier", value="gold", since=date(2026, 1, 1), run_id=1)
    if owner:
        services.name_owner(customer=customer, owner=owner, at=now())
    return customer


def follow_up(customer: Customer, owner, *, cause="cadence", due_in: int = 0) -> FollowUp:
    due_on = localdate() + timedelta(days=due_in)
    return FollowUp.objects.create(
        customer=customer, owner=owner, cause=cause, due_on=due_on, overdue_on=due_on, policy_version=1,
        created_at=now(), reasons=[{"code": "never_contacted"}],
    )  # fmt: skip


def merged(kept: Customer, absorbed: Customer, by) -> Merge:
    return merging.merge(pair=Pair(kept.pk, absorbed.pk), by=by, at=now())


def test_what_was_of_two_is_of_one(lead):
    wang, other = listed("王芳"), listed("王方")
    merged(wang, other, lead)
    assert history.orders_of(wang).count() == 2
    assert queries.identities_of(wang).count() == 2
    assert {row.pk for row in customer_list(staff=lead, filters={}).rows} == {wang.pk}
    assert [row.pk for row in found(staff=lead, text="王", limit=9)] == [wang.pk]
    assert not Customer.objects.visible_to(lead).filter(pk=other.pk).exists()
    assert set(CustomerMark.objects.values_list("customer_id", flat=True)) == {wang.pk, other.pk}
    entry = AuditEntry.objects.get(action="customers.merged")
    assert (entry.actor, entry.details["kept"], entry.details["absorbed"]) == ("lead", wang.pk, other.pk)


def test_undoing_leaves_the_content_as_it_was(lead, agent):
    wang, other = listed("王芳"), listed("王方", owner=agent)
    services.add_tag(customer=wang, name="VIP", by=lead, at=now())
    for name in ("VIP", "tea"):
        services.add_tag(customer=other, name=name, by=lead, at=now())
    for customer in (wang, other):
        follow_up(customer, agent)
    follow_up(other, agent, cause="promise", due_in=3)
    before = content()
    done = merged(wang, other, lead)
    assert content() != before
    merging.undo(merge=done, by=lead, at=now())
    assert content() == before
    assert AuditEntry.objects.filter(action="customers.merge_undone").count() == 1
    assert [fault for check in invariants for fault in check()] == []


def test_what_the_kept_profile_leaves_blank_is_told_by_the_absorbed_and_goes_with_it(lead):
    kept, absorbed, other = listed("王小明"), listed("王晓明"), listed("王明")
    Customer.objects.filter(pk=kept.pk).update(birth_month=8, birth_day=15)
    store = Store.objects.create(code="一店", name="一店", time_zone="Asia/Shanghai")
    told = {"birth_year": 1990, "birth_month": 1, "birth_day": 2, "registered_on": date(2023, 2, 16)}
    Customer.objects.filter(pk=absorbed.pk).update(**told)
    Customer.objects.filter(pk=other.pk).update(registered_on=date(2024, 1, 1), home_store=store)
    before = content()

    merges = merging.merge_all(pairs=[Pair(kept.pk, absorbed.pk), Pair(kept.pk, other.pk)], at=now())

    kept.refresh_from_db()
    assert (kept.name, kept.birth_year, kept.birth_day) == ("王小明", None, 15)
    assert (kept.registered_on, kept.home_store.code) == (date(2023, 2, 16), "一店")
    for merge in reversed(merges):
        merging.undo(merge=merge, by=lead, at=now())
    assert content()["customer"] == before["customer"]


def test_what_somebody_has_written_into_the_profile_since_stays(lead):
    kept, absorbed = listed("王小明"), listed("王晓明")
    Customer.objects.filter(pk=absorbed.pk).update(registered_on=date(2023, 2, 16), birth_month=1, birth_day=2)
    merge = merging.merge(pair=Pair(kept.pk, absorbed.pk), by=lead, at=now())
    Customer.objects.filter(pk=kept.pk).update(registered_on=date(2022, 1, 1))

    merging.undo(merge=merge, by=lead, at=now())

    kept.refresh_from_db()
    assert (kept.registered_on, kept.birth_day) == (date(2022, 1, 1), None)


def test_the_kept_customer_has_the_tags_and_the_colleague_of_both(lead, agent):
    wang, other = listed("王芳"), listed("王方", owner=agent)
    services.add_tag(customer=other, name="tea", by=lead, at=now())
    merged(wang, other, lead)
    assert [tag.name for tag in queries.tags_of(wang)] == ["tea"]
    assert wang.owners.get(line=Line.main()).owner == agent
    assert CustomerListing.objects.get(pk=wang.pk).owner == agent


def test_a_tag_that_two_merges_brought_goes_with_the_last_one_undone(lead):
    wang, one, two = (listed(name) for name in ("王芳", "王方", "王放"))
    for customer in (one, two):
        services.add_tag(customer=customer, name="tea", by=lead, at=now())
    first, second = merged(wang, one, lead), merged(wang, two, lead)
    merging.undo(merge=first, by=lead, at=now())
    assert CustomerTag.objects.filter(customer=wang).count() == 1
    merging.undo(merge=second, by=lead, at=now())
    assert not CustomerTag.objects.filter(customer=wang).exists()


def test_only_one_follow_up_of_a_cause_stays_open(lead, agent):
    wang, other = listed("王芳"), listed("王方")
    ours, theirs = follow_up(wang, agent), follow_up(other, agent, due_in=1)
    promise = follow_up(other, agent, cause="promise", due_in=3)
    done = merged(wang, other, lead)
    assert set(FollowUp.objects.open().filter(customer=wang)) == {ours, promise}
    theirs.refresh_from_db()
    assert theirs.withdrawn == {"code": "merged", "customer": wang.pk}
    assert [fault for check in invariants for fault in check()] == []
    merging.undo(merge=done, by=lead, at=now())
    assert set(FollowUp.objects.open().filter(customer=other)) == {theirs, promise}


def test_work_done_meanwhile_stays_with_the_kept_customer(lead, agent):
    wang, other = listed("王芳"), listed("王方", owner=agent)
    work = follow_up(other, agent)
    done = merged(wang, other, lead)
    complete(follow_up=work, outcome="reached", by=agent, at=now())
    merging.undo(merge=done, by=lead, at=now())
    work.refresh_from_db()
    assert (work.customer, work.outcome) == (wang, "reached")
    assert history.interactions_of(wang).count() == 1


def test_what_is_noted_after_a_merge_stays_when_it_is_undone(lead):
    older, newer = listed("王方"), listed("王芳")
    done = merged(newer, older, lead)
    facts.record_interaction(customer=newer, at=now(), channel="phone", note="likes tea", by=lead)
    merging.undo(merge=done, by=lead, at=now())
    assert history.interactions_of(newer).count() == 1


def test_a_merge_after_a_merge_is_undone_from_the_last_one_back(lead):
    wang, one, two = (listed(name) for name in ("王芳", "王方", "王放"))
    before = content()
    first, second = merged(one, wang, lead), merged(two, one, lead)
    assert queries.identities_of(two).count() == 3
    with pytest.raises(merging.MergedFurther):
        merging.undo(merge=first, by=lead, at=now())
    merging.undo(merge=second, by=lead, at=now())
    merging.undo(merge=first, by=lead, at=now())
    assert content() == before


def test_undoing_twice_is_undoing_once(lead):
    wang, other = listed("王芳"), listed("王方")
    done = merged(wang, other, lead)
    for _again in range(2):
        merging.undo(merge=done, by=lead, at=now())
    assert AuditEntry.objects.filter(action="customers.merge_undone").count() == 1


def test_who_was_merged_meanwhile_is_looked_at_again(lead):
    wang, other, third = (listed(name) for name in ("王芳", "王方", "王放"))
    merged(wang, other, lead)
    for kept, absorbed in ((wang, other), (other, third), (third, other)):
        with pytest.raises(merging.ChangedMeanwhile):
            merged(kept, absorbed, lead)


def test_a_profile_changed_since_the_page_was_opened_is_looked_at_again(lead):
    wang, other = listed("王芳"), listed("王方")
    services.edit_profile(customer=other, version=1, by=lead, at=now(), name="李雷")
    with pytest.raises(merging.ChangedMeanwhile):
        merging.merge(pair=Pair(wang.pk, other.pk), by=lead, at=now(), versions={wang.pk: 1, other.pk: 1})


def test_nobody_merges_whom_they_may_not_see(lead, agent):
    wang, other = listed("王芳", owner=agent), listed("王方")
    with pytest.raises(merging.NotFound):
        merged(wang, other, agent)
    with pytest.raises(merging.NotFound):
        merging.merge(pair=Pair(wang.pk, 999_999), by=lead, at=now())
    with pytest.raises(merging.SamePerson):
        merged(wang, wang, lead)


def test_two_people_are_remembered_once(lead):
    wang, other = listed("王芳"), listed("王方")
    for first, second in ((wang, other), (other, wang)):
        merging.keep_apart(first=first, second=second, by=lead, at=now())
    assert Distinct.objects.count() == 1
    assert AuditEntry.objects.filter(action="customers.kept_apart").count() == 1


def test_an_automatic_run_merges_all_at_once_and_leaves_who_was_merged_meanwhile(lead):
    wang, one, two, three = (listed(name) for name in ("王芳", "王方", "王放", "王房"))
    merged(three, two, lead)
    done = merging.merge_all(pairs=[Pair(wang.pk, one.pk, probability=0.999), Pair(wang.pk, two.pk)], at=now())
    assert [(each.kept_id, each.absorbed_id, each.is_automatic) for each in done] == [(wang.pk, one.pk, True)]


def test_contacts_of_both_are_found_with_the_one(lead):
    wang, other = listed("王芳"), listed("王方")
    value = "+8614212340001"
    ContactPoint.objects.create(
        identity=other.identities.get(), kind="phone",
        value=contacts.seal(value), blind_index=contacts.fingerprint(value),
    )  # fmt: skip
    merged(wang, other, lead)
    assert queries.with_contact(contacts.fingerprint(value)).get() == wang


def test_verify_finds_an_identity_left_with_a_shell(lead):
    wang, other = listed("王芳"), listed("王方")
    merged(wang, other, lead)
    Identity.objects.filter(customer=wang).update(customer=other)
    assert list(invariants["customers"]()) == [
        f"customer {other.pk} was merged into another and still has 2 identities"
    ]
