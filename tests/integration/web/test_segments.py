"""The pages of segments: a rule is written, counted, said in words, kept, and its members are seen."""

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localdate, now

from shuke.analytics.rules import tree
from shuke.customers.models import CustomerOwner, Tag
from shuke.segments import queries, services
from shuke.segments.models import CustomerListing, Segment
from shuke.staff.models import Line, Store
from shuke.web.segments.drafts import Draft
from shuke.web.segments.words import sentence

pytestmark = pytest.mark.django_db
TWO_ORDERS = tree.Number(field="orders", at_least=2)


def written(*lines: dict[str, object], name: str = "熟客", version: int = 0, **more: object) -> dict[str, object]:
    """What the form sends for one group of conditions."""
    told = {f"g0-c{place}-{key}": value for place, line in enumerate(lines) for key, value in line.items()}
    return {"name": name, "version": version, "g0-match": "all"} | told | more


BOUGHT = {"about": "orders_within", "how": "at_least", "low": "1", "days": "9"}
ORDERS = {"about": "orders", "how": "at_least", "low": "2"}


@pytest.fixture
def ops(shop):
    return shop.colleague("ops", "operations")


@pytest.fixture
def listed(shop):
    """`listed("王芳", orders=2)` is a customer in the list."""
    import shop as rows

    def add(name: str, *, owner=None, **fields) -> int:
        customer = rows.customer(name)
        CustomerListing.objects.create(customer=customer, name=name, owner=owner, **fields)
        if owner:
            CustomerOwner.objects.create(customer=customer, line=Line.main(), owner=owner, since=now())
        return customer.pk

    return add


@pytest.fixture
def segment(ops):
    return services.create(name="熟客", rule=TWO_ORDERS, by=ops, at=now())


def test_a_segment_is_written_and_kept(as_, ops, listed):
    listed("王芳", orders=2)
    answer = as_(ops).post(reverse("web:segments.add"), written(ORDERS), follow=True)
    kept = Segment.objects.get()
    assert tree.read(kept.rule) == tree.All(of=(tree.All(of=(TWO_ORDERS,)),))
    assert answer.redirect_chain == [(reverse("web:segments.detail", args=[kept.pk]), 302)]
    assert "Orders in all at least 2" in answer.content.decode()


def test_the_preview_says_who_and_how_many(as_, ops, listed):
    listed("王芳", orders=2)
    listed("李强", orders=1)
    page = as_(ops).post(reverse("web:segments.preview"), written(ORDERS)).content.decode()
    assert "Orders in all at least 2" in page
    assert '<strong class="num">1</strong> customer fits now' in page


@pytest.mark.parametrize(
    "line",
    [
        pytest.param({"about": "orders", "how": "at_least", "low": "many"}, id="no-number"),
        pytest.param({"about": "orders", "how": "at_least", "low": "NaN"}, id="not-a-number"),
        pytest.param({"about": "orders", "how": "between", "low": "3", "high": "2"}, id="bounds-that-cross"),
        pytest.param({"about": "tier", "how": "is", "values": "platinum"}, id="no-such-choice"),
        pytest.param({"about": "tag", "how": "has", "tag": "999"}, id="no-such-tag"),
        pytest.param({"about": "orders_within", "how": "at_least", "low": "1", "days": "0"}, id="no-days"),
        pytest.param(
            {"about": "orders_within", "how": "at_least", "low": "1", "days": "9", "channel": "\x00"}, id="nul"
        ),
    ],
)
def test_what_is_not_right_is_said_and_not_kept(line, as_, ops):
    answer = as_(ops).post(reverse("web:segments.add"), written(line))
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert not Segment.objects.exists()
    assert "not right yet" in as_(ops).post(reverse("web:segments.preview"), written(line)).content.decode()


def test_a_name_that_is_taken_is_said(as_, ops, segment):
    answer = as_(ops).post(reverse("web:segments.add"), written(ORDERS))
    assert answer.status_code == 422
    assert "Another segment has this name." in answer.content.decode()


def test_a_stale_form_is_told_and_keeps_what_was_written(as_, ops, segment):
    services.change(segment=segment, version=1, name="老客户", rule=TWO_ORDERS, by=ops, at=now())
    answer = as_(ops).post(reverse("web:segments.edit", args=[segment.pk]), written({**ORDERS, "low": "77"}, version=1))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert 'value="77"' in page
    assert "A colleague has changed this segment meanwhile" in page
    assert Segment.objects.get().name == "老客户"


def test_conditions_and_groups_come_and_go(as_, ops):
    ask = lambda **act: as_(ops).post(reverse("web:segments.draft"), written(ORDERS, ORDERS, **act)).content.decode()  # noqa: E731
    assert ask(act="add:0").count('class="rule-line"') == 3
    assert ask(act="drop:0-1").count('class="rule-line"') == 1
    assert ask(act="group").count('class="rule-group"') == 2
    for nonsense in ("add:7", "drop:7-7", "drop", "explode:1", ""):
        assert ask(act=nonsense).count('class="rule-line"') == 2


def test_after_a_button_the_page_asks_who_is_meant(as_, ops):
    answer = as_(ops).post(reverse("web:segments.draft"), written(ORDERS))
    assert "rule-changed" in answer.headers["HX-Trigger-After-Swap"]


def test_a_count_that_takes_too_long_is_said(as_, ops, monkeypatch):
    def give_up(*_rule, **_staff):
        raise queries.TakesTooLong

    monkeypatch.setattr(queries, "count_fitting", give_up)
    page = as_(ops).post(reverse("web:segments.preview"), written(ORDERS)).content.decode()
    assert "Counting takes too long" in page
    assert "fits now" not in page


def test_an_archived_segment_is_gone_from_the_pages(as_, ops, segment):
    as_(ops).post(reverse("web:segments.archive", args=[segment.pk]), {"version": 1})
    assert "No segment yet" in as_(ops).get(reverse("web:segments")).content.decode()
    assert as_(ops).get(reverse("web:segments.detail", args=[segment.pk])).status_code == 404
    assert 'name="segment"' not in as_(ops).get(reverse("web:customers")).content.decode()


def test_people_see_their_own_members(as_, shop, ops, segment, listed):
    agent = shop.colleague("xiaoli", "agent")
    listed("王芳", orders=2, owner=agent)
    listed("李强", orders=2)
    services.fill(segment=segment, on=localdate(), at=now())
    for address in (
        reverse("web:segments.detail", args=[segment.pk]),
        f"{reverse('web:customers')}?segment={segment.pk}",
    ):
        mine, all_ = (as_(staff).get(address).content.decode() for staff in (agent, ops))
        assert "王芳" in mine
        assert "李强" not in mine
        assert "李强" in all_
    assert f"In the segment since {localdate()}" in mine


def test_a_rule_that_goes_too_deep_for_the_form_is_left_as_it_is(as_, ops):
    deep = tree.Not(rule=tree.All(of=(tree.Some(of=(TWO_ORDERS, TWO_ORDERS)), TWO_ORDERS)))
    kept = services.create(name="深", rule=deep, by=ops, at=now())
    answer = as_(ops).get(reverse("web:segments.edit", args=[kept.pk]), follow=True)
    assert "deeper than the form can show" in answer.content.decode()


RULES = {
    "Tier is not Gold or Silver": tree.Not(rule=tree.Choice(field="tier", one_of=("gold", "silver"))),
    "Days since last order from 30 days to 90 days": tree.Number(field="days_since_last", at_least=30, at_most=90),
    "Money in all at most ¥1,200.50": tree.Number(field="money", at_most=120_050),
    "Orders in all exactly 0": tree.Number(field="orders", at_least=0, at_most=0),
    "Last contact more than 30 days ago": tree.Day(field="last_contact_on", how="before", days=30),
    "Last contact: never": tree.Day(field="last_contact_on", how="never"),
    "First order within the last 1 day": tree.Day(field="first_ordered_on", how="within", days=1),
    "Has an owner: no": tree.Flag(field="has_owner", holds=False),
    "orders in the last 90 days (东街店 · 微信): at least 2": tree.Bought(days=90, at_least=2, store=1, channel="微信"),
    "bought for at least ¥100.00 in the last 90 days (茶)": tree.Bought(
        measure="money", days=90, at_least=10_000, category="茶"
    ),
    "has the tag #VIP": tree.Tag(tag=1),
    "does not have the tag #999": tree.Not(rule=tree.Tag(tag=999)),
    "Home store is 东街店 or #9": tree.Choice(field="store_id", one_of=("1", "9")),
    "has the tag #VIP, and (Has an owner: yes, or Orders in all at least 2)": tree.All(
        of=(tree.Tag(tag=1), tree.Some(of=(tree.Flag(field="has_owner"), TWO_ORDERS)))
    ),
}


@pytest.fixture
def named(db):
    Store.objects.create(pk=1, code="east", name="东街店", time_zone="Asia/Shanghai")
    Tag.objects.create(pk=1, name="VIP")
    with translation.override("en"):
        yield


@pytest.mark.parametrize(("words", "rule"), RULES.items(), ids=[rule.kind for rule in RULES.values()])
def test_rules_are_said_as_people_say_them(words, rule, named):
    assert sentence(rule) == words


@pytest.mark.parametrize("words", [words for words in RULES if "#9" not in words])
def test_the_form_says_the_rule_that_it_was_made_from(words, named):
    assert sentence(Draft.saying(RULES[words]).rule) == words


def test_what_is_gone_has_to_be_chosen_anew(named):
    gone = tree.Choice(field="store_id", one_of=("9",))
    assert Draft.saying(gone).rule is None
