"""Chromium on the pages of a real server, which reads and writes the tests' database."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from shuke.staff.models import User

SECONDS = 15
expect.set_options(timeout=SECONDS * 1000)


@pytest.fixture
def page_of(chromium, live_server, settings) -> Iterator[Callable[..., Page]]:
    """`page_of(colleague)` is a page on which that colleague has logged in; `errors` collects what the console says."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    contexts = []

    def opened(staff: User, *, language: str = "en", width: int = 1440) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            reduced_motion="reduce",
            has_touch=width < 500,
        )
        context.add_cookies([_session(staff, live_server.url), _cookie("django_language", language, live_server.url)])
        context.set_default_timeout(SECONDS * 1000)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def _session(staff: User, url: str) -> dict:
    client = Client()
    client.force_login(staff)
    return _cookie(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value, url)


def _cookie(name: str, value: str, url: str) -> dict:
    return {"name": name, "value": value, "url": url}
