"""The call list by keyboard, and two people at the same follow-up."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now
from playwright.sync_api import Page, expect

from integration.followups.conftest import Shop
from shuke.customers import contacts
from shuke.customers.models import ContactPoint, Customer
from shuke.followups import services
from shuke.followups.models import FollowUp
from shuke.history.models import Interaction

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PANEL = "details[name=call]"


@pytest.fixture
def shop() -> Shop:
    return Shop()


def work_for(shop: Shop, agent, *, count: int) -> list[FollowUp]:
    """Follow-ups that are due, the greatest value at risk first, as the list shows them."""
    return [
        shop.follow_up(owner=agent, due_on=localdate() - timedelta(number % 3), value_at_risk=10_000 - number)
        for number in range(count)
    ]


def give_phone(customer: Customer, number: str) -> None:
    ContactPoint.objects.create(
        identity=customer.identities.get(),
        kind=ContactPoint.Kind.PHONE,
        value=contacts.seal(number),
        blind_index=contacts.fingerprint(number),
    )


class Keys:
    """A keyboard that counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1


@pytest.mark.promise
def test_ten_follow_ups_in_a_row_take_at_most_three_keys_each(shop, page_of):
    agent = shop.colleague("Li")
    work = work_for(shop, agent, count=12)
    page = page_of(agent)
    page.goto("/today/")
    expect(page.locator(f"#follow-up-{work[0].pk} {PANEL}")).to_have_attribute("open", "")
    endings = [["1"], ["2"], ["3"], ["4", "1"], ["5"], ["6"], ["4", "3"], ["1"], ["j", "1"], ["k", "1"]]
    spent = []
    for keys in endings:
        left = page.locator("[data-call]").count()
        board = Keys(page)
        board.press(*keys)
        expect(page.locator("[data-call]")).to_have_count(left - 1)
        expect(page.locator(f"{PANEL}[open]")).to_have_count(1)
        spent.append(board.pressed)
    print(f"measured: {len(spent)} closed, at most {max(spent)} keys each, {sum(spent)} in all")
    assert max(spent) <= 3
    assert FollowUp.objects.filter(pk__in=[one.pk for one in work]).open().count() == 2
    assert Interaction.objects.filter(by=agent).count() == 10
    promised = FollowUp.objects.filter(outcome="promised").order_by("closed_at").values_list("promised_on", flat=True)
    assert list(promised) == [localdate() + timedelta(1), localdate() + timedelta(7)]


def test_the_last_one_leaves_words_instead_of_a_list(shop, page_of):
    agent = shop.colleague("Li")
    work_for(shop, agent, count=1)
    page = page_of(agent)
    page.goto("/today/")
    page.keyboard.press("1")
    expect(page.get_by_text("Everything is done for today")).to_be_visible()


def test_a_note_is_written_without_leaving_the_keyboard(shop, page_of):
    agent = shop.colleague("Li")
    (work,) = work_for(shop, agent, count=1)
    page = page_of(agent)
    page.goto("/today/")
    page.keyboard.press("n")
    page.keyboard.type("likes 1 and 2")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.get_by_text("Everything is done for today")).to_be_visible()
    work.refresh_from_db()
    assert (work.note, work.outcome) == ("likes 1 and 2", "reached")


def test_the_second_of_two_people_is_told_who_was_faster(shop, page_of):
    team = shop.team("calls")
    agent, lead = shop.colleague("Li", team=team), shop.colleague("Wang", role="operations", team=team)
    first, _second = work_for(shop, agent, count=2)
    page = page_of(agent)
    page.goto("/today/")
    expect(page.locator(f"#follow-up-{first.pk} {PANEL}")).to_have_attribute("open", "")
    services.complete(follow_up=first, outcome="refused", by=lead, at=now())
    page.keyboard.press("1")
    row = page.locator(f"#follow-up-{first.pk}")
    expect(row).to_contain_text("Wang has already closed this follow-up")
    expect(row).to_contain_text("Refused")
    expect(page.locator(f"{PANEL}[open]")).to_have_count(1)
    first.refresh_from_db()
    assert first.outcome == "refused"


def test_a_promise_without_a_date_stays_open_and_says_why(shop, page_of):
    agent = shop.colleague("Li")
    (work,) = work_for(shop, agent, count=1)
    page = page_of(agent)
    page.goto("/today/")
    page.keyboard.press("4")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#follow-up-{work.pk}")).to_contain_text("Enter the date that was promised.")
    assert FollowUp.objects.get().closed_at is None


def test_the_phone_call_desk_has_large_buttons_and_a_link_that_dials(shop, page_of):
    agent = shop.colleague("Li")
    (work,) = work_for(shop, agent, count=1)
    give_phone(work.customer, "+8614200000001")
    page = page_of(agent, width=390)
    page.goto("/today/")
    page.locator(f"#follow-up-{work.pk} summary").first.tap()
    expect(page.get_by_text("142****0001")).to_be_visible()
    page.get_by_role("button", name="Show").tap()
    expect(page.get_by_role("link", name="14200000001")).to_have_attribute("href", "tel:14200000001")
    sizes = page.locator(".ending").evaluate_all("nodes => nodes.map(node => node.getBoundingClientRect().height)")
    assert min(sizes) >= 48
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
