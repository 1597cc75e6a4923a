"""The beacon in a real browser, on pages of a shop that are served from elsewhere."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

import shop
from browser.looks import faults
from shuke.beacon import signing
from shuke.beacon.models import Ending, Site, Tally, Waiting
from shuke.beacon.services import sites, writing
from shuke.beacon.services.tallies import count
from shuke.history.models import Behaviour
from shuke.staff.rights import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
SECONDS = 15
PAGE = """<!doctype html><title>Tea</title><body><a href="/next">next</a>
<script>window.shuke = window.shuke || function () {{ (shuke.q = shuke.q || []).push(arguments); }};</script>
{script}</body>"""


class Shop:
    """A web shop on an origin of its own; `lines` is what its pages carry."""

    def __init__(self, shuke: str) -> None:
        self.shuke, self.lines = shuke, ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def carry(self, site: Site, **changes: str) -> None:
        """Put the beacon into every page."""
        signature = signing.sign("V17", secret=sites.secret_of(site), on=timezone.now().date())
        told = {"site": site.key, "customer": "V17", "signature": signature, "consent": "yes", **changes}
        data = " ".join(f'data-{name}="{value}"' for name, value in told.items())
        self.lines = f'<script async src="{self.shuke}/beacon.js" {data}></script>'


class _Pages(BaseHTTPRequestHandler):
    def __init__(self, of: Shop, *args: object) -> None:
        self.shop = of
        super().__init__(*args)

    def do_GET(self) -> None:
        body = PAGE.format(script="" if self.path == "/next" else self.shop.lines).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def shops(live_server, settings) -> Iterator[Callable[[], Shop]]:
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    opened: list[Shop] = []

    def open_one() -> Shop:
        opened.append(Shop(live_server.url))
        return opened[-1]

    yield open_one
    for each in opened:
        each.server.shutdown()
        each.server.server_close()


@pytest.fixture
def tea(shops) -> Shop:
    return shops()


@pytest.fixture
def site(tea) -> Site:
    site, _secret = sites.add(name="Tea", source="shop", origins=[tea.url], by=None, at=timezone.now())
    tea.carry(site)
    return site


@pytest.fixture
def visitor(chromium) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    context.set_default_timeout(SECONDS * 1000)
    yield context
    context.close()


def is_beacon(told) -> bool:
    return "/beacon/" in told.url


def sent_from(page: Page, address: str) -> dict:
    """What a page sends by itself when it is opened."""
    with page.expect_response(is_beacon) as answer:
        page.goto(address)
    assert answer.value.status == 204
    return json.loads(answer.value.request.post_data)


def sends_nothing(page: Page, address: str) -> None:
    asked = []
    page.on("request", lambda request: asked.append(request.url) if is_beacon(request) else None)
    page.goto(address)
    page.wait_for_function("window.shuke && !window.shuke.q")
    page.evaluate("shuke('cart', 'T-250')")
    page.wait_for_timeout(3_000)
    page.goto("about:blank")
    page.wait_for_timeout(300)
    assert asked == []


def acts() -> list[tuple[str, str]]:
    writing.write(at=timezone.now())
    return list(Behaviour.objects.order_by("kind").values_list("kind", "subject"))


def endings() -> dict[str, int]:
    return dict(Tally.objects.values_list("ending", "events"))


def test_with_consent_a_customers_visit_arrives_and_nothing_stays_in_the_browser(tea, site, visitor):
    page = visitor.new_page()
    with page.expect_response(is_beacon) as answer:
        page.goto(f"{tea.url}/茶/T-250?token=hidden#place")
        page.evaluate("shuke('cart', 'T-250', 128)")
    assert answer.value.header_value("access-control-allow-origin") == tea.url
    assert "hidden" not in answer.value.request.post_data
    assert "cookie" not in answer.value.request.all_headers()
    assert acts() == [("cart", "T-250"), ("view", "/茶/T-250")]
    cart = Behaviour.objects.get(kind="cart")
    assert (cart.identity.source_key, cart.value) == ("V17", 12_800)
    assert abs((timezone.now() - cart.at).total_seconds()) < 60
    assert visitor.cookies() == []
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


@pytest.mark.parametrize("changes", [{"consent": ""}, {"consent": "no"}, {"customer": ""}, {"signature": ""}], ids=str)
def test_without_consent_or_without_a_name_nothing_is_sent(tea, site, visitor, changes):
    tea.carry(site, **changes)
    sends_nothing(visitor.new_page(), tea.url)


@pytest.mark.parametrize(("signal", "value"), [("globalPrivacyControl", "true"), ("doNotTrack", "'1'")])
def test_who_asks_not_to_be_followed_is_not(tea, site, visitor, signal, value):
    visitor.add_init_script(f"Object.defineProperty(Navigator.prototype, '{signal}', {{ get: () => {value} }})")
    sends_nothing(visitor.new_page(), tea.url)


def test_consent_may_come_later_and_be_taken_back(tea, site, visitor):
    tea.carry(site, consent="no")
    page = visitor.new_page()
    page.goto(tea.url)
    page.wait_for_function("window.shuke && !window.shuke.q")
    with page.expect_response(is_beacon):
        page.evaluate("document.querySelector('script[data-site]').dataset.consent = 'yes'; shuke('login')")
    page.evaluate("shuke('cart', 'T-250'); document.querySelector('script[data-site]').dataset.consent = 'no'")
    page.wait_for_timeout(3_000)
    assert acts() == [("login", "")]


def test_a_forged_signature_writes_nothing(tea, site, visitor):
    tea.carry(site, customer="V18")
    sent_from(visitor.new_page(), tea.url)
    assert acts() == []
    assert endings() == {"signature": 1}


def test_another_origin_is_refused(tea, site, shops, visitor):
    elsewhere = shops()
    elsewhere.lines = tea.lines
    page = visitor.new_page()
    with page.expect_event("requestfailed", is_beacon):
        page.goto(elsewhere.url)
    assert acts() == []
    assert set(endings()) == {"origin"}


def test_what_is_sent_again_is_written_once(tea, site, visitor):
    page = visitor.new_page()
    body = sent_from(page, tea.url)
    page.evaluate(
        "([address, body]) => fetch(address, {method: 'POST', body})",
        [f"{tea.shuke}/beacon/{site.key}", json.dumps(body)],
    )
    assert acts() == [("view", "/")]
    assert endings() == {"written": 1, "known": 1}


def test_what_could_not_be_sent_is_sent_again(tea, site, visitor):
    page, failures = visitor.new_page(), []

    def fail_once(route) -> None:
        failures.append(route.request.post_data)
        route.continue_() if len(failures) > 1 else route.abort()

    page.route("**/beacon/*", fail_once)
    with page.expect_response(is_beacon):
        page.goto(tea.url)
    first, second = (json.loads(body)["events"][0] for body in failures)
    assert first["key"] == second["key"]
    assert second["ago"] > first["ago"]
    assert acts() == [("view", "/")]


def test_what_is_said_on_leaving_and_before_the_script_is_there_arrives_too(tea, site, visitor):
    page = visitor.new_page()
    page.add_init_script("window.shuke = function () {}; shuke.q = [['search', '乌龙茶']]")
    page.goto(tea.url)
    page.wait_for_function("window.shuke && !window.shuke.q")
    page.evaluate("shuke('checkout', 'T-250'); document.querySelector('a').click()")
    page.wait_for_url("**/next")
    for _attempt in range(50):
        if Waiting.objects.exists():
            break
        page.wait_for_timeout(100)
    assert acts() == [("checkout", "T-250"), ("search", "乌龙茶"), ("view", "/")]


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_of_a_site_is_in_order(page_of, settings, theme, width):
    settings.SHUKE = settings.SHUKE.model_copy(update={"demo": True})
    site, _secret = sites.add(name="茶铺", source="shop", origins=["https://tea.example"], by=None, at=timezone.now())
    count(site, {Ending.WRITTEN: 1200, Ending.KNOWN: 3, Ending.SIGNATURE: 7}, at=timezone.now())
    page = page_of(shop.user("周敏", Role.ADMINISTRATOR), width=width)
    page.emulate_media(color_scheme=theme)
    for address in (reverse("web:tokens"), reverse("web:sites.add"), reverse("web:sites.detail", args=[site.pk])):
        page.goto(address)
        expect(page.locator("main")).to_be_visible()
        assert faults(page, language="en") == []
