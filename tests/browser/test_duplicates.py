"""The pages of people who stand twice in a real browser: keys that decide, and how they look."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

import shop
from browser.looks import faults
from shuke.customers import contacts, merging, names
from shuke.customers.merging import Pair
from shuke.customers.models import Candidate, ContactPoint, Customer, Distinct, Merge
from shuke.segments.models import CustomerListing
from shuke.staff.rights import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PAIRS = [("王小明", "王晓明"), ("单芳", "单芳"), ("李强", "强李")]
LATIN = {word for pair in PAIRS for name in pair for word in names.sounded(name)[0].split()} | {"key", "till"}
EVIDENCE = [
    {"code": "name_sound", "bits": 9.4},
    {"code": "phone_same", "bits": 15.8, "others": 1},
    {"code": "birthday_differs", "bits": -5.6},
    {"code": "source_same", "bits": -1.7},
]


@pytest.fixture
def ops(settings):
    settings.SHUKE = settings.SHUKE.model_copy(update={"demo": True})
    return shop.user("周敏", Role.OPERATIONS)


@pytest.fixture
def pairs(ops):
    """Three pairs to decide, the surest first."""
    made = []
    for place, pair in enumerate(PAIRS):
        first, second = (_customer(name, born=place + 1) for name in pair)
        made.append(
            Candidate.objects.create(
                first=first, second=second, probability=0.95 - place / 4, evidence=EVIDENCE, found_at=timezone.now()
            )
        )
    return made


def _customer(name: str, *, born: int) -> Customer:
    customer = shop.customer(name)
    customer.pinyin, customer.initials = names.sounded(name)
    customer.birth_year, customer.birth_month, customer.birth_day = 1988, born, customer.pk % 28 + 1
    customer.save()
    value = f"+86142123400{born:02}"
    ContactPoint.objects.create(
        identity=customer.identities.get(), kind="phone",
        value=contacts.seal(value), blind_index=contacts.fingerprint(value),
    )  # fmt: skip
    CustomerListing.objects.create(customer=customer, name=name, pinyin=customer.pinyin, orders=3, money=120_000)
    return customer


def test_one_key_a_pair(page_of, ops, pairs):
    page = page_of(ops)
    page.goto(reverse("web:duplicates"))
    expect(page.locator(".pair-card")).to_have_count(3)
    for key, left in (("3", 2), ("2", 1), ("1", 0)):
        page.keyboard.press(key)
        expect(page.locator(".pair-card")).to_have_count(left)
    assert Candidate.objects.get().later_at is not None
    assert Distinct.objects.get().first.customer == pairs[1].first
    assert Merge.objects.get().kept == pairs[2].first


def test_a_merge_is_undone_where_it_was_made(page_of, ops, pairs):
    page = page_of(ops)
    page.goto(reverse("web:duplicates"))
    page.get_by_role("button", name="Merge: one person").first.click()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(f"**{reverse('web:customers.detail', args=[pairs[0].first_id])}")
    assert Customer.objects.standing().count() == 6


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_look_right(page_of, ops, pairs, language, width, theme):
    done = merging.merge(pair=Pair(pairs[2].first_id, pairs[2].second_id, EVIDENCE), by=ops, at=timezone.now())
    undone = merging.merge(pair=Pair(pairs[1].first_id, pairs[1].second_id), by=ops, at=timezone.now())
    merging.undo(merge=undone, by=ops, at=timezone.now())
    one, two = pairs[0].first_id, pairs[0].second_id
    page = page_of(ops, language=language, width=width)
    page.emulate_media(color_scheme=theme)
    found = {}
    for address in (
        reverse("web:duplicates"),
        reverse("web:duplicates.merged"),
        reverse("web:customers.detail", args=[done.kept_id]),
        reverse("web:customers.merge", args=[one]) + "?q=王",
        reverse("web:customers.merge", args=[one]) + f"?with={two}",
        reverse("web:policies.edit", args=["identity"]),
    ):
        page.goto(address)
        if wrong := set(faults(page, language=language)) - {f"untranslated: {word}" for word in LATIN}:
            found[address] = wrong
    assert found == {}
