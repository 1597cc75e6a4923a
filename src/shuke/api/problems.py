"""What went wrong, as RFC 9457 says it (application/problem+json), in the language that was asked for."""

import json
import logging
import traceback
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as BadParameters

from shuke.core.errors import Conflict, Invalid, NotFound, Refused, ShukeError
from shuke.core.words import mark

MEDIA_TYPE = "application/problem+json"
STATUS = {
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Refused: HTTPStatus.FORBIDDEN,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
}
TITLES = {
    HTTPStatus.UNAUTHORIZED: mark("Who are you?"),
    HTTPStatus.FORBIDDEN: mark("Not allowed"),
    HTTPStatus.NOT_FOUND: mark("Not there"),
    HTTPStatus.METHOD_NOT_ALLOWED: mark("Not in this way"),
    HTTPStatus.CONFLICT: mark("Not now"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: mark("Too large"),
    HTTPStatus.UNPROCESSABLE_ENTITY: mark("Not usable as it is"),
    HTTPStatus.INTERNAL_SERVER_ERROR: mark("An error of ours"),
}
logger = logging.getLogger(__name__)


class Unknown(Refused):
    code = "token_unknown"
    message = mark("There is no valid token in the header Authorization. Send “Bearer” and the token.")


class ScopeMissing(Refused):
    code = "scope_missing"
    message = mark("This token may not do that: it lacks %(scope)s.")


class NotAllowed(ShukeError):
    code = "method_not_allowed"
    message = mark("This address is asked in another way: see the header Allow.")


class TooLarge(Invalid):
    code = "body_too_large"
    message = mark("A body has at most %(most)s MB. Send smaller batches.")


class OurFault(ShukeError):
    code = "internal_error"
    message = mark("An error of the program. Nothing of this request was kept; send it again.")


OWN_STATUS = {
    Unknown: HTTPStatus.UNAUTHORIZED,
    NotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    OurFault: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def answer(failure: ShukeError, *, allow: str = "") -> HttpResponse:
    """The failure as a problem document; `allow` are the methods that the address answers."""
    status = next((own for kind, own in (OWN_STATUS | STATUS).items() if isinstance(failure, kind)), None)
    status = status or HTTPStatus.INTERNAL_SERVER_ERROR
    told = {
        "type": f"urn:shuke:problem:{failure.code}",
        "title": _(TITLES[status]),
        "status": int(status),
        "code": failure.code,
        "detail": failure.words(_),
    }
    response = HttpResponse(json.dumps(told, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    if allow:
        response.headers["Allow"] = allow
    if status == HTTPStatus.CONFLICT:
        response.headers["Retry-After"] = "1"
    return response


def surprise(error: Exception) -> HttpResponse:
    """The answer to an unforeseen error. The log gets its place and kind, without the message: it may quote records."""
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("unforeseen error\n%s%s", where, type(error).__name__)
    return answer(OurFault())


def register(api: NinjaAPI) -> None:
    """Have every failure of `api` answered as a problem."""

    @api.exception_handler(ShukeError)
    def foreseen(request: HttpRequest, error: ShukeError) -> HttpResponse:
        return answer(error)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return answer(Unknown())

    @api.exception_handler(Http404)
    def not_there(request: HttpRequest, error: Http404) -> HttpResponse:
        return answer(NotFound())

    @api.exception_handler(BadParameters)
    @api.exception_handler(HttpError)
    def unusable(request: HttpRequest, error: Exception) -> HttpResponse:
        return answer(Invalid())

    @api.exception_handler(Exception)
    def unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
        return surprise(error)
