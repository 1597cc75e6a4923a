"""Whether Spark can compute here, told before a run finds out."""

import importlib.metadata
import socket

import pytest

import sparks
from shuke.runtime import spark


@pytest.fixture
def any_java(monkeypatch):
    """To look for it takes seconds, and most of what is told here does not depend on it."""
    monkeypatch.setattr(spark, "find_java", lambda: {"java": "Java"})


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def checks(master, shared=None):
    return {check.name: check for check in spark.doctor(master, shared=shared)}


def test_a_machine_without_spark_is_told_how_to_install_it(monkeypatch):
    def none(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(spark, "version", none)
    found = checks("local[2]")
    for name in ("spark", "java"):
        assert not found[name].ok
        assert found[name].advice() == "Install it with: pip install 'shuke[spark]'"


def test_spark_tells_its_own_java():
    sparks.needed()
    assert checks("local[2]")["java"].words().startswith("Spark runs on ")


def test_a_machine_without_java_is_told_which_to_install(monkeypatch, tmp_path):
    sparks.needed()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    check = checks("local[2]")["java"]
    assert not check.ok and check.advice().startswith("Install Java 17 or 21")


def test_one_master_of_several_is_enough(any_java, listening):
    check = checks(f"spark://127.0.0.1:1,{listening}")["spark_master"]
    assert check.ok and check.words() == f"spark://{listening} takes connections."


def test_a_master_that_does_not_answer_is_named(any_java):
    check = checks("spark://127.0.0.1:1")["spark_master"]
    assert not check.ok and check.words() == "No Spark master answers at spark://127.0.0.1:1."


def test_a_cluster_without_a_shared_folder_is_a_hint(any_java, tmp_path):
    assert checks("local[*]")["shared"].ok
    hint = checks("spark://127.0.0.1:1")["shared"]
    assert hint.hint and "SHUKE_MIRROR" in hint.advice()
    assert checks("spark://127.0.0.1:1", str(tmp_path))["shared"].words() == (
        f"The facts can be written to {tmp_path}/mirror."
    )


def test_a_shared_folder_that_cannot_be_written_is_a_fault(any_java, tmp_path):
    (tmp_path / "mirror").write_text("a file stands in its place")
    check = checks("local[*]", str(tmp_path))["shared"]
    assert not check.ok and not check.hint and "SHUKE_MIRROR" in check.advice()
