"""`shuke pull`: the same by command, for people and for programs."""

import json

import pytest

from integration.pulls.conftest import ORDERS
from shuke.history.models import Order
from shuke.intake.models import Import
from shuke.pulls.models import Pull

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_a_pull_is_run_by_its_name_and_says_what_came(shuke, web, agreed, pull_of):
    agreed()
    web.put(ORDERS)
    pull_of(web, secret="canary")
    code, out, _said = shuke("pull", "run", "Orders", "--json")
    told = json.loads(out)
    assert (code, told["status"], told["failure"]) == (0, "done", None)
    assert told["imports"] == [Import.objects.latest("pk").pk]
    assert Order.objects.count() == 2
    code, out, _said = shuke("pull", "list", "--json")
    (listed,) = json.loads(out)
    assert (code, listed["name"], listed["status"], listed["way"]) == (0, "Orders", "done", "url")
    assert "canary" not in out


def test_what_stands_against_it_is_said_and_ends_with_one(shuke, web, pull_of):
    web.put(ORDERS)
    pull_of(web)
    code, out, _said = shuke("pull", "run", "Orders", "--json")
    assert (code, json.loads(out)["failure"]["code"]) == (1, "pull_never_agreed")
    Pull.objects.update(address=f"{web.url}/nowhere.csv")
    code, _out, said = shuke("pull", "run", "Orders")
    assert (code, "127.0.0.1" in said) == (1, True)


def test_a_name_that_nobody_gave_is_a_sentence(shuke, transactional_db):
    code, _out, said = shuke("pull", "run", "nothing")
    assert (code, "nothing" in said) == (2, True)
