"""Habits, suggestions and exclusions on a customer's page, and the weekly check, by request."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

import goods
import shop as little_shop
from shuke.analytics.churn.parameters import Shortfall
from shuke.analytics.potential.parameters import Measured, Pattern
from shuke.customers.models import Exclusion
from shuke.staff.rights import Role
from shuke.suggestions.models import Suggestion

pytestmark = pytest.mark.django_db(transaction=True)
RULES = {"next": [goods.rule("茶", "杯子")]}
BECAUSE = 'Of 400 who bought <span translate="no">茶</span>, 37% came to it within 90 days; usual: 9%'


@pytest.fixture
def ops(shop):
    return shop.colleague("Ops", Role.OPERATIONS)


@pytest.fixture
def wang():
    customer = little_shop.customer("王芳")
    for days in (9, 30, 400):
        goods.basket(customer, localdate() - timedelta(days), {"茶": 6_000})
    goods.basket(customer, localdate() - timedelta(200), {"糖": 3_000})
    return customer


def panel(client, customer) -> str:
    return client.get(reverse("web:customers.buying", args=[customer.pk])).content.decode()


def test_the_page_asks_for_it_and_does_not_wait(as_, ops, wang):
    page = as_(ops).get(reverse("web:customers.detail", args=[wang.pk])).content.decode()
    assert reverse("web:customers.buying", args=[wang.pk]) in page
    assert 'hx-trigger="load"' in page


def test_habits_and_suggestions_are_told_with_their_numbers(as_, ops, wang):
    goods.live_run(localdate(), RULES)
    told = panel(as_(ops), wang)
    assert "Buys of 2 categories" in told
    assert "3 orders of the last 365 days" in told
    assert "86%" in told
    assert BECAUSE in told
    assert "about ¥86 in one order; times the chance ¥32" in told
    assert "nan" not in told.lower()


def test_what_was_suggested_a_month_ago_is_held_against_what_came(as_, ops):
    chen = little_shop.customer("陈思远")
    goods.basket(chen, localdate() - timedelta(50), {"茶": 6_000})
    goods.basket(chen, localdate() - timedelta(20), {"杯子": 2_000})
    earlier = {"next": [goods.rule("茶", "杯子"), goods.rule("茶", "糖果", came=100)]}
    goods.live_run(localdate() - timedelta(40), earlier)
    goods.live_run(localdate() - timedelta(10), {})
    goods.live_run(localdate(), RULES)
    told = " ".join(panel(as_(ops), chen).split())
    assert f"Suggested on {localdate() - timedelta(40)}" in told
    assert '杯子</span><span class="reasons-weight">bought since' in told
    assert '糖果</span><span class="reasons-weight">not bought yet' in told
    assert "Expected of all together: ¥53 then, ¥0 now." in told
    assert "-¥53 in 40 days" in told


def test_where_nothing_was_suggested_nothing_is_compared(as_, ops, wang):
    goods.live_run(localdate() - timedelta(500), RULES)
    goods.live_run(localdate(), RULES)
    assert "Suggested on" not in panel(as_(ops), wang)


def test_the_name_of_an_article_is_text_and_nothing_else(as_, ops, wang):
    goods.live_run(localdate(), {"next": [goods.rule("茶", "<b>杯子</b>"), goods.rule("茶", "糖果", came=200)]})
    assert "<b>杯子" not in panel(as_(ops), wang)


def test_without_a_run_there_is_the_exclusion_list_alone(as_, ops, wang):
    told = panel(as_(ops), wang)
    assert "Never suggest" in told
    assert "Buying habits" not in told


def test_why_nothing_is_suggested_is_said(as_, ops, wang):
    run = goods.live_run(localdate(), {})
    lacking = Pattern(kind="next", shortfalls=(Shortfall(code="customers", have=12, need=200),))
    run.parameters["models"]["potential"]["patterns"] = [lacking.model_dump(mode="json")]
    run.save()
    assert "12 of 200 customers who bought lately" in panel(as_(ops), wang)


def test_not_relevant_takes_it_off_for_good_and_allowing_brings_it_back(as_, ops, wang):
    goods.live_run(localdate(), RULES)
    client = as_(ops)
    answer = client.post(
        reverse("web:customers.exclude", args=[wang.pk]), {"category": "杯子", "reason": "not_relevant"}
    )
    assert answer.status_code == 422  # the shop sells no cups yet
    goods.product("瓷杯", "杯子")
    answer = client.post(
        reverse("web:customers.exclude", args=[wang.pk]), {"category": "杯子", "reason": "not_relevant"}
    )
    assert "Of 400 who bought" not in answer.content.decode()
    exclusion = Exclusion.objects.get()
    assert (exclusion.by, exclusion.reason) == (ops, "not_relevant")
    client.post(reverse("web:customers.allow", args=[wang.pk, exclusion.pk]))
    assert "Of 400 who bought" in panel(client, wang)


def test_an_article_is_named_by_its_code_or_name(as_, ops, wang):
    tea = goods.product("茶")
    address = reverse("web:customers.exclude", args=[wang.pk])
    goods.Product.objects.filter(pk=tea.pk).update(category="", name="龙井")
    assert "龙井" in as_(ops).post(address, {"goods": " 龙井 ", "reason": "unwanted"}).content.decode()
    assert Exclusion.objects.get().product_id == tea.pk


def test_what_is_called_by_no_name_is_refused_and_kept_in_the_form(as_, ops, wang):
    address = reverse("web:customers.exclude", args=[wang.pk])
    answer = as_(ops).post(address, {"goods": "飞机", "reason": "unwanted"})
    assert answer.status_code == 422
    assert "Name a category or an article that the shop has." in answer.content.decode()
    assert 'value="飞机"' in answer.content.decode()


def test_who_may_not_see_the_customer_sees_nothing_of_this(as_, shop, wang):
    client = as_(shop.colleague())
    assert client.get(reverse("web:customers.buying", args=[wang.pk])).status_code == 404
    assert client.post(reverse("web:customers.exclude", args=[wang.pk]), {"goods": "茶"}).status_code == 404


def sample(customer, **more) -> Suggestion:
    rule = goods.rule("茶", "杯子")
    numbers = {"of": rule.of, "came": rule.came, "usual": rule.usual, "amount": rule.amount, "expected": 3_182}
    told = {"kind": "next", "goods": "category", "item": "杯子", "because": "茶", "window_days": 90, "run_id": 1}
    week = localdate() - timedelta(localdate().weekday())
    return Suggestion.objects.create(customer=customer, **{"week": week, **numbers, **told, **more})


def test_a_verdict_is_given_in_its_row_and_counted(as_, ops, wang):
    one = sample(wang)
    client = as_(ops)
    page = client.get(reverse("web:suggestions")).content.decode()
    assert "王芳" in page
    assert BECAUSE in page
    answer = client.post(reverse("web:suggestions.judge", args=[one.pk]), {"verdict": "not_relevant"}).content.decode()
    assert 'aria-pressed="true"' in answer
    assert 'hx-swap-oob="true"' in answer
    assert "100%" in answer
    assert Exclusion.objects.get().category == "杯子"
    assert client.post(reverse("web:suggestions.judge", args=[one.pk]), {"verdict": "maybe"}).status_code == 422


def test_the_share_of_not_relevant_is_drawn_over_the_weeks(as_, ops, wang):
    client = as_(ops)
    for weeks in range(3):
        one = sample(wang, week=localdate() - timedelta(localdate().weekday() + 7 * weeks))
        client.post(reverse("web:suggestions.judge", args=[one.pk]), {"verdict": "fits"})
    assert 'id="verdicts"' in client.get(reverse("web:suggestions")).content.decode()


def test_the_check_is_for_those_who_set_policies(as_, shop, wang):
    client = as_(shop.colleague())
    assert client.get(reverse("web:suggestions")).status_code == 403
    assert client.post(reverse("web:suggestions.judge", args=[sample(wang).pk]), {"verdict": "fits"}).status_code == 403


def test_an_empty_check_says_what_it_waits_for(as_, ops):
    assert "No sample yet" in as_(ops).get(reverse("web:suggestions")).content.decode()


def test_the_model_page_tells_what_suggestions_were_worth(as_, ops):
    run = goods.live_run(localdate(), RULES)
    measured = Measured(
        cut_on=localdate() - timedelta(90), until=localdate(), customers=1_234, suggested_to=2_000,
        hit_first=0.2, hit_three=0.411, popular_first=0.1, popular_three=0.25, low=0.081,
    )  # fmt: skip
    told = run.parameters["models"]["potential"]
    told["patterns"][0]["measured"] = measured.model_dump(mode="json")
    told["patterns"].append(
        Pattern(kind="upgrade", shortfalls=(Shortfall(code="no_usable_pattern", have=-0.1, need=0),)).model_dump(
            mode="json"
        )
    )
    run.save()
    page = as_(ops).get(reverse("web:forecasts")).content.decode()
    assert "1,234 of them then bought something new" in page
    assert "41.1%" in page
    assert "at least +8.1 points" in page
    assert BECAUSE in page
    assert "no usable pattern" in page
