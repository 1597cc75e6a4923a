"""The script is small, open to every page, and kept by browsers for an hour."""

import gzip

from django.test import Client


def test_any_page_gets_the_script_without_a_log_in():
    answer = Client().get("/beacon.js")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "max-age=3600, public"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["ETag"]
    assert not answer.cookies
    assert len(gzip.compress(b"".join(answer))) <= 2_000
