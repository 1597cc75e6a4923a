"""Which shops' web pages tell what their customers do, how to let them, and what became of it today."""

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
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shuke.beacon import queries
from shuke.beacon.models import Site
from shuke.beacon.services import sites
from shuke.core.errors import ShukeError
from shuke.staff.rights import Right
from shuke.web.access import needs

FIELD_OF = {"beacon_without_source": "source"}

SNIPPET = """\
<script async src="{url}/beacon.js"
        data-site="{key}"
        data-customer="V17"
        data-signature="{day}.…"
        data-consent="yes"></script>
"""
SIGNING = {
    "Python": """\
import hashlib, hmac, os
from datetime import datetime, timezone

day = datetime.now(timezone.utc).date().isoformat()
secret = os.environ["SHUKE_BEACON_SECRET"].encode()
digest = hmac.new(secret, f"{day}.{customer}".encode(), hashlib.sha256)
signature = f"{day}.{digest.hexdigest()}"
""",
    "PHP": """\
$day = gmdate('Y-m-d');
$secret = getenv('SHUKE_BEACON_SECRET');
$signature = $day . '.' . hash_hmac('sha256', "$day.$customer", $secret);
""",
    "Node": """\
const { createHmac } = require("node:crypto");

const day = new Date().toISOString().slice(0, 10);
const digest = createHmac("sha256", process.env.SHUKE_BEACON_SECRET);
const signature = `${day}.${digest.update(`${day}.${customer}`).digest("hex")}`;
""",
}
"""How a shop's server signs a customer's number."""


class SiteForm(forms.Form):
    """Whose pages, and whose numbers."""

    name = forms.CharField(
        max_length=Site._meta.get_field("name").max_length,
        label=gettext_lazy("Shop"),
    )
    source = forms.CharField(
        max_length=50,
        label=gettext_lazy("Source of its customer numbers"),
        help_text=gettext_lazy("The name that the files or the token of the same shop have."),
    )
    origins = forms.CharField(
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=gettext_lazy("Addresses of its pages"),
        help_text=gettext_lazy("One a line, without a path. What comes from other pages is refused."),
    )

    def clean_origins(self) -> list[str]:
        return self.cleaned_data["origins"].split()


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT)
def add(request: HttpRequest) -> HttpResponse:
    """Add a site. Its secret stands on the page that answers, and nowhere afterwards."""
    form = SiteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            site, secret = sites.add(by=request.user, at=timezone.now(), **form.cleaned_data)
        except ShukeError as error:
            form.add_error(FIELD_OF.get(error.code, "origins"), error.words(_))
        else:
            return render(request, "sites/made.html", {"site": site, "secret": secret})
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "sites/add.html", {"form": form}, status=status)


@require_GET
@needs(Right.CONNECT)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What to put into the pages, and what became of today's events."""
    site, today = get_object_or_404(Site, pk=pk), timezone.localdate()
    context = {
        "site": site,
        "snippet": SNIPPET.format(url=settings.SHUKE.url, key=site.key, day=today.isoformat()),
        "signing": SIGNING.items(),
        "tallies": queries.endings(site, on=today),
    }
    return render(request, "sites/detail.html", context)


@require_POST
@needs(Right.CONNECT)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    site = get_object_or_404(Site, pk=pk)
    sites.stop(site=site, by=request.user, at=timezone.now())
    messages.success(request, _("Nothing is taken from %(name)s any more.") % {"name": site})
    return redirect("web:tokens")


urlpatterns = [
    path("connections/sites/add/", add, name="sites.add"),
    path("connections/sites/<int:pk>/", detail, name="sites.detail"),
    path("connections/sites/<int:pk>/stop/", stop, name="sites.stop"),
]
