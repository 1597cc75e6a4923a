"""What the beacon takes, of whom, and what it leaves alone."""

import json
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from integration.beacon.conftest import ORIGIN, Page, event
from shuke.beacon.models import Pace, Site, Tally, Waiting
from shuke.beacon.services import sites, taking, writing
from shuke.core.errors import Invalid
from shuke.core.models import AuditEntry
from shuke.customers.models import Customer, Identity
from shuke.history.models import Behaviour
from shuke.intake import live
from shuke.intake.apply.work import SOURCE_LOCK
from shuke.intake.fields import Kind

pytestmark = pytest.mark.django_db


def test_what_a_signed_customer_does_becomes_a_fact(page):
    page.send(event(ago=60_000, value="128"), event("event-002", kind="view", subject="/茶"))
    assert page.write() == 2
    cart = Behaviour.objects.get(kind="cart")
    assert (cart.source.code, cart.identity.source_key) == ("shop", "V17")
    assert (cart.subject, cart.value) == ("T-250", 12_800)
    assert timedelta(seconds=55) < timezone.now() - cart.at < timedelta(seconds=65)
    assert page.endings == {"written": 2}
    assert not Waiting.objects.exists()


def test_a_message_waits_for_the_worker_and_for_nothing_else(page):
    page.send(event())
    assert Waiting.objects.count() == 1
    assert not Behaviour.objects.exists()


def test_events_sent_again_are_written_once(page):
    page.send(event())
    page.send(event(), event("event-002"))
    page.write()
    page.send(event())
    page.write()
    assert Behaviour.objects.count() == 2
    assert page.endings == {"written": 2, "known": 2}


def test_two_sites_of_one_source_and_its_other_systems_do_not_share_numbers(page):
    live.receive(
        source="shop",
        records=[
            live.read(
                {"key": "event-001", "customer": "V17", "at": "2026-11-03T10:00:00Z", "kind": "view"},
                index=0,
                kind=Kind.BEHAVIOURS,
            )
        ],
        at=timezone.now(),
    )
    other = Page()
    page.send(event())
    other.send(event())
    page.write()
    assert Behaviour.objects.count() == 3


@pytest.mark.parametrize(
    ("changes", "ending"),
    [
        pytest.param({"signature": "2026-11-03.00"}, "signature", id="forged"),
        pytest.param({"customer": "V18"}, "signature", id="another customer"),
        pytest.param({"signature": ""}, "signature", id="unsigned"),
        pytest.param({"consent": ""}, "consent", id="no word about consent"),
        pytest.param({"consent": "no"}, "consent", id="no consent"),
        pytest.param({"customer": ""}, "unreadable", id="nobody"),
        pytest.param({"events": []}, "unreadable", id="nothing"),
        pytest.param({"origin": "https://evil.example"}, "origin", id="another origin"),
        pytest.param({"origin": "null"}, "origin", id="a sandbox"),
        pytest.param({"origin": ORIGIN + ".evil.example"}, "origin", id="an origin that begins alike"),
        pytest.param({"headers": {"sec-gpc": "1"}}, "objection", id="global privacy control"),
        pytest.param({"headers": {"dnt": "1"}}, "objection", id="do not track"),
    ],
)
def test_what_must_not_be_written_is_counted_and_forgotten(page, changes, ending):
    page.send(event(), **changes)
    page.write()
    assert page.endings == {ending: 1}
    assert not Behaviour.objects.exists()
    assert not Customer.objects.exists()
    assert not Waiting.objects.exists()


def test_an_old_signature_speaks_for_nobody(page):
    page.send(event(), signature=page.signature(at=timezone.now() - timedelta(days=3)))
    assert page.endings == {"expired": 1}


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"\xff", b"[" * 10_000, b'{"customer": "\\ud800", "signature": "x", "events": [1]}'],
    ids=["blank", "list", "cut", "no text", "deep", "half a character"],
)
def test_a_body_that_makes_no_sense_is_one_that_is_unreadable(page, body):
    page.post(body)
    assert page.endings == {"unreadable": 1}


def test_a_body_that_is_too_large_is_not_even_read(page):
    page.post(b" " * (taking.LARGEST + 1))
    assert page.endings == {"too_large": 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "dance"},
        {"kind": None},
        {"ago": -1},
        {"ago": "soon"},
        {"ago": 10**30},
        {"key": "short"},
        {"key": "event 001 with blanks"},
        {"subject": "x" * 301},
        {"subject": "a\u0000b"},
        {"value": 1.5},
        {"name": "王小明"},
        {"type": "order"},
    ],
    ids=str,
)
def test_an_event_that_cannot_be_used_stops_no_other(page, changes):
    page.send(event(**changes), "event", event("event-002"))
    page.write()
    assert page.endings == {"unusable": 2, "written": 1}


def test_an_event_cannot_name_another_customer_time_or_number(page):
    page.send(event(customer="V18", at="2020-01-01T00:00:00Z"))
    page.write()
    (told,) = Behaviour.objects.all()
    assert told.identity.source_key == "V17"
    assert told.at.year == timezone.now().year
    assert told.source_key == f"{page.site.key}:event-001"


def test_one_customer_cannot_send_without_end(page):
    at = timezone.now().replace(second=0)
    for number in range(6):
        events = [event(f"event-{number}-{place}") for place in range(25)]
        body = json.dumps(page.body(*events)).encode()
        taking.take(site=page.site, message=taking.Message(ORIGIN, objects=False, body=body), at=at)
    assert page.write() == 100
    assert page.endings == {"written": 100, "too_many": 50}
    later = at + timedelta(minutes=1)
    body = json.dumps(page.body(event("event-later"))).encode()
    taking.take(site=page.site, message=taking.Message(ORIGIN, objects=False, body=body), at=later)
    assert page.write() == 1


def test_only_pages_of_the_site_may_read_the_answer(page):
    assert page.send(event()).headers["Access-Control-Allow-Origin"] == ORIGIN
    strange = page.send(event(), origin="https://evil.example")
    assert "Access-Control-Allow-Origin" not in strange.headers
    assert "Origin" in strange.headers["Vary"]
    assert not strange.cookies


def test_a_site_that_is_stopped_is_as_one_that_never_was(page):
    sites.stop(site=page.site, by=None, at=timezone.now())
    answer = page.send(event())
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert Client().post("/beacon/nothing", b"{}", content_type="text/plain").status_code == 204
    assert not Waiting.objects.exists()
    assert not Tally.objects.exists()


def test_a_batch_of_visitors_is_one_entry_of_the_trail(page):
    for number in range(5):
        page.send(event(f"event-00{number}"))
    page.write()
    assert AuditEntry.objects.filter(action="records.received").count() == 1


def test_a_customer_who_is_known_already_stays_one(page):
    live.receive(
        source="shop",
        records=[live.read({"key": "V17", "name": "王小明"}, index=0, kind=Kind.CUSTOMERS)],
        at=timezone.now(),
    )
    page.send(event())
    page.write()
    assert Behaviour.objects.get().identity.customer.name == "王小明"
    assert Identity.objects.count() == 1


def test_the_sweep_forgets_how_fast_somebody_was(page):
    page.send(event())
    page.send(event(), consent="no")
    writing.sweep(at=timezone.now() + timedelta(hours=2))
    assert not Pace.objects.exists()
    assert Tally.objects.exists()
    writing.sweep(at=timezone.now() + timedelta(days=91))
    assert not Tally.objects.exists()


@pytest.mark.parametrize(
    ("told", "origin"),
    [
        ("https://www.shop.example", "https://www.shop.example"),
        (" HTTPS://WWW.Shop.Example:443/ ", "https://www.shop.example"),
        ("https://茶.example", "https://xn--cl1a.example"),
        ("http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(db, told, origin):
    site, _secret = sites.add(name="Shop", source="shop", origins=[told], by=None, at=timezone.now())
    assert site.origins == [origin]


@pytest.mark.parametrize(
    "told",
    ["", "*", "shop.example", "http://shop.example", "https://shop.example/tea", "https://a@shop.example",
     "https://shop.example:port", "javascript:alert(1)", "https://"],
)  # fmt: skip
def test_what_is_no_origin_is_refused(db, told):
    with pytest.raises(Invalid) as refused:
        sites.add(name="Shop", source="shop", origins=[told], by=None, at=timezone.now())
    assert refused.value.code == "beacon_origin_wrong"
    assert not Site.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_while_a_file_of_the_source_is_written_visitors_do_not_wait(page):
    page.send(event())
    page.write()
    page.send(event("event-002"))
    source = Identity.objects.get().source_id
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [SOURCE_LOCK, source])
        written = []
        thread = Thread(target=lambda: (written.append(page.write()), connection.close()))
        thread.start()
        thread.join(timeout=20)
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [SOURCE_LOCK, source])
    assert written == [0]
    assert page.write() == 1
