"""Searching a shop for people who stand twice: what is sure is merged, the rest waits, and decisions stay."""

from pathlib import Path
from zipfile import ZipFile

import pytest
from django.utils.timezone import now

import shop
from shuke.core import policies
from shuke.core.models import AuditEntry
from shuke.customers import contacts, jobs, merging, names
from shuke.customers.duplicates import queries, services
from shuke.customers.duplicates.policy import IDENTITY, IdentityPolicy
from shuke.customers.models import Candidate, ContactPoint, Customer, Identity, Merge
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)


def person(name: str, *, phone: str = "", born: tuple[int, int, int] | None = None, source: str = "till") -> Customer:
    pinyin, initials = names.sounded(name)
    customer = Customer.objects.create(name=name, pinyin=pinyin, initials=initials)
    if born:
        customer.birth_year, customer.birth_month, customer.birth_day = born
        customer.save()
    identity = Identity.objects.create(source=shop.source(source), source_key=f"k{customer.pk}", customer=customer)
    if phone:
        ContactPoint.objects.create(
            identity=identity, kind="phone", value=contacts.seal(phone), blind_index=contacts.fingerprint(phone)
        )
    return customer


@pytest.fixture
def crowd():
    """A hundred customers who have nothing in common but their family names."""
    for number in range(100):
        person("王李张刘陈"[number % 5] + chr(0x5000 + number * 7) + chr(0x6000 + number * 11))


def unsure() -> list[Customer]:
    """Two of one name and birthday with different phones: likely one person, and not sure to be."""
    phones = {"till": "+8614200000003", "crm": "+8614200000004"}
    return [person("赵雨晨", phone=phone, born=(1990, 5, 1), source=source) for source, phone in phones.items()]


@pytest.fixture
def lead():
    return shop.user("lead", Role.OPERATIONS)


def test_who_is_sure_is_merged_and_who_is_not_waits_for_people(crowd):
    one = person("单芳芳", phone="+8614200000001", born=(1988, 8, 8))
    two = person("单芳芳", phone="+8614200000001", born=(1988, 8, 8), source="crm")
    father, son = (person(name, phone="+8614200000002") for name in ("程大年", "程小年"))
    old, new = unsure()
    searched = services.search(at=now())
    merge = Merge.objects.get()
    assert {merge.kept_id, merge.absorbed_id} == {one.pk, two.pk}
    assert merge.is_automatic
    assert merge.probability > 0.99
    assert {told["code"] for told in merge.evidence} >= {"name_same", "phone_same", "birthday_same"}
    waiting = {(each.first, each.second) for each in Candidate.objects.all()}
    assert (old, new) in waiting
    assert (father, son) not in waiting or Candidate.objects.get(first=father).probability < 0.5
    assert searched.merged == 1
    entry = AuditEntry.objects.get(action="duplicates.searched")
    assert (entry.details["merged"], entry.details["candidates"]) == (1, searched.candidates)


def test_a_search_again_changes_nothing(crowd, lead):
    pair = unsure()
    services.search(at=now())
    candidate = Candidate.objects.get(first=pair[0], second=pair[1])
    services.put_off(candidate=candidate, by=lead, at=now())
    services.search(at=now())
    again = Candidate.objects.get(first=pair[0], second=pair[1])
    assert (again.pk, again.later_at is not None) == (candidate.pk, True)


def test_two_people_are_never_proposed_again(crowd, lead):
    pair = unsure()
    assert services.search(at=now()).candidates == 1
    merging.keep_apart(first=pair[0], second=pair[1], by=lead, at=now())
    assert not Candidate.objects.exists()
    services.search(at=now())
    assert not Candidate.objects.exists()


def test_what_was_undone_is_not_merged_again_by_night(crowd, lead):
    for source in ("till", "crm"):
        person("单芳芳", phone="+8614200000001", born=(1988, 8, 8), source=source)
    services.search(at=now())
    merging.undo(merge=Merge.objects.get(), by=lead, at=now())
    assert services.search(at=now()).merged == 0


def test_a_policy_can_leave_everything_to_people(crowd, lead):
    for source in ("till", "crm"):
        person("单芳芳", phone="+8614200000001", source=source)
    body = IdentityPolicy(automatic=False)
    before = policies.current(IDENTITY)
    policies.publish(kind=IDENTITY, body=body, replaces=before.version, by=lead, at=now())
    assert services.search(at=now()).merged == 0
    assert Candidate.objects.count() == 1


def test_a_wrong_number_is_no_evidence(crowd):
    one, two = (person("赵雨晨", phone="+8614200000003", source=source) for source in ("till", "crm"))
    ContactPoint.objects.filter(identity__customer=two).update(invalid_since=now())
    services.search(at=now(), merges=False)
    codes = {told["code"] for each in Candidate.objects.filter(first=one) for told in each.evidence}
    assert "phone_same" not in codes


def test_the_nightly_search_happens_once_a_day(crowd, monkeypatch):
    asked = []
    monkeypatch.setattr(jobs, "enqueue", lambda name, **rest: asked.append(name))
    monkeypatch.setattr(jobs, "NIGHTLY_FROM_HOUR", 0)
    jobs.find_duplicates_if_due(timestamp=0)
    jobs.find_duplicates()
    jobs.find_duplicates_if_due(timestamp=0)
    assert asked == ["customers.find_duplicates"]
    assert queries.last_search().details["merged"] == 0


def test_the_twelve_doubles_of_the_crm_file_are_found(imported, shared_data, tmp_path):
    """The same people under another number of the same source: VIP000041 and VIP000041A, VIP000050 and VIP000050-1."""
    with ZipFile(shared_data / "messy_import.zip") as archive:
        path = Path(archive.extract("messy_import/crm_members_utf8bom.csv", tmp_path))
    imported(path)
    services.search(at=now(), merges=False)
    known = dict(Identity.objects.values_list("customer", "source_key"))
    proposed = {tuple(sorted((known[each.first_id], known[each.second_id]))) for each in Candidate.objects.all()}
    assert len(proposed) == 12
    assert all(second.removeprefix(first) in {"A", "-1"} for first, second in proposed)
