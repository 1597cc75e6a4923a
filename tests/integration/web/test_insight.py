"""The pages of the shop as a whole and of who is slipping, after real runs."""

import csv
from io import StringIO

import pytest
from django.urls import reverse

import shop as little_shop
from june import EARLY, LATE, customers, june, scored
from shuke.core.models import AuditEntry
from shuke.segments.models import CustomerListing, Quadrant
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def boss(db):
    return little_shop.user("boss", Role.OPERATIONS)


def page(client, name: str, **query) -> str:
    answer = client.get(reverse(f"web:{name}"), query)
    assert answer.status_code == 200
    return answer.content.decode()


PAGES = ("insight", "insight.flow", "insight.cohorts", "insight.survival", "insight.slipping")


@pytest.mark.parametrize("name", PAGES)
def test_before_the_first_run_each_page_says_what_to_do(as_, boss, name):
    told = page(as_(boss), name)
    assert "There are no scores yet" in told
    assert reverse("web:imports") in told
    assert "Ask operations or an administrator" in page(as_(little_shop.user("li")), "insight")


def test_the_quarters_lead_to_their_lists(as_, boss):
    june()
    client = as_(boss)
    told = page(client, "insight")
    assert "Much value: 60 points of economic value or more" in told
    assert "Loyal: 50 points or more" in told
    for quadrant in Quadrant:
        assert f'href="{reverse("web:customers")}?value_quadrant={quadrant.value}"' in told
    for name, quadrant in CustomerListing.objects.values_list("name", "value_quadrant"):
        assert f">{name}<" in page(client, "customers", value_quadrant=quadrant)


def test_a_stream_leads_to_who_went_that_way(as_, boss):
    june()
    client = as_(boss)
    answer = client.get(reverse("web:insight.flow"))
    (fallen,) = [link for link in answer.context["flows"]["links"] if link["url"]]
    assert (fallen["label"], fallen["value"]) == ("Gold → Bronze", 1)
    assert fallen["url"].startswith(reverse("web:insight.moved"))
    moved = client.get(fallen["url"]).content.decode()
    assert "falls" in moved
    assert "sleeps" not in moved
    assert {each["label"]: each["value"] for each in answer.context["told"]}["Fallen"] == "1"


@pytest.mark.parametrize("query", [{}, {"since": "x", "former": "gold", "present": "bronze"}, {"former": "platinum"}])
def test_there_is_no_such_move(as_, boss, query):
    june()
    assert as_(boss).get(reverse("web:insight.moved"), query).status_code == 404


def test_a_day_that_was_not_followed_shows_the_usual_one(as_, boss):
    june()
    assert as_(boss).get(reverse("web:insight.flow"), {"since": "2020-01-01"}).context["since"] == EARLY


def test_cohorts_show_who_came_and_what_they_brought(as_, boss):
    june()
    client = as_(boss)
    told = client.get(reverse("web:insight.cohorts")).context
    by_month = {row["month"].isoformat(): row for row in told["rows"]}
    may = by_month["2026-05-01"]
    assert (may["customers"], [cell["words"] for cell in may["cells"]]) == (3, ["100%", "33%"])
    assert [cell["is_over"] for cell in may["cells"]] == [True, False]
    assert told["together"] == ["100%", "0%", "0%", "–"]
    money = client.get(reverse("web:insight.cohorts"), {"by": "money"}).context["rows"][-1]
    assert [cell["words"] for cell in money["cells"]] == ["¥200"] * 4


def test_curves_of_a_few_are_not_drawn_and_said_so(as_, boss):
    june()
    told = page(as_(boss), "insight.survival")
    assert "Fewer than 30 customers, so no curve: 2026 Q1 (1), 2026 Q2 (4)." in told
    assert "by the tier that they were in on that day" in told
    assert "data-chart" not in told


def test_curves_of_many_are_read_on_a_few_days(as_, boss):
    people = [little_shop.customer(f"c{number}") for number in range(40)]
    for number, person in enumerate(people):
        little_shop.order(person, EARLY.replace(month=2), 100)
        if number < 10:
            little_shop.order(person, EARLY.replace(month=2, day=15), 100)
    for number in range(30):
        little_shop.order(little_shop.customer(f"d{number}"), EARLY.replace(month=5), 100)
    scored(LATE)
    (section, _silent) = as_(boss).get(reverse("web:insight.survival")).context["sections"]
    everybody, quarter, newer = section["rows"]
    assert (everybody["group"], quarter["group"], quarter["customers"]) == ("All", "2026 Q1", "40")
    assert quarter["median"] == "not yet half"
    assert [cell["share"] for cell in quarter["cells"]] == ["75%", "75%", "–", "–"]
    assert quarter["cells"][0]["between"] == "59%-86% · "
    assert [cell["share"] for cell in newer["cells"]] == ["100%", "–", "–", "–"]
    assert {len(series["values"]) for series in section["chart"]["series"]} == {len(section["chart"]["labels"])}


def test_figures_of_everybody_are_for_those_who_see_everybody(as_, boss):
    lead = little_shop.user("lead", Role.MANAGER)
    june({"falls": lead})
    client = as_(lead)
    for name in ("insight.cohorts", "insight.survival"):
        assert client.get(reverse(f"web:{name}")).status_code == 403
    assert reverse("web:insight.cohorts") not in page(client, "insight")
    assert page(client, "insight.slipping").count('id="slip-') == 1


def test_who_is_slipping_is_told_why_with_the_way_to_them(as_, boss):
    shop = june()
    client = as_(boss)
    told = page(client, "insight.slipping")
    assert "Fell from Gold to Bronze" in told
    assert "21 days without an order, more than 2 × the own gap of 10 days" in told
    assert "Was Active, is Dormant" in told
    assert "against the run of 2026-06-01" in told
    for name in ("falls", "late", "sleeps"):
        assert reverse("web:customers.detail", args=[shop.customers[name].pk]) in told
    assert page(client, "insight.slipping", cause="rhythm").count('id="slip-') == 1
    assert "Nobody is slipping for this reason" in page(client, "insight.slipping", cause="chance")
    assert page(client, "insight.slipping", cause="nonsense").count('id="slip-') == 3


def test_nobody_is_slipping_sends_to_the_days_work(as_, boss):
    june()
    told = page(as_(little_shop.user("li")), "insight.slipping")
    assert "Nobody is slipping" in told
    assert reverse("web:today") in told


def test_the_list_goes_into_a_file_as_it_is_narrowed_and_is_audited(as_, boss):
    june()
    answer = as_(boss).get(reverse("web:insight.slipping.export"), {"cause": "tier"})
    head, row = csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    assert dict(zip(head, row, strict=True))["Why"] == "Fell from Gold to Bronze"
    assert AuditEntry.objects.filter(action="slipping.exported").count() == 1


def test_the_page_of_a_customer_shows_how_the_scores_moved(as_, boss):
    shop = june()
    told = as_(boss).get(reverse("web:customers.detail", args=[shop.customers["falls"].pk])).context["history"]
    assert [then.tier for then in told.changes] == ["bronze", "gold"]
    at_risk = told.lines["value_at_risk"]
    assert (at_risk.since, at_risk.until) == (EARLY, LATE)
    assert at_risk.points == "3.0,3.0 117.0,29.0"
    new = as_(boss).get(reverse("web:customers.detail", args=[shop.customers["comes"].pk]))
    assert new.context["history"] is None


def test_the_pages_cost_few_queries_however_many_customers(as_, boss, django_assert_max_num_queries):
    june()
    client = as_(boss)
    client.get(reverse("web:insight"))
    for name in PAGES:
        with django_assert_max_num_queries(17):
            client.get(reverse(f"web:{name}"))


def test_without_an_earlier_run_there_is_nothing_to_compare_with(as_, boss):
    customers()
    scored(LATE)
    assert CustomerListing.objects.exists()
    client = as_(boss)
    assert "There is nothing to compare with yet" in page(client, "insight.flow")
    assert "only their own rhythm" in page(client, "insight.slipping")
