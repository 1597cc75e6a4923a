"""People who ask for pages."""

from collections.abc import Callable

import pytest
from django.test import Client

from integration.followups.conftest import Shop
from shuke.staff.models import User


@pytest.fixture(autouse=True)
def _plain_static_files(settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def shop(db) -> Shop:
    return Shop()


@pytest.fixture
def as_(settings) -> Callable[[User], Client]:
    """`as_(colleague)` asks for pages in English; the second factor is another test's business."""
    settings.SHUKE = settings.SHUKE.model_copy(update={"demo": True})

    def client(staff: User) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.cookies["django_language"] = "en"
        client.force_login(staff)
        return client

    return client
