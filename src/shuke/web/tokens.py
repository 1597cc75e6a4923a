"""The page about connections: which programs may write and read here, and with which token."""

from datetime import timedelta
from http import HTTPStatus

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shuke.beacon import queries as beacon
from shuke.core.errors import ShukeError
from shuke.pulls import queries as pulls
from shuke.staff import queries
from shuke.staff.models import ApiToken
from shuke.staff.rights import Right, Scope
from shuke.staff.services import tokens
from shuke.staff.services.tokens import NewToken
from shuke.web.access import needs
from shuke.webhooks import queries as webhooks

LIVES = {
    "90": gettext_lazy("90 days"),
    "365": gettext_lazy("one year"),
    "": gettext_lazy("until it is revoked"),
}
FIELD_OF = {"token_without_source": "source", "token_weak_signing_secret": "signing_secret"}


class TokenForm(forms.Form):
    """What a token is for."""

    name = forms.CharField(
        max_length=ApiToken._meta.get_field("name").max_length,
        label=gettext_lazy("Program"),
        help_text=gettext_lazy("What will use it, for example “Till, main street”."),
    )
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("What it may do"),
    )
    source = forms.CharField(
        required=False,
        max_length=50,
        label=gettext_lazy("Source of its records"),
        help_text=gettext_lazy("Records are known by source and number; the files of the same system name it too."),
    )
    lives = forms.ChoiceField(choices=LIVES.items(), required=False, label=gettext_lazy("Valid"))
    signing_secret = forms.CharField(
        required=False,
        max_length=200,
        label=gettext_lazy("Signing secret of the sender"),
        help_text=gettext_lazy("For webhooks only, if the sender gives you one (whsec_…); otherwise it is made here."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def words(self, *, at) -> dict[str, object]:
        """What the service takes."""
        told = dict(self.cleaned_data)
        lives = told.pop("lives")
        return {**told, "expires_at": at + timedelta(days=int(lives)) if lives else None}


@require_GET
@needs(Right.CONNECT)
def index(request: HttpRequest) -> HttpResponse:
    context = {
        "tokens": queries.tokens(),
        "endpoints": webhooks.endpoints(),
        "sites": beacon.sites(on=timezone.localdate()),
        "pulls": pulls.listing(),
        "at": timezone.now(),
    }
    return render(request, "tokens/index.html", context)


@never_cache
@sensitive_post_parameters("signing_secret")
@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT)
def add(request: HttpRequest) -> HttpResponse:
    """Make a token. Its secrets stand on the page that answers, and nowhere afterwards."""
    form = TokenForm(request.POST if request.method == "POST" else None, initial={"lives": "365"})
    made = _made(form, request) if request.method == "POST" and form.is_valid() else None
    if made:
        return render(request, "tokens/made.html", {"made": made, "address": _address(made)})
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "tokens/add.html", {"form": form}, status=status)


@require_POST
@needs(Right.CONNECT)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk)
    tokens.revoke(token=token, by=request.user, at=timezone.now())
    messages.success(request, _("%(name)s opens nothing any more.") % {"name": token})
    return redirect("web:tokens")


def _made(form: TokenForm, request: HttpRequest) -> NewToken | None:
    at = timezone.now()
    try:
        return tokens.add(by=request.user, at=at, **form.words(at=at))
    except ShukeError as error:
        form.add_error(FIELD_OF.get(error.code, "scopes"), error.words(_))
        return None


def _address(made: NewToken) -> str:
    """Where a sender of webhooks posts to; for other tokens there is the API."""
    return f"{settings.SHUKE.url}/hooks/{made.secret}" if made.signing_secret else f"{settings.SHUKE.url}/api/v1/"


urlpatterns = [
    path("connections/", index, name="tokens"),
    path("connections/add/", add, name="tokens.add"),
    path("connections/<int:pk>/revoke/", revoke, name="tokens.revoke"),
]
