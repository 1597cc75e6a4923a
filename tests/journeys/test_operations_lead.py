"""An operations lead, new to it, asks the screen alone: why is this customer at risk, how sure is that, what if?"""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from installation import Installation
from shuke.demo.services import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.promise]

WEIGHT = re.compile(r"[+-]\d\.\d")
PATIENCE = 60_000


def test_an_operations_lead_finds_why_how_sure_and_what_if(tmp_path, chromium):
    site = Installation(tmp_path / "home", SHUKE_DEMO="1")
    site.run("demo", "--seed-only")
    with site.up():
        page = opened(chromium, site)
        why, trust = of_the_first_at_risk(page)
        worth = of_the_list(page)
        gold = if_gold_were_the_best_tenth(page)
        page.context.close()
    print(f"measured: why: {why}; trust: {trust} {worth}; gold as the best 10 %: {gold}")


def opened(chromium: Browser, site: Installation) -> Page:
    context = chromium.new_context(base_url=site.url)
    context.add_cookies([{"name": "django_language", "value": "en", "url": site.url}])
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("[name=login]", "ops")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("/")
    return page


def of_the_first_at_risk(page: Page) -> tuple[str, str]:
    """Customers, the filter, the first of them: the strongest reason, and what came of others with such a chance."""
    page.click("nav >> text=Customers")
    page.select_option("[name=at_risk]", "1")
    page.wait_for_url(re.compile("at_risk=1"))
    page.click("table tbody tr:first-child a")
    forecast = page.locator("#forecast")
    expect(forecast).to_contain_text("on the risk list")
    reasons = [reason.strip() for reason in forecast.locator("section").first.locator("li").all_inner_texts()]
    assert len(reasons) > 1
    assert all(WEIGHT.search(reason) for reason in reasons)
    trust = forecast.get_by_text("How far to trust it").inner_text()
    assert "really stayed away" in trust
    return " ".join(reasons[0].split()), trust


def of_the_list(page: Page) -> str:
    """The page of the models says what such a list was worth the last time that could be known."""
    page.click("nav >> text=Forecasts")
    told = page.get_by_text("of them really stayed away").first.inner_text()
    assert "%" in told
    return told


def if_gold_were_the_best_tenth(page: Page) -> str:
    page.click("nav >> text=Policies")
    page.click("main >> text=Tiers")
    page.fill("[name=gold_money_share]", "10")
    page.click("text=Try it first")
    answer = page.locator(".lab-answer li").first
    expect(answer).to_contain_text("Gold would have", timeout=PATIENCE)
    return answer.inner_text()
