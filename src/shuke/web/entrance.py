"""The entrance: log-in, second factor, password, language. What allauth offers beyond has no address here."""

import base64

from allauth.account import views as account
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import check_for_language
from django.views.generic import RedirectView
from django.views.i18n import LANGUAGE_QUERY_PARAMETER
from django.views.i18n import set_language as keep_in_cookie

from shuke.staff import services

FRESH_SECONDS = 5 * 60
SECRET_FIELD = "mfa_authenticator.data"  # noqa: S105  the name of a column


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves, and guessing from elsewhere never locks the owner out."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: str) -> str:
        """Failures count for a name and an address together."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{self.get_client_ip(request)}"

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:
        """Whoever has come in just now is not asked for the password again."""
        began = context.request.session.get("began_at", 0)
        if timezone.now().timestamp() - began < FRESH_SECONDS:
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def send_notification_mail(self, *args: object, **kwargs: object) -> None:
        """Colleagues have a log-in name and no mailbox here."""


class LoginForm(AllauthLoginForm):
    """Name and password. Nobody is mailed a new one; the page says who can set it."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps are kept encrypted."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(settings.KEY_RING.encrypt(text, field=SECRET_FIELD)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return settings.KEY_RING.decrypt(base64.b64decode(encrypted_text), field=SECRET_FIELD)

    def can_delete_authenticator(self, authenticator) -> bool:
        return not authenticator.user.needs_second_factor


@login_not_required
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language: with the person who is logged in, else in a cookie."""
    chosen = request.POST.get(LANGUAGE_QUERY_PARAMETER, "")
    if request.user.is_authenticated and check_for_language(chosen) and chosen in dict(settings.LANGUAGES):
        services.choose_language(user=request.user, language=chosen)
    return keep_in_cookie(request)


@login_not_required
def closed(request: HttpRequest, **kwargs: str) -> HttpResponse:
    """An address that allauth wants to name and we do not offer."""
    raise Http404


home = RedirectView.as_view(pattern_name="web:dashboard")

urlpatterns = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", login_not_required(account.account_inactive), name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    path("accounts/2fa/", home, name="mfa_index"),
    path("accounts/2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("accounts/2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("accounts/2fa/totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("accounts/2fa/totp/deactivate/", home, name="mfa_deactivate_totp"),
    path("accounts/2fa/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "accounts/2fa/recovery-codes/generate/",
        recovery_codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "accounts/2fa/recovery-codes/download/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
    path("accounts/signup/", closed, name="account_signup"),
    path("accounts/email/", closed, name="account_email"),
    path("accounts/password/set/", closed, name="account_set_password"),
    path("accounts/password/reset/", closed, name="account_reset_password"),
    path("i18n/setlang/", set_language, name="set_language"),
]
