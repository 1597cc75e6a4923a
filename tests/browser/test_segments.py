"""The form of a rule in a real browser: what is chosen decides what is asked, and the count follows."""

import pytest
from django.urls import reverse
from playwright.sync_api import ConsoleMessage, Page, expect

import queue_of_jobs
import shop
from shuke.analytics.rules import tree
from shuke.segments.models import CustomerListing, Segment
from shuke.staff.rights import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def ops(settings):
    settings.SHUKE = settings.SHUKE.model_copy(update={"demo": True})
    queue_of_jobs.empty()
    for name, orders in (("王芳", 1), ("李强", 3), ("张敏", 5)):
        customer = shop.customer(name)
        CustomerListing.objects.create(
            customer=customer, name=name, tier="gold", activity="active", orders=orders, days_since_last=30 * orders
        )
    return shop.user("周敏", Role.OPERATIONS)


def test_a_rule_is_built_by_choosing_and_its_members_appear(page_of, ops):
    complaints = []
    page = page_of(ops)
    page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
    page.goto(reverse("web:segments.add"))
    count = page.locator(".segment-count strong")
    expect(count).to_have_text("2")  # the first condition: at least 90 days since the last order
    asked(page, "g0-c0-about", "orders")
    expect(page.locator(".rule-unit")).to_have_count(0)
    page.fill("[name=g0-c0-low]", "3")
    expect(count).to_have_text("2")
    asked(page, "g0-c0-how", "between")
    page.fill("[name=g0-c0-high]", "4")
    expect(count).to_have_text("1")
    page.click("text=Add a condition")
    settled(page)
    asked(page, "g0-c1-about", "tier")
    page.check("text=Silver")
    expect(count).to_have_text("0")
    page.click("[value='drop:0-1']")
    expect(page.locator(".rule-line")).to_have_count(1)
    expect(count).to_have_text("1")
    page.click("text=Add a group")
    settled(page)
    page.select_option("[name=match]", "any")
    page.fill("[name=g1-c0-low]", "150")
    expect(count).to_have_text("2")
    page.fill("[name=name]", "熟客")
    page.click("text=Save")
    expect(page.locator("#members")).to_contain_text("being found")
    queue_of_jobs.work_through()
    expect(page.locator("#members")).to_contain_text("2 now")
    expect(page.locator("#members")).to_contain_text("张敏")
    assert tree.write(tree.read(Segment.objects.get().rule))["kind"] == "any"
    assert complaints == []


def asked(page: Page, field: str, choice: str) -> None:
    """Choose what draws the form anew, and wait until it has been."""
    with page.expect_response(lambda answer: answer.url.endswith(reverse("web:segments.draft"))):
        page.select_option(f"[name={field}]", choice)
    settled(page)


def settled(page: Page) -> None:
    """Wait until what was drawn anew listens: HTMX binds it some milliseconds after it is seen, quicker than a hand."""
    page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-added, .htmx-settling')")


def is_complaint(said: ConsoleMessage) -> bool:
    """Is it more than a count that another one has replaced?"""
    return said.type == "error" and not said.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))
