"""Requests that no page of ours sends: each is told in words, and none stumbles."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

import shop as rows
from integration.web.test_segments import ORDERS, written
from shuke.api import problems
from shuke.lab.models import Draft
from shuke.segments.models import Segment
from shuke.staff.rights import Role
from shuke.suggestions.models import Suggestion

pytestmark = pytest.mark.django_db
LIMIT = "Make two segments of it"


@pytest.fixture
def ops(shop, as_):
    return as_(shop.colleague("ops", Role.OPERATIONS))


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/", {"CONTENT_TYPE": "text/plain; charset=rot13"}),
        ("/", {"CONTENT_TYPE": "text/plain; charset=hex"}),
        ("/", {"CONTENT_TYPE": "text/plain; charset=utf-7"}),
        ("/", {"headers": {"HX-Current-URL": "http://["}}),
        ("/", {"headers": {"HX-Request": "true", "HX-Current-URL": "http://["}}),
        ("/accounts/login/?next=http://[", {}),
    ],
)
def test_what_cannot_be_read_is_told_so(path, sent):
    refused = Client().get(path, **sent)
    assert refused.status_code == 400
    assert "<h1>" in refused.content.decode()


def test_a_session_with_a_nul_is_told_so():
    client = Client()
    client.cookies["sessionid"] = "a\x00b"
    assert client.get("/").status_code == 400


def test_a_page_answers_head_as_it_answers_get(ops):
    answer = ops.head("/customers/")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_form_of_too_many_fields_is_told_so(ops):
    refused = ops.post("/segments/preview/", {f"f{number}": 1 for number in range(1_100)})
    assert refused.status_code == 400
    assert "Nothing was saved" in refused.content.decode() or "没有保存" in refused.content.decode()


@pytest.mark.parametrize("path", ["/segments/draft/", "/segments/preview/", "/segments/add/"])
def test_a_rule_of_too_many_conditions_is_told_its_limit(ops, path):
    answer = ops.post(path, written(*[ORDERS] * 41))
    assert answer.status_code == (422 if path == "/segments/add/" else 200)
    assert LIMIT in answer.content.decode()
    groups = {f"g{group}-c0-{name}": value for group in range(41) for name, value in ORDERS.items()}
    assert LIMIT in ops.post("/segments/preview/", {"match": "all", **groups}).content.decode()


@pytest.mark.parametrize(
    "act", ["add:0-1", "add:1:2:3", "add:" + "9" * 4_400, "drop:0:0:0", "drop:²", "drop", "add:0:1"]
)
def test_a_button_that_no_page_has_does_nothing(ops, act):
    assert ops.post("/segments/draft/", written(ORDERS, act=act)).status_code == 200


def test_a_segment_needs_a_condition(ops):
    refused = ops.post("/segments/add/", {"name": "Nobody", "version": 0, "match": "all"})
    assert refused.status_code == 422
    assert "Say at least one condition." in refused.content.decode()
    assert not Segment.objects.exists()


@pytest.mark.parametrize("version", ["²", "9" * 5_000, "", "-1", "x"])
def test_a_version_that_is_none_is_one_that_nobody_has_seen(ops, version):
    ops.post("/segments/add/", written(ORDERS))
    segment = Segment.objects.get()
    assert ops.post(f"/segments/{segment.pk}/archive/", {"version": version}).status_code == 302
    segment.refresh_from_db()
    assert segment.archived_at is None


@pytest.mark.parametrize("replaces", ["99999999999", "99"])
def test_a_draft_is_held_against_a_version_that_there_is(ops, replaces):
    refused = ops.post("/policies/insight/", {"replaces": replaces})
    assert refused.status_code in (409, 422)
    form = {"replaces": replaces, "new_days": 30, "active_gaps": 2, "dormant_days": 365}
    assert ops.post("/policies/activity/try/", form).status_code in (409, 422)
    assert not Draft.objects.exists()


@pytest.mark.parametrize("cost", ["9" * 27, "1e400"])
def test_a_number_beyond_all_bounds_is_told_the_bound(ops, cost):
    refused = ops.post("/policies/lifetime/preview/", {"replaces": 0, "retention_cost": cost})
    assert refused.status_code == 200
    assert ops.post("/policies/lifetime/", {"replaces": 0, "retention_cost": cost}).status_code == 422


def test_a_rate_has_a_bound(ops):
    form = {"replaces": 0, "new_days": 30, "active_gaps": "1e308", "dormant_days": 365}
    assert ops.post("/policies/activity/try/", form).status_code == 422


def test_a_verdict_that_there_is_not_is_refused_in_words(ops):
    made = {"kind": "next", "goods": "article", "item": "杯子", "because": "茶", "window_days": 90, "run_id": 1}
    figures = dict.fromkeys(("of", "came", "usual", "amount", "expected"), 1)
    customer = rows.customer("王芳")
    suggestion = Suggestion.objects.create(week=date(2026, 11, 16), customer=customer, **made, **figures)
    refused = ops.post(reverse("web:suggestions.judge", args=[suggestion.pk]), {"verdict": "perhaps"})
    assert refused.status_code == 422
    assert "A colleague was faster" not in refused.content.decode()


def test_what_is_wrong_with_a_tag_stands_beside_it(ops):
    refused = ops.post(reverse("web:customers.tag", args=[rows.customer("王芳").pk]), {"name": "###"})
    assert refused.status_code == 422
    assert "A tag needs a word." in refused.content.decode()


def test_the_api_answers_in_its_own_media_type_whatever_is_asked():
    for answer in (Client().get("/api/v1/orders"), Client().post("/api/v1/nothing/here"), Client().get("/api/v1/x")):
        assert answer.status_code in (404, 405)
        assert answer.headers["Content-Type"] == problems.MEDIA_TYPE
    assert "POST" in Client().get("/api/v1/orders").headers["Allow"]
