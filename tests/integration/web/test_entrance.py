"""Log-in and sessions: how long they last, the second factor, guessing, language, and no way in beside the door."""

import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shuke.staff.rights import Role
from shuke.web import middleware

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-first-password"
LIST = "/customers/"


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet(db):
    cache.clear()


@pytest.fixture
def li(shop):
    colleague = shop.colleague("li")
    colleague.set_password(PASSWORD)
    colleague.save()
    return colleague


@pytest.fixture
def admin(shop):
    colleague = shop.colleague("admin", Role.ADMINISTRATOR)
    colleague.set_password(PASSWORD)
    colleague.save()
    return colleague


def log_in(client, username="li", password=PASSWORD, **more):
    return client.post(reverse("account_login"), {"login": username, "password": password}, **more)


@pytest.fixture
def clock(monkeypatch):
    """`clock(minutes=…)` moves the time of the sessions on."""
    moved = [timezone.now()]

    def forward(**by):
        moved[0] += timedelta(**by)

    monkeypatch.setattr(middleware.timezone, "now", lambda: moved[0])
    return forward


def test_a_log_in_ends_when_nobody_is_there(li, client, clock):
    log_in(client)
    clock(minutes=29)
    assert client.get(LIST).status_code == 200
    clock(minutes=29)
    assert client.get(LIST).status_code == 200
    clock(minutes=31)
    assert client.get(LIST).status_code == 302


def test_a_log_in_ends_after_twelve_hours_whoever_is_there(li, client, clock):
    log_in(client)
    for _half_hour in range(26):
        clock(minutes=27)
        assert client.get(LIST).status_code == 200
    clock(minutes=27)
    assert client.get(LIST).status_code == 302


def test_what_a_page_asks_by_itself_is_no_sign_of_a_person(li, client, clock):
    log_in(client)
    for _tick in range(4):
        clock(minutes=8)
        client.get(reverse("web:board.changes"))
    assert client.get(LIST).status_code == 302


def test_a_part_of_a_page_that_finds_no_log_in_sends_the_page_to_the_door(client):
    answer = client.get(
        LIST, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/customers/?tier=gold"}
    )
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=/customers/"


def test_whoever_manages_people_sets_up_a_second_factor_first(admin, client):
    log_in(client, "admin")
    for address in ("/", LIST, reverse("web:people")):
        assert client.get(address).headers["Location"] == reverse("mfa_activate_totp")


def test_an_agent_needs_none(li, client):
    log_in(client)
    assert client.get(LIST).status_code == 200


def test_the_demo_waives_it(admin, client, settings):
    settings.SHUKE = settings.SHUKE.model_copy(update={"demo": True})
    log_in(client, "admin")
    assert client.get(LIST).status_code == 200


def code_for(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))


@pytest.fixture
def _one_half_minute(monkeypatch):
    """Codes are made and read within one half minute, however long the test takes."""
    now = time.time()
    monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: now))


@pytest.mark.usefixtures("_one_half_minute")
def test_a_second_factor_is_set_up_kept_encrypted_and_asked_for(admin, client):
    log_in(client, "admin")
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_for(secret)})
    assert client.get(LIST).status_code == 200
    assert secret not in str(Authenticator.objects.get(type="totp").data)

    again = Client()
    assert log_in(again, "admin").headers["Location"] == reverse("mfa_authenticate")
    assert again.get(LIST).status_code == 302
    cache.clear()  # a code is good for once, also within its half minute
    again.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert again.get(LIST).status_code == 200


def test_guessing_ends_for_the_guesser_and_not_for_the_owner(li, client):
    for _guess in range(5):
        log_in(client, password="wrong", REMOTE_ADDR="10.0.0.1")
    refused = log_in(client, REMOTE_ADDR="10.0.0.1")
    assert refused.status_code == 200
    assert "_auth_user_id" not in client.session
    assert log_in(client, REMOTE_ADDR="10.0.0.2").status_code == 302


def test_one_address_cannot_try_all_names(li, client):
    for number in range(30):
        log_in(client, f"name-{number}", "wrong", REMOTE_ADDR="10.0.0.1")
    log_in(client, REMOTE_ADDR="10.0.0.1")
    assert "_auth_user_id" not in client.session


def test_a_chosen_language_stays_with_the_person(li, client):
    log_in(client)
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    elsewhere = Client()
    log_in(elsewhere)
    assert elsewhere.get(LIST).headers["Content-Language"] == "en"


@pytest.mark.parametrize("language", ["fr", "", "../en"])
def test_a_language_that_there_is_not_changes_nothing(li, client, language):
    log_in(client)
    client.post(reverse("set_language"), {"language": language, "next": "/"})
    assert client.get(LIST).headers["Content-Language"] == "zh-hans"


def test_an_english_browser_does_not_overrule_the_installation(client):
    answer = client.get(reverse("account_login"), headers={"accept-language": "en"})
    assert answer.headers["Content-Language"] == "zh-hans"


def test_nobody_signs_up(client):
    assert client.get(reverse("account_signup")).status_code == 404
    assert client.post(reverse("account_signup"), {"username": "x", "password1": PASSWORD}).status_code == 404
