"""What holds for every request: how long a log-in lasts, the second factor, the language, foreseen failures."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django_htmx.http import HttpResponseClientRedirect

from shuke.core.errors import Conflict, Invalid, NotFound, Refused, ShukeError

IDLE_SECONDS = 30 * 60
ABSOLUTE_SECONDS = settings.SESSION_COOKIE_AGE
WRITE_EVERY_SECONDS = 60
"""How exactly the last sign of a person is kept; every write costs a row."""

UTF_8 = {"utf-8", "utf8", "us-ascii", "ascii"}
BEFORE_SECOND_FACTOR = {
    "account_logout",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    "set_language",
}

Next = Callable[[HttpRequest], HttpResponse]


class Readable:
    """What no browser sends by itself is told so, before anything stumbles over it. HEAD is answered as GET."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_readable(request):
            return unreadable(request, None)
        asked = request.method
        request.method = "GET" if asked == "HEAD" else asked
        response = self.get_response(request)
        request.method = asked
        return response


def unreadable(request: HttpRequest, exception: Exception | None) -> HttpResponse:
    """The page for what cannot be read: like that for errors of ours, it asks nothing of the request."""
    return HttpResponseBadRequest(render_to_string("400.html"))


def _is_readable(request: HttpRequest) -> bool:
    charset = request.content_params.get("charset", "utf-8")
    if charset.lower() not in UTF_8:
        return False
    if any("\x00" in cookie for cookie in request.COOKIES.values()):
        return False
    return all(map(_is_address, (request.headers.get("HX-Current-URL", ""), *request.GET.getlist("next"))))


def _is_address(written: str) -> bool:
    try:
        urlsplit(written)
    except ValueError:
        return False
    return True


class LoginRequired(LoginRequiredMiddleware):
    """Every page needs a log-in. A part of a page that finds none sends the whole page to the entrance."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable) -> HttpResponse:
        if not request.htmx:
            return super().handle_no_permission(request, view_func)
        here = urlsplit(request.htmx.current_url_abs_path or "/").path
        return HttpResponseClientRedirect(f"{reverse(settings.LOGIN_URL)}?{REDIRECT_FIELD_NAME}={here}")


class SessionAge:
    """A log-in ends after 30 minutes without a sign of the person, and after 12 hours in any case."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = int(timezone.now().timestamp())
        if request.user.is_authenticated and self._is_over(request, now=now):
            logout(request)
        response = self.get_response(request)
        if request.user.is_authenticated:  # also where this request was the log-in
            request.session.setdefault("began_at", now)
            request.session.setdefault("seen_at", now)
        return response

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> None:
        if not request.user.is_authenticated or getattr(view, "unattended", False):
            return
        now = int(timezone.now().timestamp())
        if now - request.session.get("seen_at", 0) >= WRITE_EVERY_SECONDS:
            request.session["seen_at"] = now

    @staticmethod
    def _is_over(request: HttpRequest, *, now: int) -> bool:
        began, seen = (request.session.get(name, now) for name in ("began_at", "seen_at"))
        return now - seen >= IDLE_SECONDS or now - began >= ABSOLUTE_SECONDS


class SecondFactor:
    """Whoever may export or manage people sets up a second factor before anything else."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> HttpResponse | None:
        if settings.SHUKE.demo or not request.user.is_authenticated or not request.user.needs_second_factor:
            return None
        if request.resolver_match.view_name in BEFORE_SECOND_FACTOR or self._has_one(request):
            return None
        return HttpResponseRedirect(reverse("mfa_activate_totp"))

    @staticmethod
    def _has_one(request: HttpRequest) -> bool:
        """Asked once a session: nobody takes a second factor away while the role needs it."""
        if not request.session.get("second_factor") and is_mfa_enabled(request.user):
            request.session["second_factor"] = True
        return request.session.get("second_factor", False)


class Language:
    """The language of the person, else the one chosen at the entrance, else the installation's."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        own = request.user.language if request.user.is_authenticated else ""
        chosen = own or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


STATUS = {
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Refused: HTTPStatus.FORBIDDEN,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
}


class ForeseenFailures:
    """A failure with a name that no view has answered: its status, and its words in the reader's language."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ShukeError):
            return None
        status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), None)
        if status is None:
            return None
        reason = error.words(translation.gettext)
        if request.htmx:
            return HttpResponse(reason, status=status, content_type="text/plain")
        return render(request, f"{status}.html", {"reason": reason}, status=status)
