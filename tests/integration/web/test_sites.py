"""The pages about shops whose web pages are listened to."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from shuke.beacon import signing
from shuke.beacon.models import Ending, Site
from shuke.beacon.services import sites
from shuke.beacon.services.tallies import count
from shuke.core.models import AuditEntry
from shuke.staff.rights import Role
from shuke.web.sites import SIGNING

pytestmark = pytest.mark.django_db
HOWTO = Path(__file__).parents[3] / "docs/howto/put-the-beacon-into-your-shop.md"


@pytest.fixture
def admin(shop, as_):
    return as_(shop.colleague("Admin", Role.ADMINISTRATOR))


def add(client, **changes):
    form = {"name": "Tea", "source": "shop", "origins": "https://tea.example\nhttps://m.tea.example", **changes}
    return client.post(reverse("web:sites.add"), form)


def page(client, name, *args):
    return client.get(reverse(f"web:{name}", args=args)).content.decode()


def test_a_secret_is_shown_on_the_page_that_makes_it_and_on_no_other(admin):
    made = add(admin)
    site = Site.objects.get()
    secret = sites.secret_of(site)
    assert secret in made.content.decode()
    assert "no-store" in made.headers["Cache-Control"]
    assert site.origins == ["https://m.tea.example", "https://tea.example"]
    for shown in (page(admin, "tokens"), page(admin, "sites.detail", site.pk)):
        assert "Tea" in shown
        assert secret not in shown
    assert secret.encode() not in bytes(site.signing_secret)
    assert secret not in str(AuditEntry.objects.get(action="beacon.added").details)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"origins": "tea.example"}, "is no address of pages"),
        ({"source": "shuke"}, "Name the source"),
        ({"origins": ""}, "This field is required"),
    ],
)
def test_what_stands_against_it_is_said_at_the_field(admin, changes, words):
    answer = add(admin, **changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Site.objects.exists()


def test_a_site_says_what_became_of_the_events_of_today(admin):
    add(admin)
    site = Site.objects.get()
    count(site, {Ending.WRITTEN: 1200, Ending.KNOWN: 3, Ending.SIGNATURE: 7, Ending.ORIGIN: 2}, at=timezone.now())
    shown = page(admin, "sites.detail", site.pk)
    assert all(words in shown for words in ("1,200", "signature wrong", "from a page of somebody else"))
    assert shown.index("from a page of somebody else") < shown.index("signature wrong")
    (listed,) = admin.get(reverse("web:tokens")).context["sites"]
    assert (listed.written, listed.refused) == (1200, 9)


def test_the_lines_for_the_pages_name_the_site(admin):
    add(admin)
    site = Site.objects.get()
    assert f"data-site=&quot;{site.key}&quot;" in page(admin, "sites.detail", site.pk)


def test_a_site_that_is_stopped_is_listed_as_such(admin):
    add(admin)
    answer = admin.post(reverse("web:sites.stop", args=[Site.objects.get().pk]), follow=True)
    assert "Nothing is taken from Tea any more." in answer.content.decode()
    assert not Site.objects.open().exists()


def python(code: str) -> str:
    told = {"customer": "客户 7"}
    exec(code, told)  # noqa: S102  our own example
    return told["signature"]


def other(program: str, code: str) -> str:
    if not shutil.which(program):
        pytest.skip(f"there is no {program} here")
    run = subprocess.run([program, "-e" if program == "node" else "-r", code], capture_output=True, check=True)
    return run.stdout.decode()


def test_the_examples_sign_as_we_do(monkeypatch):
    monkeypatch.setenv("SHUKE_BEACON_SECRET", "shb_test")
    expected = signing.sign("客户 7", secret=os.environ["SHUKE_BEACON_SECRET"], on=timezone.now().date())
    assert python(SIGNING["Python"]) == expected


@pytest.mark.parametrize(
    ("language", "program", "before", "after"),
    [
        ("Node", "node", 'const customer = "客户 7";', "process.stdout.write(signature);"),
        ("PHP", "php", "$customer = '客户 7';", "echo $signature;"),
    ],
)
def test_the_examples_of_other_languages_do_too(monkeypatch, language, program, before, after):
    monkeypatch.setenv("SHUKE_BEACON_SECRET", "shb_test")
    expected = signing.sign("客户 7", secret="shb_test", on=timezone.now().date())
    assert other(program, before + SIGNING[language] + after) == expected


def test_the_documentation_has_the_same_examples():
    words = HOWTO.read_text()
    assert [language for language, code in SIGNING.items() if code not in words] == []
