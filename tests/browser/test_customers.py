"""The pages about customers, people and policies in a real browser: what changes in place, and how they look."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

import shop
from browser.looks import faults
from shuke.core import policies
from shuke.core.models import AuditEntry
from shuke.customers import contacts, names
from shuke.customers.models import ContactPoint, CustomerOwner, CustomerTag, Tag
from shuke.history.models import OrderLine, Product
from shuke.segments.models import CustomerListing, Membership
from shuke.staff.models import Line
from shuke.staff.rights import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
NAMES = ["王小明", "单芳", "欧阳娜娜", "李强", "赵倩"]
# Pinyin, the keys of the invented sources, and the author of the demo's orders.
LATIN = {word for name in NAMES for word in names.sounded(name)[0].split()} | {"Chen", "key", "order", "till"}


@pytest.fixture
def ops(settings):
    settings.SHUKE = settings.SHUKE.model_copy(update={"demo": True})
    policies.publish_defaults(at=timezone.now())
    return shop.user("周敏", Role.ADMINISTRATOR)


@pytest.fixture
def customers(ops):
    """Five customers with a past, who differ in money, tier and activity."""
    today = timezone.localdate()
    made = []
    for place, name in enumerate(NAMES):
        customer = shop.customer(name)
        customer.pinyin, customer.initials = names.sounded(name)
        customer.save()
        _past(customer, today - timedelta(days=10 * place + 1))
        CustomerOwner.objects.create(customer=customer, line=Line.main(), owner=ops, since=timezone.now())
        CustomerListing.objects.create(
            customer=customer, name=name, pinyin=customer.pinyin, initials=customer.initials, owner=ops,
            tier=("gold", "silver", "bronze")[place % 3], activity=("active", "dormant")[place % 2],
            r="A", f="B", m="C", t="A", r_quintile=5, f_quintile=4, m_quintile=3, orders=place + 1,
            money=100_000 * (place + 1), value_at_risk=10_000 * (place + 1), days_since_last=place,
        )  # fmt: skip
        made.append(customer)
    return made


def _past(customer, on) -> None:
    value = f"+861421234{customer.pk:04}"
    identity = customer.identities.get()
    ContactPoint.objects.create(
        identity=identity, kind="phone", value=contacts.seal(value), blind_index=contacts.fingerprint(value)
    )
    order = shop.order(customer, on, 12_000)
    teapot = Product.objects.get_or_create(source=shop.source(), code="100", defaults={"name": "复古陶瓷茶壶"})[0]
    OrderLine.objects.create(order=order, ordinal=1, product=teapot, quantity=2, unit_price=600_000, amount=12_000)
    Membership.objects.create(customer=customer, kind="tier", value="gold", since=on, run_id=1)


def names_on(page) -> list[str]:
    return page.locator("#customers .person-name").all_inner_texts()


def test_filters_order_and_search_swap_the_table_and_stay_in_the_address(page_of, ops, customers):
    page = page_of(ops)
    page.goto(reverse("web:customers"))
    assert names_on(page) == NAMES[::-1]
    page.get_by_role("link", name="Money").click()
    page.wait_for_url("**sort=-money**")
    page.get_by_role("link", name="Money").click()
    page.wait_for_url("**sort=money**")
    expect(page.locator("#customers .person-name").first).to_have_text(NAMES[0])
    page.locator("select[name=tier]").select_option("gold")
    page.wait_for_url("**tier=gold**")
    expect(page.locator("#customers .person-name")).to_have_text([NAMES[0], NAMES[3]])
    assert "sort=money" in page.url
    page.reload()
    assert names_on(page) == [NAMES[0], NAMES[3]]
    page.go_back()
    expect(page.locator("#customers .person-name")).to_have_count(5)
    page.locator(".filters input[type=search]").fill("shan")
    expect(page.locator("#customers .person-name")).to_have_text([NAMES[1]])


def test_the_box_on_top_finds_a_customer_with_the_keyboard_alone(page_of, ops, customers):
    page = page_of(ops)
    page.goto(reverse("web:people"))
    page.keyboard.press("/")
    page.keyboard.type("oynn")
    expect(page.locator(".search-hit")).to_contain_text("欧阳娜娜")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('web:customers.detail', args=[customers[2].pk])}")


def test_a_contact_is_opened_in_its_place_for_a_reason(page_of, ops, customers):
    page = page_of(ops)
    page.goto(reverse("web:customers.detail", args=[customers[0].pk]))
    page.get_by_role("button", name="Show").first.click()
    page.get_by_label("The customer asked for it").check()
    page.locator("dialog[open]").get_by_role("button", name="Show").click()
    expect(page.locator(".contact-open")).to_have_text(f"1421234{customers[0].pk:04}")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert AuditEntry.objects.get(action="contact_point.opened").details["purpose"] == "asked"


def test_tags_articles_and_owner_change_in_their_place(page_of, ops, customers):
    li = shop.user("Li")
    page = page_of(ops)
    page.goto(reverse("web:customers.detail", args=[customers[0].pk]))
    page.get_by_label("Add a tag").fill("VIP")
    page.keyboard.press("Enter")
    expect(page.locator("#tags .chip")).to_contain_text("#VIP")
    page.get_by_label("Remove the tag VIP").click()
    expect(page.locator("#tags .chip")).to_have_count(0)
    page.get_by_text("Articles").click()
    expect(page.locator(".order-lines")).to_contain_text("复古陶瓷茶壶")
    with page.expect_response("**/owners/**"):
        page.get_by_label("Owner in").select_option(str(li.pk))
    assert CustomerOwner.objects.get(customer=customers[0]).owner == li


def test_a_policy_says_what_would_change_and_asks_before_it_is_published(page_of, ops):
    page = page_of(ops)
    page.goto(reverse("web:policies.edit", args=["tier"]))
    page.get_by_label("Gold: share by recency").fill("25")
    expect(page.locator("#changes")).to_contain_text("25%")
    page.get_by_role("button", name="Publish").click()
    page.locator("#confirm").get_by_role("button", name="Publish").click()
    expect(page.locator(".toast-note")).to_contain_text("Version 2 is in force")
    assert policies.current(policies.kinds["tier"]).body.gold_recency_share == 0.25


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_look_right(page_of, ops, customers, language, width):
    CustomerTag.objects.create(customer=customers[0], tag=Tag.objects.create(name="大客户"), at=timezone.now())
    first = customers[0].pk
    addresses = [
        reverse("web:customers"),
        reverse("web:customers") + "?q=zzz",
        reverse("web:customers") + "?r=A",
        reverse("web:customers.detail", args=[first]),
        reverse("web:customers.edit", args=[first]),
        reverse("web:people"),
        reverse("web:people.add"),
        reverse("web:people.change", args=[ops.pk]),
        reverse("web:people.password", args=[ops.pk]),
        reverse("web:policies"),
        *(reverse("web:policies.edit", args=[kind.key]) for kind in policies.kinds),
    ]
    page = page_of(ops, language=language, width=width)
    spoken = []
    page.on("console", lambda message: spoken.append(message.text) if message.type == "error" else None)
    found = {}
    for address in addresses:
        page.goto(address)
        wrong = set(faults(page, language=language)) - {f"untranslated: {word}" for word in LATIN}
        if wrong:
            found[address] = wrong
    assert (found, spoken) == ({}, [])
