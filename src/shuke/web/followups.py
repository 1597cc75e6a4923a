"""The day's work: the call list, and the board."""

import re
from datetime import date
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import path
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shuke.core.errors import Conflict, Invalid, ShukeError
from shuke.customers import services as customers
from shuke.customers.queries import phones_of
from shuke.followups import queries, services
from shuke.followups.models import FollowUp
from shuke.reports.queries import closed
from shuke.staff.models import User
from shuke.staff.queries import colleagues
from shuke.staff.rights import Right, Sight
from shuke.web import desk
from shuke.web.access import needs, unattended

SHOWN = 100
"""Rows of a list; whoever sees more people's work chooses one of them."""


@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """The call list of the person, or of a colleague whose work they see."""
    show = request.GET.get("show", "")
    if show == "closed":
        return _closed(request)
    on, owner = localdate(), _whose(request)
    rows = _rows(request.user, show, owner)
    context = {
        "calls": sorted(desk.calls(rows[:SHOWN], today=on), key=lambda call: call.ahead),
        "more": max(0, rows.count() - SHOWN),
        "show": show,
        **_endings(on),
        **_people(request, owner),
        **_day(request.user, owner),
    }
    return render(request, "followups/today.html", context)


def _closed(request: HttpRequest) -> HttpResponse:
    owner = _whose(request)
    rows = closed(staff=request.user, today=localdate())
    rows = rows.filter(owner=owner) if owner else rows
    context = {"follow_ups": rows[:SHOWN], "show": "closed", "tones": desk.TONES, **_people(request, owner)}
    return render(request, "followups/closed.html", context)


def _endings(on: date) -> dict:
    """The buttons that end a follow-up, and the same drawn once for all rows of a list."""
    choices = {"endings": desk.ENDINGS, "promises": desk.promises(on)}
    return choices | {"endings_drawn": render_to_string("followups/_endings.html", choices)}


def _rows(staff: User, show: str, owner: User | None):
    if show == "escalated":
        rows = queries.escalated(staff)
        return rows.filter(owner=owner) if owner else rows
    rows = queries.today(staff, localdate(), owner=owner)
    return rows.overdue(on=localdate()) if show == "overdue" else rows


@require_POST
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a follow-up; answers with its row as it is now, whoever closed it."""
    follow_up = _found(request, pk)
    form = desk.CompletionForm(request.POST)
    if not form.is_valid():
        return _row(request, follow_up, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    answers = form.cleaned_data
    point = phones_of([follow_up.customer_id]).filter(pk=answers.pop("phone") or 0).first()
    try:
        follow_up = services.complete(follow_up=follow_up, by=request.user, at=now(), contact_point=point, **answers)
    except Invalid as error:
        form.add_error(None, error.words(_))
        return _row(request, follow_up, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except Conflict as error:
        return _row(request, _found(request, pk), faster=error, status=HTTPStatus.CONFLICT)
    return _row(request, follow_up)


@needs(Right.OPEN_CONTACTS)
@require_POST
def phone(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """A customer's number in clear, as a link that dials it; who opened it and for which follow-up is kept."""
    follow_up = _found(request, pk)
    found = get_object_or_404(phones_of([follow_up.customer_id]), pk=point)
    note = f"#{follow_up.pk}"
    number = customers.open_contact(
        point=found, purpose=customers.Purpose.FOLLOW_UP, note=note, by=request.user, at=now()
    )
    return render(request, "followups/_number.html", {"number": number, "point": found})


@require_POST
def take_more(request: HttpRequest) -> HttpResponse:
    """Open more of those who wait for this person, and show the list again."""
    services.take_more(staff=request.user, on=localdate(), at=now())
    return redirect("web:today")


@needs(Right.ASSIGN)
@require_POST
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a follow-up to a colleague; it leaves the list of the one who had it."""
    follow_up = _found(request, pk)
    to = _colleague(request.user, request.POST.get("to", ""))
    if to is None:
        raise Http404
    follow_up = services.hand_over(follow_up=follow_up, to=to, by=request.user, at=now())
    return _row(request, follow_up, handed_to=to)


@require_GET
def board(request: HttpRequest) -> HttpResponse:
    owner = _whose(request)
    context = {"endings": desk.ENDINGS, "promises": desk.promises(localdate())}
    return render(request, "followups/board.html", {**context, **_people(request, owner), **_board(request, owner)})


@unattended
@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """The board again if it is no longer as `after` says; 204 if it is."""
    owner = _whose(request)
    if queries.board_state(request.user, localdate(), owner=owner) == request.GET.get("after"):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return render(request, "followups/_board.html", _board(request, owner))


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a card into another column; the column of what is done takes an outcome."""
    follow_up, column = _found(request, pk), request.POST.get("column", "")
    if column != FollowUp.Stage.DONE:
        services.move(follow_up=follow_up, stage=column, by=request.user, at=now())
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    form = desk.CompletionForm(request.POST)
    answers = form.cleaned_data if form.is_valid() else {"outcome": ""}
    answers.pop("phone", None)
    services.complete(follow_up=follow_up, by=request.user, at=now(), **answers)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _found(request: HttpRequest, pk: int) -> FollowUp:
    rows = FollowUp.objects.visible_to(request.user).select_related("customer__listing", "owner", "closed_by")
    return get_object_or_404(rows, pk=pk)


def _row(
    request: HttpRequest,
    follow_up: FollowUp,
    *,
    form: desk.CompletionForm | None = None,
    faster: ShukeError | None = None,
    handed_to: User | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """One row as it is now and, unless it stays open, the figures of the day beside it."""
    on = localdate()
    (call,) = desk.calls([follow_up], today=on)
    context = {
        "call": call,
        "form": form,
        "faster": faster.words(_) if faster else "",
        "handed_to": handed_to,
        "tones": desk.TONES,
        "endings": desk.ENDINGS,
        "promises": desk.promises(on),
        **_people(request, _whose(request)),
    }
    html = render_to_string("followups/_call.html", context, request)
    if form is None:
        day = {**_day(request.user, _whose(request)), "tones": desk.TONES, "beside": True}
        html += render_to_string("followups/_day.html", day, request)
    return HttpResponse(html, status=status)


def _whose(request: HttpRequest) -> User | None:
    """The colleague whose work is shown; None for all that the person sees."""
    return _colleague(request.user, request.GET.get("whose", ""))


def _colleague(staff: User, number: str) -> User | None:
    """The colleague of that number, if there is one and `staff` sees their work."""
    return colleagues(staff).filter(pk=number).first() if re.fullmatch("[0-9]{1,18}", number) else None


def _people(request: HttpRequest, owner: User | None) -> dict:
    """Who can be chosen; nobody but themselves for those who see only their own work."""
    people = [] if request.user.sight == Sight.OWN else list(colleagues(request.user))
    return {"people": people, "owner": owner}


def _day(staff: User, owner: User | None) -> dict:
    """How the day stands: what is left, what is done, and who waits."""
    on = localdate()
    return {
        "left": queries.today(staff, on, owner=owner).due(on=on).count(),
        "done": queries.done_today(staff, on, owner=owner)[:SHOWN],
        "waiting": queries.waiting_count(staff, owner=owner),
        "may_take_more": queries.anybody_waits_for(staff),
        "tones": desk.TONES,
    }


def _board(request: HttpRequest, owner: User | None) -> dict:
    on = localdate()
    # The state is read before the cards: what changes between the two is drawn twice rather than missed.
    state = queries.board_state(request.user, on, owner=owner)
    columns = [
        {
            "column": column,
            "tone": desk.STAGE_TONES[column.stage],
            "cards": desk.cards(column.follow_ups, today=on),
            "hidden": column.total - len(column.follow_ups),
        }
        for column in queries.board(request.user, on, owner=owner)
    ]
    return {"state": state, "columns": columns, "owner": owner}


urlpatterns = [
    path("today/", today, name="today"),
    path("today/more/", take_more, name="today.more"),
    path("follow-ups/<int:pk>/complete/", complete, name="follow_ups.complete"),
    path("follow-ups/<int:pk>/phones/<int:point>/", phone, name="follow_ups.phone"),
    path("follow-ups/<int:pk>/hand-over/", hand_over, name="follow_ups.hand_over"),
    path("follow-ups/<int:pk>/move/", move, name="follow_ups.move"),
    path("board/", board, name="board"),
    path("board/changes/", changes, name="board.changes"),
]
