"""The pages of people who stand twice: who decides, what is said, and what a stale page may do."""

import pytest
from django.urls import reverse
from django.utils import timezone

import shop as little_shop
from shuke.customers import merging, services
from shuke.customers.merging import Pair
from shuke.customers.models import Candidate, Customer, Distinct, Merge
from shuke.segments.models import CustomerListing
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db

EVIDENCE = [
    {"code": "name_same", "bits": 7.4, "others": 3},
    {"code": "phone_same", "bits": 15.8, "others": 0},
    {"code": "birthday_differs", "bits": -5.6},
]


@pytest.fixture
def lead(shop):
    return shop.colleague("Lead", Role.OPERATIONS)


@pytest.fixture
def pair(shop) -> Candidate:
    first, second = shop.customer(), shop.customer()
    return Candidate.objects.create(
        first=first, second=second, probability=0.93, evidence=EVIDENCE, found_at=timezone.now()
    )


def decide(client, pair: Candidate, decision: str, **more):
    data = {"decision": decision, "kept": pair.second_id, "first_version": 1, "second_version": 1, **more}
    return client.post(reverse("web:duplicates.decide", args=[pair.pk]), data, headers={"HX-Request": "true"})


def test_a_pair_says_why_in_words(as_, lead, pair):
    page = as_(lead).get(reverse("web:duplicates")).content.decode()
    for words in ("very likely", "same name, which 3 others have", "same phone", "different birthdays"):
        assert words in page


def test_merging_keeps_the_one_that_was_chosen_and_offers_the_way_back(as_, lead, pair):
    answer = decide(as_(lead), pair, "merge")
    merge = Merge.objects.get()
    assert (merge.kept_id, merge.absorbed_id, merge.by) == (pair.second_id, pair.first_id, lead)
    assert reverse("web:duplicates.undo", args=[merge.pk]) in answer.content.decode()
    assert not Candidate.objects.exists()


def test_two_people_are_not_proposed_again(as_, lead, pair):
    assert decide(as_(lead), pair, "apart").status_code == 200
    assert (Distinct.objects.count(), Candidate.objects.count()) == (1, 0)


def test_later_comes_last(as_, lead, pair, shop):
    other = Candidate.objects.create(
        first=shop.customer(), second=shop.customer(), probability=0.3, evidence=[], found_at=timezone.now()
    )
    decide(as_(lead), pair, "later")
    page = as_(lead).get(reverse("web:duplicates")).content.decode()
    assert page.index(f'id="pair-{other.pk}"') < page.index(f'id="pair-{pair.pk}"')


def test_a_stale_page_merges_nobody(as_, lead, pair):
    services.edit_profile(customer=pair.first, version=1, by=lead, at=timezone.now(), name="somebody else")
    answer = decide(as_(lead), pair, "merge")
    assert answer.status_code == 409
    assert "Look at them again" in answer.content.decode()
    assert not Merge.objects.exists()


def test_the_address_of_a_merged_customer_leads_to_the_kept_one(as_, lead, pair):
    merging.merge(pair=Pair(pair.first_id, pair.second_id), by=lead, at=timezone.now())
    answer = as_(lead).get(reverse("web:customers.detail", args=[pair.second_id]))
    assert answer.headers["Location"] == reverse("web:customers.detail", args=[pair.first_id])
    page = as_(lead).get(answer.headers["Location"]).content.decode()
    assert "Also known as" in page
    assert str(pair.second) in page


def test_who_may_not_see_the_kept_customer_is_told_of_nobody(as_, lead, pair, shop):
    agent = shop.colleague(role=Role.AGENT)
    merging.merge(pair=Pair(pair.first_id, pair.second_id), by=lead, at=timezone.now())
    for key in (pair.first_id, pair.second_id):
        assert as_(agent).get(reverse("web:customers.detail", args=[key])).status_code == 404


def test_undoing_leads_back_to_two(as_, lead, pair):
    merge = merging.merge(pair=Pair(pair.first_id, pair.second_id), by=lead, at=timezone.now())
    answer = as_(lead).post(reverse("web:duplicates.undo", args=[merge.pk]), follow=True)
    assert "is a customer of their own again" in answer.content.decode()
    assert as_(lead).get(reverse("web:customers.detail", args=[pair.second_id])).status_code == 200
    assert "undone on" in as_(lead).get(reverse("web:duplicates.merged")).content.decode()


def test_by_hand_one_searches_compares_and_merges(as_, lead, shop):
    wang, other = shop.customer(), shop.customer()
    CustomerListing.objects.filter(pk=other.pk).update(pinyin="li lei")
    client, address = as_(lead), reverse("web:customers.merge", args=[wang.pk])
    assert f"?with={other.pk}" in client.get(address, {"q": "lilei"}).content.decode()
    assert "Side by side" in client.get(address, {"with": other.pk}).content.decode()
    client.post(address, {"with": other.pk, "first_version": 1, "second_version": 1})
    assert Merge.objects.get().absorbed == other


@pytest.mark.parametrize("key", ["x", "99999999999999999999", "-1", "²"])
def test_an_address_that_names_nobody_is_not_there(as_, lead, shop, key):
    address = reverse("web:customers.merge", args=[shop.customer().pk])
    assert as_(lead).get(address, {"with": key}).status_code == 404


def test_a_withdrawn_follow_up_tells_whoever_still_has_it_open(as_, lead, shop):
    agent = shop.colleague(role=Role.AGENT)
    one, two = (shop.customer(owner=agent) for _ in range(2))
    works = [shop.follow_up(owner=agent, customer=customer) for customer in (one, two)]
    merging.merge(pair=Pair(one.pk, two.pk), by=lead, at=timezone.now())
    address = reverse("web:follow_ups.complete", args=[works[1].pk])
    answer = as_(agent).post(address, {"outcome": "reached"})
    assert answer.status_code == 409
    assert "no longer open" in answer.content.decode()


def test_a_customer_is_not_merged_with_a_shell(as_, lead, pair):
    third = little_shop.customer("third")
    merging.merge(pair=Pair(pair.first_id, pair.second_id), by=lead, at=timezone.now())
    address = reverse("web:customers.merge", args=[third.pk])
    assert as_(lead).get(address, {"with": pair.second_id}).status_code == 404
    assert Customer.objects.standing().count() == 2
