"""Which other systems are told what happens here, and how that goes."""

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shuke.core.errors import ShukeError
from shuke.staff.rights import Right
from shuke.web.access import needs
from shuke.webhooks import queries, services
from shuke.webhooks.models import Endpoint, Event

ENDINGS = {
    "timeout": gettext_lazy("no answer in time"),
    "address_forbidden": gettext_lazy("the address leads into a private network, or nowhere"),
}
"""How an attempt can end; what is not here is a status of HTTP or the name of an error."""


class EndpointForm(forms.Form):
    """Who is told what."""

    name = forms.CharField(max_length=Endpoint._meta.get_field("name").max_length, label=gettext_lazy("System"))
    url = forms.URLField(
        max_length=Endpoint._meta.get_field("url").max_length,
        assume_scheme="https",
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("It gets a POST, signed as Standard Webhooks says."),
    )
    events = forms.MultipleChoiceField(
        choices=Event.choices, widget=forms.CheckboxSelectMultiple, label=gettext_lazy("When")
    )


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT)
def add(request: HttpRequest) -> HttpResponse:
    """Add an endpoint. Its signing secret stands on the page that answers, and nowhere afterwards."""
    form = EndpointForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = services.add(by=request.user, at=timezone.now(), **form.cleaned_data)
        except ShukeError as error:
            form.add_error("url", error.words(_))
        else:
            return render(request, "webhooks/made.html", {"endpoint": endpoint, "secret": secret})
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "webhooks/add.html", {"form": form}, status=status)


@require_GET
@needs(Right.CONNECT)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = get_object_or_404(Endpoint, pk=pk)
    deliveries = [
        {"this": delivery, "told": ENDINGS.get(delivery.told, delivery.told)}
        for delivery in queries.last_deliveries(endpoint)
    ]
    return render(request, "webhooks/detail.html", {"endpoint": endpoint, "deliveries": deliveries})


@require_POST
@needs(Right.CONNECT)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    endpoint = get_object_or_404(Endpoint, pk=pk)
    services.stop(endpoint=endpoint, by=request.user, at=timezone.now())
    messages.success(request, _("%(name)s is told nothing any more.") % {"name": endpoint})
    return redirect("web:tokens")


urlpatterns = [
    path("connections/webhooks/add/", add, name="webhooks.add"),
    path("connections/webhooks/<int:pk>/", detail, name="webhooks.detail"),
    path("connections/webhooks/<int:pk>/stop/", stop, name="webhooks.stop"),
]
