"""The page about connections: a token is shown once, and shut with one click."""

import pytest
from django.urls import reverse

from shuke.staff.models import ApiToken
from shuke.staff.rights import Role
from shuke.staff.services import tokens

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(shop, as_):
    return as_(shop.colleague("Admin", Role.ADMINISTRATOR))


def add(client, **changes):
    form = {"name": "Till", "scopes": ["facts:write"], "source": "till", "lives": "90", **changes}
    return client.post(reverse("web:tokens.add"), form)


def test_a_token_is_shown_on_the_page_that_makes_it_and_on_no_other(admin):
    made = add(admin)
    secret = made.context["made"].secret
    assert secret in made.content.decode()
    assert "no-store" in made.headers["Cache-Control"]
    listed = admin.get(reverse("web:tokens")).content.decode()
    assert secret not in listed
    assert ApiToken.objects.get().prefix in listed


def test_a_webhook_gets_its_address_and_its_signing_secret(admin):
    page = add(admin, scopes=["hooks:receive"])
    token = ApiToken.objects.get()
    assert f"/hooks/{page.context['made'].secret}" in page.content.decode()
    assert tokens.signing_secret_of(token) in page.content.decode()


def test_what_stands_against_it_is_said_at_the_field(admin):
    answer = add(admin, source="")
    assert answer.status_code == 422
    assert "Name the source" in answer.content.decode()
    assert add(admin, scopes=["everything"]).status_code == 422
    assert add(admin, scopes=[]).status_code == 422
    assert not ApiToken.objects.exists()


def test_a_name_with_markup_is_text(admin):
    add(admin, name="<script>alert(1)</script>")
    assert "<script>alert(1)" not in admin.get(reverse("web:tokens")).content.decode()


def test_a_revoked_token_is_listed_as_such(admin):
    secret = add(admin).context["made"].secret
    answer = admin.post(reverse("web:tokens.revoke", args=[ApiToken.objects.get().pk]), follow=True)
    assert "revoked" in answer.content.decode()
    assert tokens.recognise(secret=secret, at=ApiToken.objects.get().revoked_at) is None
