"""Idempotency-Key: however often a request is sent, it is done once (S11)."""

import json
import threading
from collections import Counter
from datetime import timedelta

import psycopg
import pytest
from django.db import connections, transaction
from django.utils import timezone

from integration.api.conftest import order, results
from shuke.api import services
from shuke.api.models import IdempotencyKey
from shuke.core.databases import conninfo
from shuke.core.models import AuditEntry
from shuke.customers.models import Source
from shuke.history.models import Order
from shuke.intake import live
from shuke.intake.apply.work import lock_source
from shuke.intake.live import services as live_services
from shuke.staff.rights import Scope

POSTS = 50


def send(program, *items, key="k1", path="orders"):
    return program.ask("post", path, {"items": list(items)}, **{"Idempotency-Key": key})


@pytest.mark.django_db
def test_the_same_key_and_body_get_the_same_answer_and_nothing_is_done_again(till):
    first = send(till, order())
    Order.objects.update(amount=1)
    again = send(till, order())
    assert again.content == first.content
    assert (again.headers["Idempotent-Replayed"], "Idempotent-Replayed" in first.headers) == ("true", False)
    assert Order.objects.get().amount == 1
    assert AuditEntry.objects.filter(action="records.received").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["orders", "events"])
def test_the_same_key_for_another_request_is_refused(till, path):
    send(till, order())
    refused = send(till, order(amount="99"), path=path)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert Order.objects.get().amount == 1050


@pytest.mark.django_db
def test_another_token_has_keys_of_its_own(till, program):
    send(till, order())
    assert results(send(program(Scope.FACTS_WRITE, source="shop"), order()).json()["items"]) == ["inserted"]


@pytest.mark.django_db
def test_a_key_is_forgotten_after_a_day(till):
    send(till, order())
    IdempotencyKey.objects.update(at=timezone.now() - timedelta(hours=24))
    assert "Idempotent-Replayed" not in send(till, order(amount="12")).headers
    assert Order.objects.get().amount == 1200
    assert services.sweep(at=timezone.now()) == 0
    assert services.sweep(at=timezone.now() + timedelta(hours=24)) == 1


@pytest.mark.django_db
def test_a_refused_envelope_leaves_its_key_free(till):
    assert send(till).status_code == 422
    assert results(send(till, order()).json()["items"]) == ["inserted"]


@pytest.mark.django_db
def test_a_key_without_measure_is_refused(till):
    assert send(till, order(), key="x" * 256).json()["code"] == "idempotency_key_too_long"


@pytest.mark.promise
@pytest.mark.django_db(transaction=True)
def test_fifty_posts_with_one_key_make_one_object(till):
    answers = at_once(POSTS, lambda: send(till, order()))
    assert Counter(answer.status_code for answer in answers).keys() <= {200, 409}
    done = [answer for answer in answers if answer.status_code == 200]
    assert sum("Idempotent-Replayed" not in answer.headers for answer in done) == 1
    assert len({answer.content for answer in done}) == 1
    assert Order.objects.count() == IdempotencyKey.objects.count() == 1
    assert AuditEntry.objects.filter(action="records.received").count() == 1
    print(f"measured: {POSTS} posts at once, {len(done)} answered alike, the others told to wait; one order")


@pytest.mark.django_db(transaction=True)
def test_while_a_request_is_worked_on_its_twin_is_told_to_wait(till):
    working, may_end = threading.Event(), threading.Event()

    def slow() -> str:
        working.set()
        may_end.wait(20)
        return "{}"

    body = json.dumps({"items": [order()]}).encode()
    asked = services.fingerprint("POST", "/api/v1/orders", body)
    options = {"token": till.token, "key": "k1", "request": asked, "at": timezone.now()}
    first = threading.Thread(target=closing(lambda: services.once(act=slow, **options)))
    first.start()
    assert working.wait(20)
    twin = send(till, order())
    may_end.set()
    first.join()
    assert (twin.status_code, twin.json()["code"], twin.headers["Retry-After"]) == (
        409,
        "idempotency_key_under_way",
        "1",
    )


@pytest.mark.django_db(transaction=True)
def test_key_and_facts_are_there_together_or_not_at_all(till, monkeypatch):
    def killed(**_words):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(IdempotencyKey.objects, "create", killed)
        with pytest.raises(KeyboardInterrupt):
            send(till, order())
    assert not Order.objects.exists()
    assert results(send(till, order()).json()["items"]) == ["inserted"]


@pytest.mark.django_db(transaction=True)
def test_batches_of_one_source_at_once_make_nobody_twice(till):
    batch = [order(f"A{number}", customer=str(number % 5)) for number in range(40)]
    answers = at_once(8, lambda: till.send("orders", *batch))
    assert Counter(result for answer in answers for result in results(answer)) == {"inserted": 40, "unchanged": 280}


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_fails_in_the_middle_leaves_nothing(till, monkeypatch):
    def broken(*_args, **_words):
        raise RuntimeError

    monkeypatch.setattr(live.services.marks, "leave", broken)
    refused = till.ask("post", "orders", {"items": [order()]})
    assert (refused.status_code, refused.json()["code"]) == (500, "internal_error")
    assert not Order.objects.exists()
    with transaction.atomic():
        assert not AuditEntry.objects.filter(action="records.received").exists()


def closing(act):
    def run():
        try:
            return act()
        finally:
            connections.close_all()

    return run


def at_once(times, act):
    """What `act` gives to so many threads at the same moment."""
    given, start = [], threading.Barrier(times)

    def one():
        start.wait()
        given.append(act())

    threads = [threading.Thread(target=closing(one)) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == times
    return given


@pytest.mark.django_db(transaction=True)
def test_a_batch_does_not_wait_long_for_a_file_of_the_same_source(till, monkeypatch):
    monkeypatch.setattr(live_services, "PATIENCE", 1)
    send(till, order())
    with psycopg.connect(conninfo()) as importing:
        lock_source(importing, Source.objects.get(code="till").pk)
        busy = send(till, order(amount="99"), key="k2")
    assert (busy.status_code, busy.json()["code"], busy.headers["Retry-After"]) == (409, "source_busy", "1")
    assert results(send(till, order(amount="99"), key="k2").json()["items"]) == ["updated"]
