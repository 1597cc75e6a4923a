"""Where pages are served, as the settings say."""

import pytest

from shuke.cli.operate import programs
from shuke.config.environment import Environment


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({}, ("127.0.0.1", "8420")),
        ({"url": "http://localhost:9000"}, ("localhost", "9000")),
        ({"url": "https://shuke.example.com"}, ("127.0.0.1", "8420")),
        ({"url": "https://shuke.example.com", "listen": "192.0.2.7:8080"}, ("192.0.2.7", "8080")),
    ],
)
def test_behind_https_pages_are_served_where_the_proxy_looks_for_them(settings, place, tmp_path):
    web = programs(Environment(home=tmp_path, **settings))[0]
    told = [str(part) for part in web.argv]
    assert (told[told.index("--host") + 1], told[told.index("--port") + 1]) == place
