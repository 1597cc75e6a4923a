"""Where PostgreSQL is found."""

import os

import pytest
from psycopg.conninfo import conninfo_to_dict

from shuke.runtime import address
from shuke.runtime.address import Address
from shuke.runtime.home import Home


@pytest.mark.parametrize(
    "where",
    [
        pytest.param(Address("/home/王 小/run", 5432), id="socket-below-an-odd-folder"),
        pytest.param(Address("127.0.0.1", 40001), id="loopback"),
    ],
)
def test_a_url_says_what_it_was_made_of(where):
    parts = conninfo_to_dict(where.url(user="shuke_app", password="a/b@c:?", dbname="shuke"))
    assert parts == {
        "user": "shuke_app",
        "password": "a/b@c:?",
        "dbname": "shuke",
        "host": where.host,
        "port": str(where.port),
    }


@pytest.mark.parametrize(("length", "near"), [(107, True), (108, False)])
def test_a_socket_lies_near_the_data_as_long_as_the_kernel_allows(tmp_path, monkeypatch, length, near):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    rest = length - len(os.fsencode(tmp_path / "x" / "run" / ".s.PGSQL.5432")) + 1
    home = Home(tmp_path / ("x" * rest))
    assert (address.socket_folder(home) == home.run) is near


def test_a_short_folder_that_somebody_else_could_read_is_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    home = Home(tmp_path / ("x" * 120))
    folder = address.socket_folder(home)
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o755)
    assert address.socket_folder(home) is None
    folder.rmdir()
    folder.symlink_to(tmp_path)
    assert address.socket_folder(home) is None


def test_the_address_of_the_last_start_counts_wherever_the_temp_folder_is_now(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    home = Home(tmp_path / ("x" * 120)).make()
    settled = address.settle(home)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "elsewhere"))
    assert address.current(home) == settled
