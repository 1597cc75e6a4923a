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
