"""Changing what is known of a customer: profile, tags, owners; and opening a contact."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shuke.customers import queries, services
from shuke.customers.models import Customer, Tag
from shuke.staff.models import Line
from shuke.staff.rights import Right, Sight
from shuke.web.access import needs
from shuke.web.customers.forms import OpenContactForm, OwnerForm, ProfileForm, TagForm
from shuke.web.customers.profile import card_context, visible


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit the profile. A colleague who was faster costs nobody their words: they stand in the form beside theirs."""
    customer = visible(request.user, pk)
    if request.method == "GET":
        return _form(request, customer, ProfileForm(instance=customer))
    form = ProfileForm(request.POST, instance=customer)
    if not form.is_valid():
        return _form(request, customer, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        services.edit_profile(
            customer=customer,
            version=form.cleaned_data["version"],
            by=request.user,
            at=timezone.now(),
            **form.changes,
        )
    except services.ProfileChanged as error:
        return _changed_meanwhile(request, form, error)
    messages.success(request, _("Saved."))
    return redirect("web:customers.detail", pk)


@require_POST
def add_tag(request: HttpRequest, pk: int) -> HttpResponse:
    customer = visible(request.user, pk)
    form = TagForm(request.POST)
    if form.is_valid():
        services.add_tag(customer=customer, name=form.cleaned_data["name"], by=request.user, at=timezone.now())
    return _part(request, customer, "_tags", valid=form.is_valid(), tag_errors=form.errors.get("name", []))


@require_POST
def remove_tag(request: HttpRequest, pk: int, tag: int) -> HttpResponse:
    customer = visible(request.user, pk)
    found = get_object_or_404(Tag, pk=tag)
    services.remove_tag(customer=customer, tag=found, by=request.user, at=timezone.now())
    return _part(request, customer, "_tags")


@require_POST
@needs(Right.ASSIGN)
def owner(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Give the customer to a colleague. Who hands them to somebody they cannot see goes back to the list."""
    customer = visible(request.user, pk)
    found = get_object_or_404(Line, pk=line)
    form = OwnerForm(request.POST, staff=request.user)
    if not form.is_valid():
        return _part(request, customer, "_owners", valid=False)
    new = form.cleaned_data["owner"]
    if new is None and request.user.sight != Sight.ALL:
        return _part(request, customer, "_owners", valid=False)
    services.assign_owner(customer=customer, line=found, owner=new, by=request.user, at=timezone.now())
    return _part(request, customer, "_owners")


@require_POST
@needs(Right.OPEN_CONTACTS)
def open_contact(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """Show one contact in clear, for a reason that stays in the trail."""
    customer = visible(request.user, pk)
    found = get_object_or_404(queries.contact_points_of(customer), pk=point)
    form = OpenContactForm(request.POST)
    if not form.is_valid():
        context = {"customer": customer, "point": found, "form": form}
        return render(request, "customers/_contact_form.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    value = services.open_contact(point=found, by=request.user, at=timezone.now(), **form.cleaned_data)
    return render(request, "customers/_contact_open.html", {"point": found, "value": value})


def _form(
    request: HttpRequest, customer: Customer, form: ProfileForm, *, status: int = HTTPStatus.OK, **more: object
) -> HttpResponse:
    return render(request, "customers/edit.html", {"customer": customer, "form": form, **more}, status=status)


def _changed_meanwhile(request: HttpRequest, form: ProfileForm, error: services.ProfileChanged) -> HttpResponse:
    """The reader's own words with the newest version under them, and beside each field what a colleague wrote."""
    newest = Customer.objects.get(pk=form.instance.pk)
    words = form.data.copy()
    words["version"] = newest.version
    kept = ProfileForm(words, instance=newest)
    theirs = [
        (kept[name].label, _shown(ProfileForm(instance=newest), name))
        for name, value in form.changes.items()
        if getattr(newest, name) != value
    ]
    reason = error.words(_)
    return _form(request, newest, kept, status=HTTPStatus.CONFLICT, theirs=theirs, reason=reason)


def _shown(form: ProfileForm, name: str) -> str:
    """What a field says, in words."""
    value = getattr(form.instance, name)
    choice = getattr(form.instance, f"get_{name}_display", None)
    return str(choice() if choice else value if value not in (None, "") else "–")


def _part(request: HttpRequest, customer: Customer, name: str, *, valid: bool = True, **more: object) -> HttpResponse:
    context = {"customer": customer, **card_context(request.user, customer), **more}
    status = HTTPStatus.OK if valid else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, f"customers/{name}.html", context, status=status)
