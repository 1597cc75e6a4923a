"""The emotional account as a statement; disputes of its entries, and the decisions about them."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shuke.core import policies
from shuke.core.errors import Conflict
from shuke.customers.models import Customer
from shuke.history import queries, services
from shuke.history.models import Interaction, Order
from shuke.scoring.policies import EMOTION
from shuke.scoring.queries import live_score_of
from shuke.staff.rights import Right
from shuke.web.access import needs
from shuke.web.customers import bonds
from shuke.web.customers.profile import visible

MOST = 200
LONGEST = 1_000
DISPUTES_SHOWN = 100


class DisputeForm(forms.Form):
    """Which entry is wrong, and why."""

    interaction = forms.IntegerField(required=False)
    order = forms.IntegerField(required=False)
    reason = forms.CharField(max_length=LONGEST)

    def clean(self) -> dict[str, Any]:
        """One of the two, not both."""
        cleaned = super().clean()
        if (cleaned.get("interaction") is None) == (cleaned.get("order") is None):
            raise forms.ValidationError("")
        return cleaned


class DecisionForm(forms.Form):
    """What somebody decides about a dispute, and why."""

    decision = forms.ChoiceField(choices=[("accept", ""), ("reject", "")])
    note = forms.CharField(max_length=LONGEST, required=False)


@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """All entries of the account, the newest first, with what caused them."""
    return _page(request, visible(request.user, pk))


@require_POST
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that an entry is wrong. It counts until somebody has agreed who may."""
    customer = visible(request.user, pk)
    form = DisputeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say which entry should not count, and why."))
        return _page(request, customer, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    about = _cause(customer, form.cleaned_data["interaction"], form.cleaned_data["order"])
    try:
        services.dispute(about=about, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now())
        messages.success(request, _("Disputed. The entry counts until a manager agrees."))
    except Conflict as error:
        messages.error(request, error.words(_))
    return redirect("web:customers.account", pk)


@require_POST
@needs(Right.DISPUTES)
def decide(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Accept or reject a dispute, for good."""
    customer = visible(request.user, pk)
    found = get_object_or_404(queries.disputes_of(customer), pk=number)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what to do with this dispute."))
        return _page(request, customer, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    accepted = form.cleaned_data["decision"] == "accept"
    try:
        services.decide(
            dispute=found, accepted=accepted, note=form.cleaned_data["note"], by=request.user, at=timezone.now()
        )
        messages.success(request, _("Accepted: the entry counts no more.") if accepted else _("Rejected."))
    except Conflict as error:
        messages.error(request, error.words(_))
    return redirect("web:customers.account", pk)


@require_GET
@needs(Right.DISPUTES)
def disputes(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the oldest first."""
    waiting = queries.open_disputes(request.user)[:DISPUTES_SHOWN]
    return render(request, "customers/disputes.html", {"disputes": waiting})


def _page(request: HttpRequest, customer: Customer, *, status: int = HTTPStatus.OK) -> HttpResponse:
    score = live_score_of(customer.pk)
    policy = bonds.policy_of(score, EMOTION) if score else policies.current(EMOTION).body
    entries = bonds.entries_of(customer, policy)
    context = {
        "customer": customer,
        "policy": policy,
        "balance": entries[-1].balance if entries else policy.opens_at,
        "lines": _with_causes(customer, entries[: -MOST - 1 : -1]),
        "more": max(0, len(entries) - MOST),
        "may_decide": request.user.may(Right.DISPUTES),
    }
    return render(request, "customers/account.html", context, status=status)


def _cause(customer: Customer, interaction: int | None, order: int | None) -> Interaction | Order:
    """The contact or the order of this customer that was named."""
    if interaction is not None:
        return get_object_or_404(queries.interactions_of(customer), pk=interaction)
    return get_object_or_404(queries.orders_of(customer), pk=order)


def _with_causes(customer: Customer, entries: list[bonds.Entry]) -> list[dict[str, Any]]:
    contacts = queries.interactions_of(customer).in_bulk([each.interaction_id for each in entries])
    orders = queries.orders_of(customer).in_bulk([each.order_id for each in entries])
    return [
        {
            "entry": entry,
            "words": _(bonds.HAPPENED[entry.code]),
            "contact": contacts.get(entry.interaction_id),
            "order": orders.get(entry.order_id),
        }
        for entry in entries
    ]
