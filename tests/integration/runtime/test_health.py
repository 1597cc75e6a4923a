"""The doctor's answers."""

import socket

from shuke.runtime import health
from shuke.runtime.home import Home


def answers(home, port):
    return {check.name: check for check in health.doctor(home, port=port)}


def test_a_running_installation_is_well(cluster):
    found = answers(cluster.home, port=0)
    assert [check.name for check in found.values() if not check.ok and not check.hint] == []
    assert found["database"].words() == "PostgreSQL takes connections."
    assert "PostgreSQL) 18" in found["postgresql"].words()


def test_a_new_home_is_well_and_untouched(home):
    found = answers(home, port=0)
    assert found["data"].ok
    assert found["database"].ok
    assert not home.root.exists()


def test_a_used_port_is_named_with_a_remedy(home):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        check = health.web_port(home, port)
        assert health.listening(port)
    assert not check.ok
    assert str(port) in check.words()
    assert check.advice()


def test_data_of_another_major_are_named(made_home):
    (made_home.pg / "PG_VERSION").write_text("16\n")
    check = answers(made_home, port=0)["data"]
    assert not check.ok
    assert check.words() == "The data belong to PostgreSQL 16; this is PostgreSQL 18."
    assert "shuke db restore" in check.advice()


def test_words_and_advice_are_translated_with_their_numbers():
    check = health.Check("x", False, "Port %(port)s", {"port": 1}, "Not %(port)s")
    assert check.words(lambda text: "端口 %(port)s") == "端口 1"


def test_a_disk_almost_full_is_no_hint_any_more(home, monkeypatch):
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _: type("Usage", (), {"free": health.GB}))
    check = health.disk(home)
    assert not check.ok
    assert not check.hint
    assert check.words() == "1.0 GB of disk are free."


def test_home_below_a_missing_folder_counts_by_the_one_above(tmp_path):
    assert health.home_writable(Home(tmp_path / "a" / "b")).ok
