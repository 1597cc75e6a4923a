"""People who change each other."""

import threading

import pytest
from django.db import connections
from django.utils import timezone

import shop
from shuke.core.errors import Conflict
from shuke.staff.models import User
from shuke.staff.rights import Role
from shuke.staff.services import people


def demote(user: User, by: User) -> User:
    return people.change_user(
        user=user, name=user.name, role=Role.AGENT, team=None, is_active=True, by=by, at=timezone.now()
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("others", [0, 1])
def test_of_two_administrators_who_demote_each_other_one_is_told_that_it_was_too_late(others):
    one, other, *_rest = [shop.user(f"boss-{number}", Role.ADMINISTRATOR) for number in range(2 + others)]
    start, said = threading.Barrier(2), []

    def act(user: User, by: User) -> None:
        start.wait()
        try:
            demote(user, by)
            said.append("done")
        except Exception as failure:
            said.append(getattr(failure, "code", type(failure).__name__))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["done", "no_longer_administrator"]
    assert User.objects.filter(role=Role.ADMINISTRATOR).count() == 1 + others


@pytest.mark.django_db
def test_whoever_was_demoted_meanwhile_changes_nobody():
    boss, second, agent = (shop.user(name, Role.ADMINISTRATOR) for name in ("boss", "second", "third"))
    demote(second, by=boss)
    with pytest.raises(Conflict):
        demote(agent, by=second)
    agent.refresh_from_db()
    assert agent.role == Role.ADMINISTRATOR
