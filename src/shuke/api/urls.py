"""The addresses of the API: operations for tokens, documentation for colleagues."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI

from shuke.api import beacon, hooks, problems, profiles, records, schemas, scores, segments
from shuke.core.errors import NotFound

DOCUMENTATION = ("openapi-json", "openapi-view", "api-root")
DESCRIPTION = (
    "Write what happens in your shop the moment it happens, and read what Shuke makes of it. "
    "Send `Authorization: Bearer` and a token; an administrator makes one under Connections."
)


class Api(NinjaAPI):
    """Ninja with the schemas of what we read ourselves, record by record, and problems under their own media type."""

    def get_openapi_schema(self, **options: Any) -> dict[str, Any]:
        schema = super().get_openapi_schema(**options)
        schema["components"].setdefault("schemas", {}).update(schemas.definitions())
        for methods in schema["paths"].values():
            for operation in methods.values():
                _name_problems(operation["responses"])
        return schema


def _name_problems(responses: dict[int, Any]) -> None:
    for status, response in responses.items():
        if status >= HTTPStatus.BAD_REQUEST:
            response["content"] = {problems.MEDIA_TYPE: response["content"].pop("application/json")}


api = Api(title="Shuke", version="1", description=DESCRIPTION, urls_namespace="api")
api.add_router("/v1", records.router)
api.add_router("/v1", scores.router)  # before profiles, whose keys may contain anything
api.add_router("/v1", profiles.router)
api.add_router("/v1", segments.router)
problems.register(api)


def for_programs(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """No log-in, and the language that the request asks for."""

    @wraps(view)
    def spoken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = view(request, *args, **kwargs)
            if isinstance(response, HttpResponseNotAllowed):
                response = problems.answer(problems.NotAllowed(), allow=response.headers["Allow"])
        response.headers["Content-Language"] = language
        # Django would write the address of what is refused to the log: it holds customers' keys, or a hook's secret.
        response._has_been_logged = True
        return response

    spoken.login_required = False
    return spoken


def _opened(pattern: URLPattern) -> URLPattern:
    if pattern.name not in DOCUMENTATION:
        pattern.callback = for_programs(pattern.callback)
    return pattern


@csrf_exempt
def not_there(request: HttpRequest, rest: str) -> HttpResponse:
    """An address of the API that nothing answers."""
    return problems.answer(NotFound())


_patterns, _app_name, _namespace = api.urls
urlpatterns = [
    path("api/", ([_opened(pattern) for pattern in _patterns], _app_name, _namespace)),
    path("api/v1/<path:rest>", for_programs(not_there), name="nothing"),
    path("hooks/<str:secret>", for_programs(hooks.receive), name="hooks"),
    path("beacon/<str:site>", for_programs(beacon.receive), name="beacon"),
]
