"""Inbound webhooks: signed, in time, taken once."""

import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from integration.api.conftest import order, results
from shuke.history.models import Order
from shuke.staff.rights import Scope
from shuke.staff.services import tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def hook():
    return tokens.add(name="Shop", scopes=[Scope.HOOKS_RECEIVE], source="shop", by=None, at=timezone.now())


def post(hook, body=None, *, secret=None, message="msg_1", ago=timedelta(), signed=None, **headers):
    content = body if isinstance(body, bytes) else json.dumps({"items": [{"type": "order", **order()}]}).encode()
    at = datetime.now(UTC) - ago
    signature = Webhook(secret or hook.signing_secret).sign(message, at, (signed or content).decode())
    told = {"webhook-id": message, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    return client.post(f"/hooks/{hook.secret}", content, content_type="application/json", headers=told | headers)


def test_a_signed_message_is_written_as_its_source(hook):
    assert results(post(hook).json()["items"]) == ["inserted"]
    assert Order.objects.get().source.code == "shop"


def test_a_message_is_taken_once(hook):
    post(hook)
    Order.objects.update(amount=1)
    again = post(hook)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert Order.objects.get().amount == 1


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"secret": "whsec_" + "A" * 40}, id="other-secret"),
        pytest.param({"signed": b"{}"}, id="other-body"),
        pytest.param({"ago": timedelta(minutes=6)}, id="too-old"),
        pytest.param({"ago": -timedelta(minutes=6)}, id="from-the-future"),
        pytest.param({"webhook-signature": ""}, id="unsigned"),
        pytest.param({"webhook-signature": "v1"}, id="half-a-signature"),
        pytest.param({"webhook-signature": "v1,%%%"}, id="no-base64"),
        pytest.param({"webhook-timestamp": "nan"}, id="no-time"),
        pytest.param({"webhook-id": "msg_2"}, id="other-id"),
        pytest.param({"body": b"\xff\xff", "signed": b"{}"}, id="bytes"),
        pytest.param({"message": "m" * 241}, id="long-id"),
    ],
)
def test_what_is_not_signed_now_by_the_sender_is_refused(hook, wrong):
    refused = post(hook, **wrong)
    assert (refused.status_code, refused.json()["code"]) == (401, "signature_wrong")
    assert not Order.objects.exists()


def test_one_of_several_signatures_suffices(hook):
    good = post(hook, signed=b"{}").request["HTTP_WEBHOOK_SIGNATURE"]
    body = json.dumps({"items": [{"type": "order", **order()}]}).encode()
    right = Webhook(hook.signing_secret).sign("msg_1", datetime.now(UTC), body.decode())
    assert post(hook, **{"webhook-signature": f"{good} {right}"}).status_code == 200


def test_the_address_of_nobody_is_not_there(hook):
    tokens.revoke(token=hook.token, by=None, at=timezone.now())
    assert post(hook).status_code == 404
    writer = tokens.add(name="x", scopes=[Scope.FACTS_WRITE], source="shop", by=None, at=timezone.now())
    assert Client().post(f"/hooks/{writer.secret}").status_code == 404


def test_a_hooks_secret_opens_nothing_else_and_stands_in_no_log(hook, caplog):
    caplog.set_level(logging.DEBUG)
    answer = Client().post("/api/v1/orders", headers={"authorization": f"Bearer {hook.secret}"})
    assert answer.status_code == 403
    post(hook, secret="whsec_" + "A" * 40)
    assert hook.secret not in caplog.text


def test_only_a_post_is_a_message(hook):
    assert Client().get(f"/hooks/{hook.secret}").status_code == 405
