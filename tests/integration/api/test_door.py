"""Who comes in, what an envelope may be, and what is never said: every operation of the documentation, every scope."""

import json
import logging
from datetime import timedelta

import pytest
from django.conf import settings as installation
from django.test import Client
from django.utils import timezone

import shop
from integration.api.conftest import Program, order, problems
from shuke.api.urls import api
from shuke.history.models import Order
from shuke.intake import live
from shuke.staff.rights import Role, Scope
from shuke.staff.services import tokens

pytestmark = pytest.mark.django_db
CANARY_PHONE, CANARY_NAME = "13877776666", "独孤求败"

NEEDS = {
    ("post", "/api/v1/customers"): Scope.FACTS_WRITE,
    ("post", "/api/v1/orders"): Scope.FACTS_WRITE,
    ("post", "/api/v1/interactions"): Scope.FACTS_WRITE,
    ("post", "/api/v1/behaviours"): Scope.FACTS_WRITE,
    ("post", "/api/v1/events"): Scope.FACTS_WRITE,
    ("get", "/api/v1/customers/{source}/{key}"): Scope.CUSTOMERS_READ,
    ("get", "/api/v1/customers/{source}/{key}/scores"): Scope.SCORES_READ,
    ("get", "/api/v1/scores"): Scope.SCORES_READ,
    ("get", "/api/v1/runs"): Scope.SCORES_READ,
    ("get", "/api/v1/segments"): Scope.CUSTOMERS_READ,
    ("get", "/api/v1/segments/{segment}/members"): Scope.CUSTOMERS_READ,
}


def ask(method, address, secret=None):
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    client = Client(headers=headers | {"accept-language": "en"})
    path = address.format(source="till", key="7", segment=7)
    return client.get(path) if method == "get" else client.post(path, b"{}", content_type="application/json")


def token(*scopes, **options):
    return tokens.add(name="x", scopes=scopes, source="till", by=None, at=timezone.now(), **options)


def test_every_operation_stands_in_the_table():
    documented = api.get_openapi_schema()["paths"]
    assert {(method, path) for path, methods in documented.items() for method in methods} == NEEDS.keys()


@pytest.mark.parametrize(("operation", "scope"), NEEDS.items(), ids=str)
def test_an_operation_opens_for_its_scope_and_for_nothing_else(operation, scope):
    assert ask(*operation).status_code == 401
    assert ask(*operation, secret="shk_guess").status_code == 401
    for other in set(Scope) - {scope}:
        refused = ask(*operation, secret=token(other).secret)
        assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    assert ask(*operation, secret=token(scope).secret).status_code in (200, 404, 422)


@pytest.mark.parametrize("operation", NEEDS)
def test_a_dead_token_is_a_stranger(operation):
    at, every = timezone.now(), [Scope.FACTS_WRITE, Scope.CUSTOMERS_READ]
    expired = token(*every, expires_at=at - timedelta(seconds=1))
    revoked = token(*every)
    tokens.revoke(token=revoked.token, by=None, at=at)
    for dead in (expired, revoked):
        refused = ask(*operation, secret=dead.secret)
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"


@pytest.fixture
def browser(settings):
    """A colleague's browser."""
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": static}
    settings.SHUKE = settings.SHUKE.model_copy(update={"demo": True})
    client = Client()
    client.force_login(shop.user("boss", Role.ADMINISTRATOR))
    return client


def test_a_log_in_is_no_token(browser):
    assert browser.post("/api/v1/orders", b"{}", content_type="application/json").status_code == 401


@pytest.mark.parametrize("address", ["/api/docs", "/api/openapi.json"])
def test_documentation_is_for_colleagues(browser, address):
    assert Client().get(address).status_code == 302
    assert browser.get(address).status_code == 200


def test_a_problem_is_a_document_in_the_language_asked_for(till):
    english = till.ask("post", "orders", {"items": []})
    chinese = till.ask("post", "orders", {"items": []}, language="zh")
    assert english.headers["Content-Type"] == "application/problem+json"
    assert english.json() == {
        "type": "urn:shuke:problem:batch_length",
        "title": "Not usable as it is",
        "status": 422,
        "code": "batch_length",
        "detail": "A batch has 1 to 500 items; this one has 0.",
    }
    assert (english.headers["Content-Language"], chinese.headers["Content-Language"]) == ("en", "zh-hans")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"", "body_not_json", id="empty"),
        pytest.param(b"\xff\xfe", "body_not_json", id="bytes"),
        pytest.param(b"[" * 100_000, "body_not_json", id="deep"),
        pytest.param(
            b'{"items": ' + b'[{"a":' * 5_000 + b"1" + b"}]" * 5_000 + b"}", "body_not_json", id="deep-and-closed"
        ),
        pytest.param(b'{"items": [{"key": "A", "amount": NaN}]}', "body_not_json", id="nan"),
        pytest.param(b'{"items": [{"key": "\\ud800"}]}', "body_not_json", id="half-a-character"),
        pytest.param(b"[]", "body_not_a_batch", id="list"),
        pytest.param(b'{"items": {}}', "body_not_a_batch", id="no-list"),
        pytest.param(b'{"items": [1], "more": 1}', "body_not_a_batch", id="more"),
        pytest.param(json.dumps({"items": [order()] * 501}).encode(), "batch_length", id="501-items"),
    ],
)
def test_a_bad_envelope_is_refused_whole(till, body, code):
    refused = till.ask("post", "orders", body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert not Order.objects.exists()


def test_a_full_batch_is_taken(till):
    assert len(till.send("orders", *(order(f"A{number}") for number in range(live.LONGEST_BATCH)))) == 500


def test_a_body_over_the_limit_is_not_read(till):
    refused = till.ask("post", "orders", b" " * (installation.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")


def test_values_are_repeated_neither_in_answers_nor_in_logs(till, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    wrong = {"key": "7", "name": CANARY_NAME * 100, "phone": CANARY_PHONE, "registered": CANARY_PHONE}
    response = till.ask("post", "customers", {"items": [wrong]})
    assert {code for code, _field in problems(response.json()["items"][0])} == {"too_long", "time_unreadable"}

    def broken(*_args, **_words):
        raise RuntimeError(CANARY_PHONE)

    monkeypatch.setattr(live.services.Day, "of", broken)
    failed = till.ask("post", "customers", {"items": [{"key": "8", "name": CANARY_NAME, "phone": CANARY_PHONE}]})
    till.ask("get", f"customers/till/{CANARY_PHONE}")
    said = response.content.decode() + failed.content.decode() + caplog.text
    assert failed.status_code == 500
    assert "RuntimeError" in caplog.text
    assert CANARY_PHONE not in said
    assert CANARY_NAME not in said
    assert till.secret not in caplog.text


def test_statements_in_the_log_carry_no_contact(till, django_assert_max_num_queries):
    with django_assert_max_num_queries(70) as asked:
        till.send("customers", {"key": "7", "name": CANARY_NAME, "phone": CANARY_PHONE})
    assert all(CANARY_PHONE not in query["sql"] for query in asked.captured_queries)


def test_a_program_needs_no_csrf_token(db):
    program = Program(Scope.FACTS_WRITE)
    program.client = Client(enforce_csrf_checks=True)
    assert len(program.send("orders", order())) == 1
