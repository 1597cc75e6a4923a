import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Engine, RequestContext
from django.test import RequestFactory
from django.utils import translation


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Addresses without hashes: nothing is collected in unit tests."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def draw():
    """Render a line of template as a page at `path` would."""
    engine = Engine.get_default()

    def draw_(line: str, path: str = "/", **values: object) -> str:
        template = engine.from_string("{% load i18n shuke components charts %}" + line)
        request = RequestFactory().get(path)
        request.user = AnonymousUser()
        return template.render(RequestContext(request, {"request": request, **values}))

    return draw_
