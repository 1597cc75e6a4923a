"""The board: dragging, moving by keyboard, the outcome that closing asks for, and two tabs that agree."""

import pytest
from django.utils.timezone import localdate, now
from playwright.sync_api import Locator, Page, expect

from integration.followups.conftest import Shop
from shuke.followups import services
from shuke.followups.models import FollowUp

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def agent(shop):
    return shop.colleague("Li")


@pytest.fixture
def work(shop, agent) -> FollowUp:
    shop.follow_up(owner=agent, due_on=localdate(), value_at_risk=1)
    return shop.follow_up(owner=agent, due_on=localdate(), value_at_risk=2)


def column(page: Page, key: str) -> Locator:
    return page.locator(f"#column-{key}")


def drag(page: Page, card: Locator, target: Locator) -> None:
    start, end = card.bounding_box(), target.bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + start["height"] - 12)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, end["y"] + 60, steps=12)
    page.mouse.move(end["x"] + 62, end["y"] + 62, steps=3)
    page.mouse.up()


def card_of(page: Page, follow_up: FollowUp) -> Locator:
    return page.locator(f"#card-{follow_up.pk}")


def test_a_card_is_dragged_to_another_column_and_stays_there(page_of, agent, work):
    page = page_of(agent)
    page.goto("/board/")
    drag(page, card_of(page, work), column(page, "doing"))
    expect(column(page, "doing").locator(".board-card")).to_have_count(1)
    expect(page.get_by_text("Moved to In touch")).to_be_visible()
    work.refresh_from_db()
    assert work.stage == "doing"
    page.reload()
    expect(column(page, "doing").locator(f"#card-{work.pk}")).to_be_visible()


def test_closing_by_drag_asks_for_the_outcome(page_of, agent, work):
    page = page_of(agent)
    page.goto("/board/")
    drag(page, card_of(page, work), column(page, "done"))
    expect(page.get_by_role("dialog")).to_contain_text(str(work.customer))
    page.keyboard.press("1")
    expect(column(page, "done").locator(f"#card-{work.pk}")).to_contain_text("Reached")
    work.refresh_from_db()
    assert work.outcome == "reached"


def test_a_card_whose_outcome_is_not_told_goes_back(page_of, agent, work):
    page = page_of(agent)
    page.goto("/board/")
    drag(page, card_of(page, work), column(page, "done"))
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(column(page, "todo").locator(f"#card-{work.pk}")).to_be_visible()
    work.refresh_from_db()
    assert work.closed_at is None


def test_the_keyboard_moves_a_card_and_keeps_it_in_hand(page_of, agent, work):
    page = page_of(agent)
    page.goto("/board/")
    card_of(page, work).locator("a").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("Moved to In touch")).to_be_visible()
    page.keyboard.press("Shift+ArrowRight")
    expect(column(page, "waiting").locator(f"#card-{work.pk} a")).to_be_focused()
    expect(page.get_by_text("Moved to Awaiting answer")).to_be_visible()
    work.refresh_from_db()
    assert work.stage == "waiting"


def test_an_answer_from_before_the_last_move_is_not_drawn(page_of, agent, work):
    page = page_of(agent)
    page.goto("/board/")
    late = []
    page.route("**/board/changes/**", lambda route: route.continue_() if late else late.append((route, route.fetch())))
    card_of(page, work).locator("a").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("Moved to In touch")).to_be_visible()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("Moved to Awaiting answer")).to_be_visible()
    route, answer = late[0]
    route.fulfill(response=answer)
    page.wait_for_timeout(500)
    expect(column(page, "waiting").locator(f"#card-{work.pk}")).to_be_visible(timeout=1)


def test_two_tabs_agree_without_being_touched(page_of, agent, work):
    one, other = page_of(agent), page_of(agent)
    one.goto("/board/")
    other.goto("/board/")
    drag(one, card_of(one, work), column(one, "waiting"))
    expect(column(other, "waiting").locator(f"#card-{work.pk}")).to_be_visible(timeout=12_000)


def test_a_move_that_comes_too_late_says_who_was_faster(shop, page_of, agent, work):
    page = page_of(agent)
    page.goto("/board/")
    services.complete(follow_up=work, outcome="busy", by=shop.colleague("Wang", role="operations"), at=now())
    drag(page, card_of(page, work), column(page, "doing"))
    expect(page.get_by_text("Wang has already closed this follow-up")).to_be_visible()
    expect(column(page, "done").locator(f"#card-{work.pk}")).to_be_visible()
