"""What would change if gold meant the best 10 %? Asked and answered in a real browser, from the screen alone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

import queue_of_jobs
import shop
from integration.lab.conftest import DAY, score
from shuke.core import policies
from shuke.scoring.policies import TIER
from shuke.staff.rights import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def ops(settings):
    settings.SHUKE = settings.SHUKE.model_copy(update={"demo": True})
    queue_of_jobs.empty()
    for number in range(1, 21):
        shop.order(shop.customer(f"顾客{number}"), DAY - timedelta(days=number), (21 - number) * 1_000)
    score()
    return shop.user("周敏", Role.OPERATIONS)


def test_what_would_change_if_gold_meant_the_best_tenth(page_of, ops):
    page = page_of(ops)
    page.goto(reverse("web:policies"))
    page.click("text=Tiers")
    page.fill("[name=gold_money_share]", "10")
    expect(page.locator("#changes")).to_contain_text("10%")
    page.click("text=Try it first")
    expect(page.locator("#found")).to_contain_text("Waiting for the worker")
    queue_of_jobs.work_through()
    expect(page.locator(".lab-answer")).to_contain_text("Gold would have 2 customers instead of 3 (−1).")
    expect(page.locator(".lab-answer")).to_contain_text("Follow-ups would be 6 a month instead of 9 (−3).")
    page.click(".lab-matrix a")
    expect(page.locator(".lab-moves")).to_contain_text("顾客3")
    expect(page.locator(".lab-moves")).to_contain_text("within the best 40%, not 10%")
    page.go_back()
    page.click("text=Publish to all")
    page.click("#confirm [value=yes]")
    expect(page.locator("body")).to_contain_text("is in force from now on")
    assert policies.current(TIER).body.gold_money_share == 0.10


@pytest.mark.usefixtures("ops")
def test_a_form_that_is_being_sent_is_not_sent_again(page_of):
    page = page_of(shop.user("陈总", Role.ADMINISTRATOR))
    page.goto(reverse("web:tokens.add"))
    page.fill("[name=name]", "Till")
    page.fill("[name=source]", "till")
    page.check("[name=scopes] >> nth=0")
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    page.evaluate("""() => {
        const button = document.querySelector("main form[method=post] [type=submit]");
        button.click();
        button.click();
    }""")
    expect(page.locator("main")).to_contain_text("Till")
    page.wait_for_load_state("networkidle")
    assert len(sent) == 1
