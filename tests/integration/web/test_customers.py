"""The pages about customers by request: state in the address, parts for HTMX, words where somebody was faster."""

import csv
from datetime import date, timedelta
from io import StringIO

import pytest
from django.urls import reverse
from django.utils import timezone, translation

import shop as little_shop
from shuke.core.models import AuditEntry
from shuke.customers import contacts, services
from shuke.customers.models import ContactPoint, Customer, CustomerOwner, Tag
from shuke.history.models import Behaviour
from shuke.scoring.models import LiveRun, Run, Score
from shuke.segments.models import CustomerListing
from shuke.staff.models import Line
from shuke.staff.rights import Role
from shuke.web.customers import scores

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def admin(shop):
    return shop.colleague("Admin", Role.ADMINISTRATOR)


@pytest.fixture
def wang(shop, admin):
    return shop.customer(owner=admin, r="A", f="B", m="C", t="A", r_quintile=5, f_quintile=4)


def page(client, name: str, *args, **more) -> str:
    return client.get(reverse(f"web:{name}", args=args), **more).content.decode()


def test_htmx_gets_the_table_alone_and_a_browser_the_whole_page(as_, admin, wang):
    client = as_(admin)
    whole, part = page(client, "customers"), page(client, "customers", headers=HTMX)
    assert str(wang) in whole
    assert str(wang) in part
    assert "<html" in whole
    assert "<html" not in part
    assert 'hx-swap-oob="true"' in part


def test_a_cell_of_the_heat_map_leads_to_its_customers(as_, admin, shop, wang):
    other = shop.customer(owner=admin, r_quintile=1, f_quintile=1)
    shown = page(as_(admin), "customers", data={"r_quintile": 5, "f_quintile": 4})
    assert reverse("web:customers.detail", args=[wang.pk]) in shown
    assert reverse("web:customers.detail", args=[other.pk]) not in shown


@pytest.mark.parametrize(
    "query",
    [{"tier": "platinum"}, {"sort": "password"}, {"owner": "x"}, {"tag": "x"}, {"r_quintile": 9}, {"q": "a\x00"}],
)
def test_what_the_address_does_not_mean_is_left_out(as_, admin, wang, query):
    answer = as_(admin).get(reverse("web:customers"), query)
    assert answer.status_code == 200
    assert str(wang) in answer.content.decode()


def test_an_empty_list_says_what_to_do(as_, admin, shop):
    assert "Import a file" in page(as_(admin), "customers")
    assert "No customers are yours yet" in page(as_(shop.colleague()), "customers")
    assert "Nobody fits" in page(as_(admin), "customers", data={"q": "zzz"})


def test_the_search_box_answers_with_a_way_to_the_customer(as_, admin, wang):
    CustomerListing.objects.filter(pk=wang.pk).update(pinyin="wang xiao ming")
    answer = page(as_(admin), "search", data={"q": "wangx"})
    assert reverse("web:customers.detail", args=[wang.pk]) in answer
    assert page(as_(admin), "search", data={"q": ""}) == ""


def rows_of(client, **query) -> list[list[str]]:
    answer = client.get(reverse("web:customers.export"), query)
    return list(csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_an_export_holds_the_list_and_no_formula(as_, admin, shop, wang):
    CustomerListing.objects.filter(pk=wang.pk).update(name="=cmd|' /C calc'!A0")
    head, row = rows_of(as_(admin), tier="gold")
    assert head[:2] == ["Number", "Name"]
    assert row[1] == "'=cmd|' /C calc'!A0"


def test_an_export_is_written_down_without_what_was_searched(as_, admin, wang):
    rows_of(as_(admin), tier="gold", q="14212345678")
    entry = AuditEntry.objects.get(action="customers.exported")
    assert entry.details == {"filters": {"tier": "gold"}, "searched": True}


def test_a_manager_exports_the_team_only(as_, shop, wang):
    team = shop.team("east")
    manager, agent = shop.colleague("M", Role.MANAGER, team=team), shop.colleague(team=team)
    theirs = shop.customer(owner=agent)
    assert [row[0] for row in rows_of(as_(manager))[1:]] == [str(theirs.pk)]


def test_the_export_speaks_the_readers_language(as_, admin, wang):
    admin.language = "zh-hans"
    admin.save()
    assert rows_of(as_(admin))[0][1] == "姓名"


@pytest.fixture
def phone(wang):
    value = "+8614212345678"
    return ContactPoint.objects.create(
        identity=wang.identities.get(),
        kind="phone",
        value=contacts.seal(value),
        blind_index=contacts.fingerprint(value),
    )


def test_a_contact_is_masked_until_it_is_opened_for_a_reason(as_, admin, wang, phone):
    client = as_(admin)
    shown = page(client, "customers.detail", wang.pk)
    assert "142****5678" in shown
    assert "14212345678" not in shown
    address = reverse("web:customers.contact", args=[wang.pk, phone.pk])
    assert client.post(address, {"purpose": "curiosity"}).status_code == 422
    assert not AuditEntry.objects.filter(action="contact_point.opened").exists()
    assert "14212345678" in client.post(address, {"purpose": "follow_up"}).content.decode()
    assert AuditEntry.objects.get(action="contact_point.opened").details["purpose"] == "follow_up"


def test_numbers_in_notes_are_masked(as_, admin, wang):
    identity = wang.identities.get()
    identity.interactions.create(
        source=identity.source,
        at=timezone.now(),
        happened_on=timezone.localdate(),
        channel="phone",
        note="call 13812345678",
    )
    shown = page(as_(admin), "customers.detail", wang.pk)
    assert "13812345678" not in shown
    assert "138****5678" in shown


def test_what_a_customer_is_called_is_never_markup(as_, admin, wang):
    for model in (Customer, CustomerListing):
        model.objects.filter(pk=wang.pk).update(name="<script>alert(1)</script>")
    for name, args in (("customers", ()), ("customers.detail", (wang.pk,)), ("customers.edit", (wang.pk,))):
        assert "<script>alert" not in page(as_(admin), name, *args)


def form_of(customer, **changes) -> dict:
    return {"version": customer.version, "name": customer.name, "birth_calendar": "solar", **changes}


def test_a_profile_is_edited(as_, admin, wang):
    address = reverse("web:customers.edit", args=[wang.pk])
    answer = as_(admin).post(address, form_of(wang, name="单芳", birth_month=3, birth_day=8))
    assert answer.status_code == 302
    wang.refresh_from_db()
    assert (wang.name, wang.pinyin, wang.birth_day, wang.version) == ("单芳", "shan fang", 8, 2)


def test_whoever_was_slower_keeps_their_words_and_sees_the_others(as_, admin, wang):
    services.edit_profile(customer=wang, version=1, name="Colleague's choice", by=admin, at=timezone.now())
    address = reverse("web:customers.edit", args=[wang.pk])
    client = as_(admin)
    answer = client.post(address, form_of(wang, name="单芳"))
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="单芳"' in shown
    assert "now “Colleague&#x27;s choice”" in shown
    assert "A colleague has changed this profile" in shown
    again = client.post(address, form_of(wang, name="单芳", version=2))
    assert again.status_code == 302


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"name": " "}, id="no-name"),
        pytest.param({"birth_month": 2}, id="half-a-birthday"),
        pytest.param({"birth_month": 2, "birth_day": 30}, id="no-such-day"),
        pytest.param({"birth_month": 2, "birth_day": 29, "birth_year": 2001}, id="no-leap-year"),
        pytest.param({"birth_month": 1, "birth_day": 31, "birth_calendar": "lunar"}, id="no-lunar-31st"),
        pytest.param({"birth_year": 1600}, id="too-old"),
        pytest.param({"version": ""}, id="no-version"),
    ],
)
def test_a_profile_that_cannot_be_is_refused_beside_the_field(as_, admin, wang, changes):
    answer = as_(admin).post(reverse("web:customers.edit", args=[wang.pk]), form_of(wang, **changes))
    assert answer.status_code == 422
    wang.refresh_from_db()
    assert wang.version == 1


def test_tags_come_and_go(as_, admin, wang):
    client = as_(admin)
    assert "#VIP" in client.post(reverse("web:customers.tag", args=[wang.pk]), {"name": "VIP"}).content.decode()
    gone = client.post(reverse("web:customers.untag", args=[wang.pk, Tag.objects.get().pk]))
    assert "#VIP" not in gone.content.decode()
    assert client.post(reverse("web:customers.tag", args=[wang.pk]), {"name": " # "}).status_code == 422


def test_a_manager_hands_customers_on_inside_the_team_only(as_, shop):
    team = shop.team("east")
    manager, agent = shop.colleague("M", Role.MANAGER, team=team), shop.colleague("A", team=team)
    stranger, customer = shop.colleague("S"), shop.customer(owner=agent)
    address = reverse("web:customers.owner", args=[customer.pk, Line.main().pk])
    client = as_(manager)
    assert client.post(address, {"owner": stranger.pk}).status_code == 422
    assert client.post(address, {"owner": ""}).status_code == 422
    assert client.post(address, {"owner": manager.pk}).status_code == 200
    assert CustomerOwner.objects.get(customer=customer).owner == manager


def test_order_lines_belong_to_the_customer_that_is_asked_for(as_, admin, shop, wang):
    other = shop.customer(owner=admin)
    order = little_shop.order(other, timezone.localdate() - timedelta(days=3), 100)
    assert as_(admin).get(reverse("web:customers.order", args=[wang.pk, order.pk])).status_code == 404
    assert as_(admin).get(reverse("web:customers.order", args=[other.pk, order.pk])).status_code == 200


@pytest.fixture
def score(wang):
    run = Run(
        as_of=date(2026, 6, 15), policies={"rfm": 1, "tier": 1, "activity": 1}, parameters={"shop_median_gap": 40}
    )
    return Score(
        run=run, customer=wang, days_since_last=60, orders=5, money=900_000, net_money=800_000, net_money_365=600_000,
        average_order=180_000, orders_per_month=0.5, trend=1.0, median_gap=30.0, first_ordered_on=date(2025, 6, 1),
        last_ordered_on=date(2026, 4, 16), r="B", f="B", m="B", t="B", r_quintile=3, f_quintile=4, m_quintile=5,
        tier="silver", activity="active", value_at_risk=400_000, recency_line="silver", money_line="gold",
        active_until_days=90.0, days_since_first=379, money_90=180_000, money_90_before=180_000,
    )  # fmt: skip


def test_scores_say_the_numbers_and_the_limits_behind_them(score):
    with translation.override("en"):
        told = scores.tell(score)
    assert [(letter.letter, letter.value, letter.limits) for letter in told.letters][:2] == [
        ("B", "60 days ago", "A up to 30 days, B up to 90"),
        ("B", "0.5 orders a month", "A from 2 a month, B from 0.5"),
    ]
    assert told.tier == [
        "By recency within the best 40% of all customers; gold needs the best 20%",
        "By net money of 12 months within the best 15%",
    ]
    assert told.activity == ["Last order 60 days ago", "Active up to 90 days"]


def test_the_value_at_risk_can_be_computed_from_its_words(score):
    with translation.override("en"):
        own = scores.tell(score).value_at_risk
        score.median_gap = None
        shops = scores.tell(score).value_at_risk
    assert own == [
        "Net money of the last 365 days: ¥6,000",
        "Risk 67%: 60 days without an order, against 3 × their own usual gap of 30 days",
    ]
    assert "the shop's usual gap of 40 days" in shops[1]


def test_a_customer_without_a_score_has_a_page_all_the_same(as_, admin, wang):
    assert not LiveRun.objects.exists()
    assert "Timeline" in page(as_(admin), "customers.detail", wang.pk)


def test_a_day_in_the_shop_is_one_line_with_numbers_hidden_and_markup_as_text(as_, admin, wang):
    identity, at = wang.identities.first(), timezone.now()
    for number, (kind, subject) in enumerate(
        [("view", "/tea"), ("view", "/cup"), ("cart", "<b>T-250</b>"), ("search", "13812345678")]
    ):
        Behaviour.objects.create(
            source=identity.source, source_key=f"act-{number}", identity=identity,
            at=at, happened_on=timezone.localdate(at), kind=kind, subject=subject,
        )  # fmt: skip
    shown = page(as_(admin), "customers.detail", wang.pk)
    line = "Looked at 2 pages · searched for 138****5678 · put &lt;b&gt;T-250&lt;/b&gt; into the cart"
    assert shown.count(line) == 1
