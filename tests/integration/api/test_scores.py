"""What the API tells about scores: of one customer with why, of all page by page, and by which runs."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

import kept
import shop
from june import EARLY, LATE, june
from shuke.history import services as history
from shuke.scoring import services as scoring
from shuke.staff.rights import Scope

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader(program):
    return program(Scope.SCORES_READ)


def test_a_customers_scores_come_with_reasons_and_history(reader):
    told = june()
    found = reader.ask("get", "customers/till/falls/scores").json()
    assert (found["tier"], found["run"], found["as_of"]) == ("bronze", told.late.pk, LATE.isoformat())
    assert (found["money"], found["net_money_365"], found["orders"]) == ("600000.00", "1.00", 1)
    assert [(each["as_of"], each["tier"]) for each in found["history"]] == [
        (EARLY.isoformat(), "gold"),
        (LATE.isoformat(), "bronze"),
    ]
    recency = next(each for each in found["reasons"] if each["code"] == "recency")
    assert recency["numbers"] == {"letter": "B", "days_since_last": 41}
    assert "41 days ago" in recency["words"]
    assert {each["score"] for each in found["reasons"]} == {"letters", "tier", "activity", "value_at_risk"}


def test_history_tells_every_score_and_null_where_a_run_knew_none(reader):
    wang = shop.customer("Wang", key="V17")
    kept.run(EARLY, wang)
    now = {"health": 78.0, "emotion": 56, "relationship": 64.0, "stage": "mature", "journey": "loyal", "loyalty": 81.0}
    kept.run(LATE, wang, **now, value_quadrant="friend", value_card=[85.0, None, None, 56.0, 50.0])
    found = reader.ask("get", "customers/till/V17/scores").json()
    early, late = found["history"]
    card = {"economic": 85.0, "word_of_mouth": None, "strategic": None, "emotional": 56.0, "learning": 50.0}
    expected = now | {"value_quadrant": "friend", "value_card": card}
    assert {name: late[name] for name in expected} == expected
    assert {name: found[name] for name in expected} == expected
    assert {early[name] for name in expected} == {None}


def test_reasons_have_codes_that_stay_and_words_in_the_language_asked_for(reader):
    june()
    english, chinese = (
        reader.ask("get", "customers/till/late/scores", language=language).json()["reasons"]
        for language in ("en", "zh")
    )
    assert [each["code"] for each in english] == [each["code"] for each in chinese]
    assert [each["numbers"] for each in english] == [each["numbers"] for each in chinese]
    assert [each["words"] for each in english] != [each["words"] for each in chinese]


@pytest.mark.parametrize("path", ["till/nobody", "shop/falls", "till/%00"])
def test_nobody_has_no_scores(reader, path):
    june()
    refused = reader.ask("get", f"customers/{path}/scores")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


def test_a_key_with_a_slash_is_a_key(reader):
    shop.order(shop.customer("Wang", key="V/7"), EARLY, 100)
    scoring.run(as_of=LATE)
    assert reader.ask("get", "customers/till/V/7/scores").json()["key"] == "V/7"


def test_all_scores_come_page_by_page_each_customer_once(reader):
    june()
    after, keys, sizes = 0, [], []
    while after is not None:
        told = reader.ask("get", f"scores?limit=2&after={after}").json()
        keys += [record["key"] for item in told["items"] for record in item["records"]]
        sizes.append(len(told["items"]))
        after = told["after"]
    assert (keys, sizes) == (["falls", "late", "sleeps", "stays", "comes"], [2, 2, 1])


def test_the_score_of_the_day_stands_instead_of_the_runs(reader):
    comes, leaves = (shop.customer(name, key=name) for name in ("comes", "leaves"))
    for person in (comes, leaves):
        undone = shop.order(person, localdate() - timedelta(days=40), 100)
    scoring.run()
    again = shop.order(comes, localdate(), 100)
    undone.delete()
    history.mark(identities=[again.identity_id, undone.identity_id])
    scoring.rescore_marked()
    (told,) = reader.ask("get", "scores").json()["items"]
    assert (told["records"][0]["key"], told["orders"], told["days_since_last"]) == ("comes", 2, 0)
    assert reader.ask("get", "customers/till/leaves/scores").status_code == 404


def test_before_the_first_run_there_are_no_scores(reader):
    assert reader.ask("get", "scores").json() == {"items": [], "after": None}
    assert reader.ask("get", "runs").json() == {"items": [], "before": None}


def test_runs_say_which_counts_and_by_which_policies(reader):
    told = june()
    late, early = reader.ask("get", "runs").json()["items"]
    assert (late["id"], late["is_live"], late["is_kept"], late["customers"]) == (told.late.pk, True, True, 5)
    assert (early["id"], early["is_live"], early["as_of"]) == (told.early.pk, False, EARLY.isoformat())
    assert late["policies"]["tier"] >= 1
    first = reader.ask("get", "runs?limit=1").json()
    assert [each["id"] for each in reader.ask("get", f"runs?before={first['before']}").json()["items"]] == [early["id"]]


@pytest.mark.parametrize("path", ["customers/till/falls/scores", "scores", "runs"])
def test_scores_need_their_scope(program, path):
    refused = program(Scope.CUSTOMERS_READ).ask("get", path)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
