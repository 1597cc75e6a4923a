"""The page about people: who may log in, and that somebody always stays administrator."""

import pytest
from django.urls import reverse

from shuke.core.models import AuditEntry
from shuke.staff.models import User
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-first-password"


@pytest.fixture
def admin(shop):
    return shop.colleague("Admin", Role.ADMINISTRATOR)


@pytest.fixture
def li(shop):
    return shop.colleague("Li")


def add(client, **changes):
    person = {"username": "zhao", "name": "赵倩", "role": "agent", "team": "east", "password": PASSWORD, **changes}
    return client.post(reverse("web:people.add"), person)


def change(client, person, **changes):
    now = {"name": person.name, "role": person.role, "team": "", "is_active": "on", **changes}
    return client.post(reverse("web:people.change", args=[person.pk]), {k: v for k, v in now.items() if v is not None})


def test_a_person_who_is_added_can_log_in_and_is_in_the_team(as_, admin, client):
    assert add(as_(admin)).status_code == 302
    zhao = User.objects.get(username="zhao")
    assert (zhao.role, zhao.team.name) == (Role.AGENT, "east")
    assert client.login(username="zhao", password=PASSWORD)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"username": "Admin"}, "already somebody with the log-in name Admin", id="taken"),
        pytest.param({"username": "aDMIN"}, "already somebody with the log-in name aDMIN", id="taken-but-for-case"),
        pytest.param({"password": "short"}, "This password will not do", id="weak-password"),
        pytest.param({"username": "a b"}, "username", id="odd-name"),
        pytest.param({"role": "king"}, "king", id="no-such-role"),
    ],
)
def test_what_stands_against_a_new_person_is_said(as_, admin, changes, words):
    answer = add(as_(admin), **changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert PASSWORD not in answer.content.decode()
    assert User.objects.count() == 1


def test_a_new_role_ends_the_log_ins_of_the_person(as_, admin, li):
    theirs = as_(li)
    assert theirs.get(reverse("web:customers")).status_code == 200
    assert change(as_(admin), li, role="manager").status_code == 302
    assert theirs.get(reverse("web:customers")).status_code == 302
    assert AuditEntry.objects.get(action="user.changed").details["after"]["role"] == "manager"


def test_a_locked_person_is_out_at_once(as_, admin, li):
    theirs = as_(li)
    assert change(as_(admin), li, is_active=None).status_code == 302
    assert theirs.get(reverse("web:customers")).status_code == 302


@pytest.mark.parametrize("changes", [{"role": "agent"}, {"is_active": None}], ids=["role", "lock"])
def test_the_last_administrator_stays(as_, admin, changes):
    answer = change(as_(admin), admin, **changes)
    assert answer.status_code == 422
    assert "Somebody has to stay administrator" in answer.content.decode()
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == (Role.ADMINISTRATOR, True)


def test_one_of_two_administrators_may_go(as_, admin, shop):
    other = shop.colleague("Other", Role.ADMINISTRATOR)
    assert change(as_(admin), other, role="agent").status_code == 302


def test_a_new_password_holds_and_ends_the_log_ins_of_the_person(as_, admin, li, client):
    theirs = as_(li)
    assert as_(admin).post(reverse("web:people.password", args=[li.pk]), {"password": PASSWORD}).status_code == 302
    assert theirs.get(reverse("web:customers")).status_code == 302
    assert client.login(username="Li", password=PASSWORD)
    assert AuditEntry.objects.get(action="user.password_set").details == {}


def test_a_weak_password_is_refused(as_, admin, li):
    assert as_(admin).post(reverse("web:people.password", args=[li.pk]), {"password": "12345"}).status_code == 422
