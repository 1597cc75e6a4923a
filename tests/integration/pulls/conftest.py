"""Shops that leave their exports somewhere, and the pulls that fetch them."""

import os
import sys

import pytest
from django.test import Client
from django.utils import timezone

import queue_of_jobs
import shop
from integration.pulls.mysql_server import MARIADB, MySql, mysql_server
from integration.pulls.servers import database, sftp_server, web_server
from shuke.cli import main
from shuke.intake.fields import Kind
from shuke.intake.mapping import Mapping
from shuke.intake.models import Import
from shuke.pulls import services
from shuke.pulls.models import Pull

HEADER = "订单号,会员卡号,下单时间,实付金额\n"
ORDERS = HEADER + "A1,C1,2026-10-01 12:00,120.50\nA2,C2,2026-10-02 13:00,88\n"


@pytest.fixture(autouse=True)
def _a_home_of_its_own_that_may_reach_this_machine(settings, tmp_path, transactional_db):
    changes = {"pull_allow": "127.0.0.0/8", "home": tmp_path / "home"}
    settings.SHUKE = settings.SHUKE.model_copy(update=changes)
    queue_of_jobs.empty()


@pytest.fixture
def web():
    with web_server() as server:
        yield server


@pytest.fixture
def sftp(tmp_path):
    with sftp_server(tmp_path / "exports") as server:
        yield server


@pytest.fixture
def postgresql(django_db_setup):
    with database() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory):
    """A real MariaDB; where there is none its tests are skipped, unless SHUKE_REQUIRE_MARIADB forbids it."""
    if not MARIADB and not os.environ.get("SHUKE_REQUIRE_MARIADB"):
        pytest.skip("there is no mariadbd (Debian's package mariadb-server)")
    with mysql_server(tmp_path_factory.mktemp("mariadb")) as server:
        yield server


@pytest.fixture
def mysql(mariadb) -> MySql:
    mariadb.begin_anew()
    return mariadb


@pytest.fixture(params=["postgresql", "mysql"])
def books(request):
    """A shop's database, of each sort in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def agreed(transactional_db):
    """An import by hand, of a file of these columns, that came to its end."""

    def agree(header=HEADER, source="shop", kind="orders", **fields):
        columns = dict(zip(("order", "customer", "at", "amount"), header.strip().split(","), strict=False))
        return Import.objects.create(
            **{"source": shop.source(source), "kind": kind, "header": list(columns.values()), "status": "done",
               "mapping": Mapping(Kind(kind), columns, delimiter=",").as_json(), "file_name": "by-hand.csv",
               "size": 1, "begun_at": timezone.now(), **fields}
        )  # fmt: skip

    return agree


@pytest.fixture
def pull_of():
    """A pull of a server, as somebody would have entered it."""

    def make(server, **changes):
        fields = {"name": "Orders", "source": "shop", "kind": "orders", "daily_at": None, **server.fields, **changes}
        return services.add(by=None, at=timezone.now(), **fields)

    return make


@pytest.fixture
def pull_with(pull_of):
    """A pull of a database whose query was right when it was entered."""

    def make(server, query, **changes):
        pull = pull_of(server, **changes)
        Pull.objects.filter(pk=pull.pk).update(query=query)
        pull.refresh_from_db()
        return pull

    return make


@pytest.fixture
def fetch():
    """Fetch once."""

    def once(pull, *, trial=False):
        this = services.ask(pull=pull, trial=trial, by=None, at=timezone.now())
        services.run(run_id=this.pk)
        this.refresh_from_db()
        pull.refresh_from_db()
        return this

    return once


@pytest.fixture
def shuke(monkeypatch, capfd):
    """`shuke("pull", "list")` gives the exit code and standard output."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["shuke", *words])
        try:
            main()
        except SystemExit as end:
            return end.code or 0, *capfd.readouterr()

    return run


@pytest.fixture
def as_(settings):
    """`as_(role)` asks for pages in English; the second factor is another test's business."""
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": static}
    settings.SHUKE = settings.SHUKE.model_copy(update={"demo": True})

    def client(role):
        client = Client(headers={"accept-language": "en"})
        client.cookies["django_language"] = "en"
        client.force_login(shop.user(role, role))
        return client

    return client
