"""What other systems are told: signed, in the transaction of what happened, until it is taken or given up."""

import json
import threading
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

import shop
from shuke.followups import services as followups
from shuke.followups.models import FollowUp
from shuke.history import services as history
from shuke.scoring import services as scoring
from shuke.scoring.models import Score
from shuke.segments import services as segments
from shuke.segments.models import Membership
from shuke.segments.registries import TierChange
from shuke.staff.rights import Role
from shuke.webhooks import services
from shuke.webhooks.models import Delivery, Endpoint, Event

pytestmark = pytest.mark.django_db(transaction=True)


class Receiver(HTTPServer):
    """Another system: keeps what it gets and answers as it is told to."""

    def __init__(self):
        self.got, self.status, self.headers = [], 200, {}
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/in?a=1"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_args):
        pass


@contextmanager
def serving():
    receiver = Receiver()
    thread = threading.Thread(target=receiver.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.shutdown()
        thread.join()
        receiver.server_close()


@pytest.fixture
def receiver(settings):
    settings.SHUKE = settings.SHUKE.model_copy(update={"webhook_allow": "127.0.0.0/8"})
    with serving() as receiver:
        yield receiver


def add(receiver, *events, name="ERP"):
    return services.add(name=name, url=receiver.url, events=events or list(Event), by=None, at=timezone.now())


def close(customer, outcome="reached"):
    boss = shop.user(f"boss{FollowUp.objects.count()}", Role.ADMINISTRATOR)
    today = timezone.localdate()
    row = FollowUp.objects.create(
        customer=customer, owner=boss, cause="cadence", due_on=today, overdue_on=today,
        policy_version=1, created_at=timezone.now(), reasons=[],
    )  # fmt: skip
    return followups.complete(follow_up=row, outcome=outcome, by=boss, at=timezone.now(), note="secret words")


def member(customer, tier, since=date(2026, 1, 1)):
    return Membership.objects.create(customer=customer, kind="tier", value=tier, since=since, run_id=0)


def moved(*customers, to="silver"):
    """The segments find these customers in another tier."""
    tiers_changed = [TierChange(customer.pk, "gold", to, date(2026, 11, 3)) for customer in customers]
    services.tiers_changed(tiers_changed)


def test_a_closed_follow_up_is_told_signed_and_without_words_about_the_person(receiver):
    _endpoint, secret = add(receiver)
    row = close(shop.customer("王小明", "V17"))
    assert services.deliver() == 1
    ((path, headers, body),) = receiver.got
    Webhook(secret).verify(body, headers)
    told = json.loads(body)
    assert (path, told["type"]) == ("/in?a=1", "follow_up.closed")
    assert (told["data"]["outcome"], told["data"]["follow_up"]) == ("reached", row.pk)
    assert told["data"]["identities"] == [{"source": "till", "key": "V17"}]
    assert "王小明" not in body.decode()
    assert "secret words" not in body.decode()
    assert services.deliver() == 0


def test_a_changed_tier_is_told_by_what_the_other_system_knows(receiver):
    add(receiver, Event.TIER_CHANGED)
    moved(shop.customer("B", "V2"))
    services.deliver()
    ((_path, _headers, body),) = receiver.got
    assert json.loads(body)["data"]["changes"] == [
        {"from": "gold", "to": "silver", "since": "2026-11-03", "identities": [{"source": "till", "key": "V2"}]}
    ]


def test_many_changes_are_told_in_messages_of_a_size(receiver, monkeypatch):
    monkeypatch.setattr(services, "CHANGES_A_MESSAGE", 2)
    add(receiver)
    moved(*(shop.customer(f"C{number}") for number in range(5)))
    assert services.deliver() == 3
    assert sum(len(json.loads(body)["data"]["changes"]) for _path, _headers, body in receiver.got) == 5


def test_a_run_tells_the_tiers_that_it_has_changed_once(receiver):
    add(receiver, Event.TIER_CHANGED)
    stays, moves, new = (shop.customer(name) for name in "ABC")
    for customer in (stays, moves, new):
        shop.order(customer, timezone.localdate() - timedelta(days=3), 100)
    run = scoring.run()
    tier = dict(Score.objects.filter(run_id=run.pk).values_list("customer_id", "tier"))
    member(stays, tier[stays.pk])
    member(moves, "gold" if tier[moves.pk] != "gold" else "silver")
    segments.refresh(run=run, at=timezone.now())
    segments.refresh(run=run, at=timezone.now())
    (told,) = Delivery.objects.get().data["changes"]
    assert told["to"] == tier[moves.pk]
    assert told["identities"] == [{"source": "till", "key": moves.identities.get().source_key}]


def test_the_day_tells_the_tiers_that_it_has_changed(receiver):
    add(receiver, Event.TIER_CHANGED)
    customer = shop.customer("A")
    shop.order(customer, timezone.localdate() - timedelta(days=3), 100)
    run = scoring.run()
    now_in = Score.objects.get(run_id=run.pk).tier
    member(customer, "gold" if now_in != "gold" else "silver")
    for _twice in range(2):
        history.mark(customers=[customer.pk])
        scoring.rescore_marked()
    assert [change["to"] for change in Delivery.objects.get().data["changes"]] == [now_in]


def test_nobody_who_does_not_ask_is_told(receiver):
    add(receiver, Event.TIER_CHANGED)
    stopped, _secret = add(receiver)
    services.stop(endpoint=stopped, by=None, at=timezone.now())
    close(shop.customer("A"))
    assert not Delivery.objects.exists()


def test_what_is_rolled_back_is_not_told(receiver):
    add(receiver)
    with transaction.atomic():
        close(shop.customer("A"))
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()


def test_what_is_not_taken_is_told_again_later_and_given_up_in_the_end(receiver):
    add(receiver)
    close(shop.customer("A"))
    receiver.status, at = 503, timezone.now()
    assert services.deliver(at=at) == 0
    assert services.deliver(at=at + timedelta(minutes=1)) == 0
    assert len(receiver.got) == 1
    for _pause in services.PAUSES:
        at += timedelta(hours=10, minutes=1)
        services.deliver(at=at)
    row = Delivery.objects.get()
    assert (row.attempts, row.told, row.given_up_at is None) == (len(services.PAUSES) + 1, "503", False)
    assert {headers["webhook-id"] for _path, headers, _body in receiver.got} == {row.message}
    services.deliver(at=at + timedelta(days=1))
    assert len(receiver.got) == len(services.PAUSES) + 1


def test_a_message_that_failed_is_taken_the_next_time(receiver):
    add(receiver)
    close(shop.customer("A"))
    receiver.status, at = 500, timezone.now()
    services.deliver(at=at)
    receiver.status = 204
    assert services.deliver(at=at + services.PAUSES[0]) == 1


def test_gone_means_never_again(receiver):
    add(receiver)
    close(shop.customer("A"))
    receiver.status = 410
    services.deliver()
    assert Delivery.objects.get().given_up_at is not None


def test_a_redirect_is_not_followed(receiver):
    with serving() as elsewhere:
        receiver.status, receiver.headers = 307, {"Location": elsewhere.url}
        add(receiver)
        close(shop.customer("A"))
        assert services.deliver() == 0
        assert not elsewhere.got


def test_what_leads_into_a_private_network_by_now_is_not_asked(receiver, settings):
    add(receiver)
    close(shop.customer("A"))
    settings.SHUKE = settings.SHUKE.model_copy(update={"webhook_allow": ""})
    assert services.deliver() == 0
    assert (Delivery.objects.get().told, receiver.got) == ("address_forbidden", [])


def test_nobody_there_is_told_as_such(receiver):
    add(receiver)
    Endpoint.objects.update(url="http://127.0.0.1:1/")
    close(shop.customer("A"))
    services.deliver()
    assert Delivery.objects.get().told == "ConnectError"


def test_two_workers_send_a_message_once(receiver):
    add(receiver)
    close(shop.customer("A"))
    at = timezone.now()
    with transaction.atomic():
        assert len(services._claim(at)) == 1
        held = []
        other = threading.Thread(target=lambda: held.append(services._claim(at)))
        other.start()
        other.join()
    assert held == [[]]
    assert services._claim(at) == []


def test_old_messages_are_forgotten(receiver):
    add(receiver)
    close(shop.customer("A"))
    services.sweep(at=timezone.now() + timedelta(days=31))
    assert not Delivery.objects.exists()


def test_the_page_shows_the_secret_once_and_how_it_goes(receiver, settings, client):
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": static}
    settings.SHUKE = settings.SHUKE.model_copy(update={"demo": True})
    client.force_login(shop.user("admin", Role.ADMINISTRATOR))
    client.cookies["django_language"] = "en"
    form = {"name": "<b>ERP</b>", "url": receiver.url, "events": ["tier.changed"]}
    made = client.post(reverse("web:webhooks.add"), form)
    secret = made.context["secret"]
    assert secret in made.content.decode()
    moved(shop.customer("B", "V2"))
    services.deliver()
    for page in (reverse("web:tokens"), reverse("web:webhooks.detail", args=[Endpoint.objects.get().pk])):
        shown = client.get(page).content.decode()
        assert secret not in shown
        assert "<b>ERP" not in shown
    assert "taken" in shown
    refused = client.post(reverse("web:webhooks.add"), form | {"url": "https://10.0.0.1/"})
    assert (refused.status_code, "public internet" in refused.content.decode()) == (422, True)
    client.post(reverse("web:webhooks.stop", args=[Endpoint.objects.get().pk]))
    assert Endpoint.objects.get().stopped_at
