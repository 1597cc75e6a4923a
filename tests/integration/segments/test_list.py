"""The list of customers: complete in every order, the same forwards and backwards, and only what one may see."""

from datetime import date
from itertools import product

import pytest
from django.utils import timezone

import shop
from shuke.customers import contacts
from shuke.customers.models import ContactPoint, Customer, CustomerTag, Identity, Tag
from shuke.segments import queries
from shuke.staff.models import Team
from shuke.staff.rights import Role


@pytest.fixture
def admin(db):
    return shop.user("admin", Role.ADMINISTRATOR)


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(queries, "PAGE_SIZE", 4)


@pytest.fixture(params=["gathered", "walked"])
def way(request, monkeypatch):
    """Both ways to an order: few rows are gathered and sorted, of many the order is walked."""
    if request.param == "walked":
        monkeypatch.setattr(queries, "COUNTED", 0)


def keys(staff, **asked) -> list[int]:
    return [row.pk for row in queries.customer_list(staff=staff, filters={}, **asked).rows]


def all_pages(staff, sort: str) -> list[list[int]]:
    pages, after = [], ""
    while True:
        listing = queries.customer_list(staff=staff, filters={}, sort=sort, after=after)
        pages.append([row.pk for row in listing.rows])
        after = listing.following
        if not after:
            return pages


@pytest.fixture
def crowd(listed):
    """Every tier and activity, with many equal values."""
    for number, (tier, activity) in enumerate([*product(("gold", "silver", "bronze"), ("new", "lost")), ("", "")] * 2):
        contact = date(2026, 1, 1 + number % 3) if number % 2 else None
        listed(
            f"王{'小明芳'[number % 3]}",
            tier=tier,
            activity=activity,
            money=number % 3,
            orders=number % 2,
            value_at_risk=number % 4,
            days_since_last=number % 5 - 1,
            last_contact_on=contact,
        )


@pytest.mark.parametrize("sort", [f"{sign}{name}" for name in queries.SORTS for sign in ("", "-")])
def test_every_order_shows_everybody_once_and_pages_back_to_where_it_came_from(sort, admin, crowd, small_pages, way):
    pages = all_pages(admin, sort)
    shown = [key for page in pages for key in page]
    assert sorted(shown) == sorted(Customer.objects.values_list("pk", flat=True))
    listing = queries.customer_list(staff=admin, filters={}, sort=sort, after="")
    for page in pages[1:]:
        listing = queries.customer_list(staff=admin, filters={}, sort=sort, after=listing.following)
        assert [row.pk for row in listing.rows] == page
    for page in reversed(pages[:-1]):
        listing = queries.customer_list(staff=admin, filters={}, sort=sort, before=listing.previous)
        assert [row.pk for row in listing.rows] == page
    assert listing.previous == ""


def test_equal_values_stay_in_one_order_when_it_is_turned_round(admin, crowd, way):
    assert keys(admin, sort="money") == keys(admin, sort="-money")[::-1]


@pytest.mark.parametrize("cursor", ["x", "~", "1~x", "x~1", "\x00~1", "9" * 40 + "~1"])
@pytest.mark.parametrize("sort", ["-risk", "name", "contact"])
def test_a_cursor_that_makes_no_sense_never_breaks_the_list(cursor, sort, admin, crowd):
    assert keys(admin, sort=sort, after=cursor)
    assert keys(admin, sort=sort, before=cursor)


def test_people_see_their_own_their_teams_or_all(listed, way):
    east, west = Team.objects.create(name="east"), Team.objects.create(name="west")
    agent, colleague = shop.user("agent", team=east), shop.user("colleague", team=east)
    stranger = shop.user("stranger", team=west)
    manager, admin = shop.user("manager", Role.MANAGER, team=east), shop.user("admin", Role.ADMINISTRATOR)
    lost_manager = shop.user("lost", Role.MANAGER)
    own, teams, others, nobodys = (listed(owner=owner) for owner in (agent, colleague, stranger, None))
    assert set(keys(agent)) == {own}
    assert set(keys(manager)) == {own, teams}
    assert set(keys(admin)) == {own, teams, others, nobodys}
    assert keys(lost_manager) == []
    assert keys(agent, text="王小明") == [own]
    assert [row.pk for row in queries.found(staff=agent, text="王小明", limit=9)] == [own]


def test_an_agent_who_asks_for_nobodys_customers_gets_none(listed, way):
    agent = shop.user("agent")
    listed(owner=None)
    assert queries.customer_list(staff=agent, filters={"owner": queries.NOBODY}).rows == []


@pytest.mark.parametrize(
    "filters",
    [{"tier": "gold"}, {"activity": "lost"}, {"tier": "gold", "activity": "lost"}, {"r": "A"}, {"f_quintile": 4}],
)
def test_filters_narrow(filters, admin, listed, way):
    wanted = listed(tier="gold", activity="lost", r="A", f_quintile=4)
    listed(tier="silver", activity="new", r="B", f_quintile=2)
    assert [row.pk for row in queries.customer_list(staff=admin, filters=filters).rows] == [wanted]


def test_a_tag_narrows(admin, listed, way):
    tagged, _other = listed(), listed()
    tag = Tag.objects.create(name="VIP")
    CustomerTag.objects.create(customer_id=tagged, tag=tag, at=timezone.now())
    assert [row.pk for row in queries.customer_list(staff=admin, filters={"tag": tag}).rows] == [tagged]
    assert keys(admin, text="#vip") == keys(admin, text="#v") == [tagged]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("王小", "王小明", id="two-characters"),
        pytest.param("明", "王小明", id="one-character"),
        pytest.param("小明", "王小明", id="the-end-of-a-name"),
        pytest.param("wang", "王小明", id="pinyin-of-the-surname"),
        pytest.param("wangxiaom", "王小明", id="pinyin-without-blanks"),
        pytest.param("Wang Xiao", "王小明", id="pinyin-with-blanks"),
        pytest.param("wxm", "王小明", id="initials"),
        pytest.param("shanfang", "单芳", id="a-surname-read-its-own-way"),
        pytest.param("anna b", "Anna Bell", id="latin"),
        pytest.param("ana bell", "Anna Bell", id="latin-with-a-slip"),
        pytest.param("wnagxiaoming", "王小明", id="pinyin-with-a-slip"),
        pytest.param("wangxiaolan", None, id="who-is-merely-alike-is-somebody-else"),
        pytest.param("  王 小明 ", None, id="a-blank-inside-a-chinese-name-finds-nobody"),
        pytest.param("zzz", None, id="nobody"),
        pytest.param("100%_", None, id="signs-are-no-wildcards"),
    ],
)
def test_names_are_found_as_people_type_them(text, name, admin, listed):
    for each in ("王小明", "单芳", "Anna Bell", "李强"):
        listed(each)
    assert [row.name for row in queries.customer_list(staff=admin, filters={}, text=text).rows] == [name] * bool(name)


def test_a_contact_is_found_only_whole(admin, listed):
    key = listed("李强")
    identity = Identity.objects.create(source=shop.source(), source_key="M-1", customer_id=key)
    for kind, value in (("phone", "+8614212345678"), ("email", "li@example.com")):
        ContactPoint.objects.create(
            identity=identity, kind=kind, value=contacts.seal(value), blind_index=contacts.fingerprint(value)
        )
    assert keys(admin, text="142 1234 5678") == keys(admin, text="LI@example.com") == keys(admin, text="M-1") == [key]
    assert keys(admin, text="1421234567") == keys(admin, text="i@example.com") == []


def test_a_search_that_finds_too_many_says_so(admin, listed, monkeypatch):
    monkeypatch.setattr(queries, "CANDIDATES", 2)
    for _each in range(3):
        listed()
    listing = queries.customer_list(staff=admin, filters={}, text="王")
    assert (listing.cut, listing.count, len(listing.rows)) == (True, 2, 2)


def test_counting_stops(admin, listed, monkeypatch):
    monkeypatch.setattr(queries, "COUNTED", 2)
    for _each in range(5):
        listed()
    assert queries.customer_list(staff=admin, filters={}).count == 3


def test_an_export_gives_everybody_in_the_order_of_the_list(admin, crowd, monkeypatch):
    monkeypatch.setattr(queries, "BATCH", 3)
    rows = queries.every_customer(staff=admin, filters={}, sort="money")
    assert [row.pk for row in rows] == keys(admin, sort="money")
