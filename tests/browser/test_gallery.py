"""Every component as people see it: both languages, both themes, desk and phone, and what it does when touched."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from browser.looks import faults

pytestmark = pytest.mark.browser

LANGUAGES, WIDTHS, THEMES = ("zh-hans", "en"), (390, 1440), ("light", "dark")
ENTRANCE = ("/accounts/login/", "/second-step", "/activate", "/accounts/password/reset/", "/errors/404", "/errors/500")
# The pages of work in every dress; those of the entrance share one frame, so two dresses show all of it.
DRESSES = [(language, width, theme) for language in LANGUAGES for width in WIDTHS for theme in THEMES]
PAGES = [
    *((path, *dress) for path in ("/", "/parts", "/people?sort=-money", "/board") for dress in DRESSES),
    *((path, *dress) for path in ENTRANCE for dress in (("zh-hans", 390, "light"), ("en", 1440, "dark"))),
]
ROOT = Path(__file__).parents[2]
DRAWN = "[...document.querySelectorAll('[data-chart]')].every((box) => box.querySelector('canvas'))"


@pytest.fixture(scope="session")
def gallery(tmp_path_factory):
    """The address of a server that serves the gallery with collected, hashed files."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "browser.gallery.settings",
        "GALLERY_HOME": str(tmp_path_factory.mktemp("gallery")),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")]),
    }
    django = [sys.executable, "-m", "django"]
    subprocess.run([*django, "collectstatic", "--noinput", "-v0"], env=environment, check=True)
    runserver = [*django, "runserver", "--noreload", "--nostatic", "--skip-checks", address]
    server = subprocess.Popen(runserver, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_for(f"http://{address}/search")
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait()


def wait_for(url: str, *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            urlopen(url).close()
            return
        except URLError:
            time.sleep(0.1)
    raise TimeoutError(url)


def is_complaint(said: ConsoleMessage) -> bool:
    """The browser reports every answer of 400 and more; some of ours are meant."""
    return said.type == "error" and "the server responded with a status of" not in said.text


@pytest.fixture
def open_page(gallery, chromium):
    """A function that opens a path of the gallery; words in the console fail the test at its end."""
    contexts, complaints = [], []

    def open_(path: str, *, language="zh-hans", width=1440, theme="light") -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce", base_url=gallery
        )
        contexts.append(context)
        context.add_cookies([{"name": "django_language", "value": language, "url": gallery}])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        page.wait_for_function(DRAWN)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize(("path", "language", "width", "theme"), PAGES)
def test_page_has_no_fault(open_page, path, language, width, theme):
    page = open_page(path, language=language, width=width, theme=theme)
    if folder := os.environ.get("SHUKE_SCREENS"):
        name = path.strip("/").replace("/", "-").partition("?")[0] or "overview"
        page.screenshot(path=Path(folder, f"{name}-{language}-{width}-{theme}.png"), full_page=True)
    assert faults(page, language=language) == []


def test_number_in_a_chart_leads_to_its_list(open_page):
    page = open_page("/")
    box = page.locator("#tiers").bounding_box()
    page.locator("#tiers").click(position={"x": box["width"] * 0.4, "y": box["height"] * 0.83})
    page.wait_for_url("**/people?tier=bronze")


def test_chart_tells_its_numbers_without_a_picture(open_page):
    page = open_page("/")
    page.locator("figure:has(#tiers) summary").click()
    link = page.locator("figure:has(#tiers)").get_by_role("link", name="3,163")
    expect(link).to_have_attribute("href", "/people?tier=bronze")


def test_theme_is_kept_and_charts_follow(open_page):
    page = open_page("/")
    before = page.locator("#activity canvas").screenshot()
    page.locator(".topbar [data-theme-choice=dark]").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.wait_for_timeout(100)
    assert page.locator("#activity canvas").screenshot() != before
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_language_switch_comes_back_to_the_page(open_page):
    page = open_page("/people?sort=-money")
    page.locator(".topbar button[value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/people?sort=-money")


def test_slash_finds_a_customer_by_keyboard_alone(open_page):
    page = open_page("/parts")
    page.keyboard.press("/")
    page.keyboard.type("林")
    expect(page.locator(".search-hit").first).to_contain_text("林晓梅")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".search-hit").first).to_be_focused()
    assert faults(page, language="zh-hans") == []


def test_filter_keeps_the_address_and_swaps_only_the_list(open_page):
    page = open_page("/people?sort=-money")
    page.locator("select[name=tier]").select_option("gold")
    page.wait_for_url("**/people?sort=-money&tier=gold")
    page.get_by_placeholder("按姓名、首字母查找").press_sequentially("林")
    page.wait_for_url("**/people?q=*&sort=-money&tier=gold")
    expect(page.get_by_placeholder("按姓名、首字母查找")).to_be_focused()
    assert page.locator("#customers").count() == 1


def test_question_stops_a_form_until_it_is_answered(open_page):
    page = open_page("/parts")
    page.get_by_role("button", name="结束").click()
    expect(page.locator("#confirm")).to_be_visible()
    assert faults(page, language="zh-hans") == []
    page.keyboard.press("Escape")
    assert page.url.endswith("/parts")
    page.get_by_role("button", name="结束").click()
    with page.expect_request("**/move/1") as sent:
        page.locator("#confirm [value=yes]").click()
    assert sent.value.method == "POST"


def test_key_opens_the_dialog_and_escape_closes_it(open_page):
    page = open_page("/parts", width=390)
    page.keyboard.press("n")
    expect(page.locator("#outcome")).to_be_visible()
    assert faults(page, language="zh-hans") == []
    page.keyboard.press("Escape")
    expect(page.locator("#outcome")).to_be_hidden()


def test_success_leaves_by_itself_and_an_error_stays(open_page):
    page = open_page("/parts?toast")
    assert page.locator("[data-toast]").count() == 2
    expect(page.locator("[data-toast][role=status]")).to_have_count(0, timeout=8000)
    expect(page.locator("[data-toast][role=alert]")).to_have_count(1)


def test_phone_reaches_the_menu_behind_more(open_page):
    page = open_page("/people", width=390)
    page.get_by_role("button", name="更多").click()
    expect(page.locator("#sidebar").get_by_role("link", name="数据导入")).to_be_visible()
    page.wait_for_timeout(400)
    assert faults(page, language="zh-hans") == []


def test_card_is_dragged_to_another_column(open_page):
    page = open_page("/board")
    card, column = page.locator("#card-1"), page.locator("#column-waiting")
    start, aim = card.bounding_box(), column.bounding_box()
    with page.expect_request("**/move/1") as sent:
        page.mouse.move(start["x"] + 30, start["y"] + 45)
        page.mouse.down()
        page.mouse.move(aim["x"] + 60, aim["y"] + 60, steps=15)
        page.mouse.move(aim["x"] + 64, aim["y"] + 64, steps=3)
        page.mouse.up()
    assert sent.value.post_data == "column=waiting"
    expect(column.locator("#card-1")).to_be_visible()
    expect(page.locator("#column-waiting-title [data-count]")).to_have_text("1")


def test_card_is_moved_by_keyboard(open_page):
    page = open_page("/board")
    page.locator("#card-1 .board-move button").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#column-doing #card-1")).to_be_visible()
    expect(page.locator("[data-toast]")).to_contain_text("沟通中")


def test_refused_move_goes_back_and_says_so(open_page):
    page = open_page("/board")
    page.locator("#card-2 .board-move button").first.click()
    page.get_by_role("button", name="已完成").click()
    expect(page.locator("[data-toast][role=alert]")).to_be_visible()
    expect(page.locator("#column-open #card-2")).to_be_visible()
    expect(page.locator("#column-done-title [data-count]")).to_have_text("1")
