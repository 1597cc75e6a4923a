"""Everything about one customer on one page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shuke.customers import queries
from shuke.customers.duplicates.queries import absorbed_into
from shuke.customers.models import Customer
from shuke.customers.services import Purpose
from shuke.followups import queries as followups
from shuke.followups import reasons
from shuke.history import queries as history
from shuke.history.queries import Strand, Timeline
from shuke.scoring.queries import live_score_of
from shuke.segments import queries as segments
from shuke.staff.models import User
from shuke.staff.queries import colleagues
from shuke.staff.rights import Right, Sight
from shuke.web.customers import bonds, forecasts, groups, health, scores, standing
from shuke.web.customers import history as scores_before

MOMENTS = 20


def visible(staff: User, pk: int) -> Customer:
    """The customer, if `staff` may see them; not there and not yours are the same."""
    return get_object_or_404(Customer.objects.visible_to(staff).select_related("home_store"), pk=pk)


@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a customer; that of a merged one leads to whom they were merged into."""
    if kept := queries.kept_for(pk):
        return redirect("web:customers.detail", visible(request.user, kept).pk)
    customer = visible(request.user, pk)
    score = live_score_of(customer.pk)
    cards = card_context(request.user, customer)
    context = {
        "customer": customer,
        "told": scores.tell(score) if score else None,
        "health": health.tell(score, score.run) if score else None,
        "standing": standing.tell(score, score.run) if score else None,
        "forecast": forecasts.tell(score, score.run) if score else None,
        "group": groups.tell(score, score.run) if score else None,
        "bonds": bonds.tell(score, customer) if score else None,
        "history": scores_before.tell(score) if score else None,
        "memberships": segments.present_memberships(customer.pk),
        "open_follow_ups": _open_follow_ups(request.user, customer),
        "timeline": timeline_of(request.user, customer),
        "contracts": history.contracts_of(customer),
        "birthday": queries.next_birthday(customer, on=timezone.localdate()),
        "identities": queries.identities_of(customer),
        "merged_from": absorbed_into(customer).prefetch_related("identities__identity__source"),
        "may_merge": request.user.may(Right.MERGE),
        "completeness": queries.completeness(
            customer,
            contacts_known=cards["contacts"],
            owned=any(owned.owner for owned in cards["owners"]),
            tagged=bool(cards["tags"]),
        ),
        **cards,
    }
    return render(request, "customers/detail.html", context)


@require_GET
def timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """What came before: the next page of the timeline, for HTMX."""
    customer = visible(request.user, pk)
    page = timeline_of(request.user, customer, after=request.GET.get("after", ""))
    return render(request, "customers/_moments.html", {"customer": customer, "timeline": page})


@require_GET
def order_lines(request: HttpRequest, pk: int, order: int) -> HttpResponse:
    """The lines of an order, shown in their place."""
    customer = visible(request.user, pk)
    found = get_object_or_404(history.orders_of(customer), pk=order)
    return render(request, "customers/_order_lines.html", {"order": found, "lines": history.lines_of(found)})


def timeline_of(staff: User, customer: Customer, *, after: str = "") -> Timeline:
    """Orders, what happened to them, contacts, days in the shop, follow-ups and changes of tier and activity."""
    strands = [
        Strand("order", history.orders_of(customer), "ordered_at"),
        Strand("event", history.order_events_of(customer), "happened_on"),
        Strand("interaction", history.interactions_of(customer), "at"),
        Strand("follow_up", followups.of_customer(staff, customer), "created_at"),
        Strand("membership", segments.changes_of(customer.pk), "since"),
    ]
    if history.has_behaved(customer):
        strands.append(Strand("behaviour", history.days_of_behaviour(customer), "happened_on"))
    return history.timeline(strands, size=MOMENTS, after=after)


def card_context(staff: User, customer: Customer) -> dict[str, Any]:
    """What the cards need that can be changed in their place: contacts, tags, owners."""
    return {
        "contacts": queries.masked_contacts(customer),
        "may_open": staff.may(Right.OPEN_CONTACTS),
        "purposes": Purpose.choices,
        "tags": queries.tags_of(customer),
        "known_tags": queries.tags(),
        "owners": queries.line_owners(customer),
        "may_assign": staff.may(Right.ASSIGN) and staff.sight != Sight.OWN,
        "colleagues": colleagues(staff),
    }


def _open_follow_ups(staff: User, customer: Customer) -> list[dict[str, object]]:
    waiting = followups.of_customer(staff, customer).open()
    return [{"follow_up": follow_up, "reasons": reasons.of(follow_up)} for follow_up in waiting]
