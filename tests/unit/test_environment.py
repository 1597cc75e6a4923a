"""Settings: which variables count, and where pages are served."""

import pytest

from shuke.cli.operate import programs
from shuke.config.environment import Environment


def test_only_variables_of_ours_are_settings(monkeypatch, tmp_path):
    """A person's HOME and LANGUAGE are not the installation's."""
    monkeypatch.delenv("SHUKE_HOME", raising=False)
    before = Environment().model_dump(exclude={"home"})
    for name in Environment.model_fields:
        monkeypatch.setenv(name.upper(), str(tmp_path / "somewhere"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    found = Environment()
    assert found.model_dump(exclude={"home"}) == before
    assert found.home == tmp_path / "data" / "shuke"


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({}, ("127.0.0.1", "8420")),
        ({"SHUKE_URL": "http://localhost:9000"}, ("localhost", "9000")),
        ({"SHUKE_URL": "https://shuke.example.com"}, ("127.0.0.1", "8420")),
        ({"SHUKE_URL": "https://shuke.example.com", "SHUKE_LISTEN": "192.0.2.7:8080"}, ("192.0.2.7", "8080")),
    ],
)
def test_behind_https_pages_are_served_where_the_proxy_looks_for_them(settings, place, tmp_path):
    web = programs(Environment(SHUKE_HOME=tmp_path, **settings))[0]
    told = [str(part) for part in web.argv]
    assert (told[told.index("--host") + 1], told[told.index("--port") + 1]) == place


@pytest.mark.parametrize(
    ("engine", "master"),
    [
        ("duckdb", None),
        ("local[*]", "local[*]"),
        ("local[4]", "local[4]"),
        ("spark://one:7077,two:7077", "spark://one:7077,two:7077"),
    ],
)
def test_an_engine_is_duckdb_or_the_master_of_spark(engine, master):
    assert Environment(SHUKE_ENGINE=engine).spark == master


@pytest.mark.parametrize("engine", ["spark", "local", "local[0]", "spark://one", "spark://one:7077/path", "yarn", ""])
def test_another_engine_stops_the_start(engine):
    with pytest.raises(ValueError, match="it must be duckdb"):
        Environment(SHUKE_ENGINE=engine)


@pytest.mark.parametrize("place", ["/mnt/shared", "s3://bucket/shuke", "s3://bucket/a/b?region=cn-north-1"])
def test_the_mirror_may_lie_on_a_disk_or_in_an_object_store(place):
    assert Environment(SHUKE_MIRROR=place).mirror == place


@pytest.mark.parametrize("place", ["shared", "s3://bucket", "hdfs://name/path"])
def test_another_place_of_the_mirror_stops_the_start(place):
    with pytest.raises(ValueError, match="it must look like /mnt/shared/shuke"):
        Environment(SHUKE_MIRROR=place)
