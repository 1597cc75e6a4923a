"""The pages of policies: what is in force, a form for the next version, and what was before."""

from http import HTTPStatus
from itertools import zip_longest

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shuke.core import policies
from shuke.core.models import Policy
from shuke.core.policies import Kind, PolicyChanged, Published
from shuke.lab import queries as lab
from shuke.lab.policies import KINDS
from shuke.staff.rights import Right
from shuke.web.access import needs
from shuke.web.policy_forms import PolicyForm, changes, leaves

VERSIONS_SHOWN = 20


@require_GET
@needs(Right.POLICIES)
def index(request: HttpRequest) -> HttpResponse:
    """Every kind that is registered, with the version in force; and the drafts that somebody is thinking about."""
    context = {
        "kinds": [_summary(kind) for kind in policies.kinds],
        "drafts": [{"draft": draft, "title": _(draft.of.title)} for draft in lab.drafts()],
    }
    return render(request, "policies/index.html", context)


@require_http_methods(["GET", "POST"])
@needs(Right.POLICIES)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """The version in force as a form; a valid one that changes something becomes the next version."""
    kind = _kind(key)
    current = policies.current(kind)
    form = _form(kind, current, request)
    if request.method == "GET":
        return policy_page(request, kind, current, form)
    if not form.is_valid() or not _changes(kind, current, form):
        return policy_page(request, kind, current, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        published = policies.publish(
            kind=kind, body=form.draft, replaces=form.cleaned_data["replaces"], by=request.user, at=timezone.now()
        )
    except PolicyChanged as error:
        return changed_meanwhile(request, kind, form, error)
    words = _("Version %(version)s is in force from now on. The next run obeys it.")
    messages.success(request, words % {"version": published.version})
    return redirect("web:policies.edit", key)


@require_POST
@needs(Right.POLICIES)
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """What a draft would change, while it is being written."""
    kind = _kind(key)
    current = policies.current(kind)
    form = _form(kind, current, request)
    form.is_valid()
    return render(request, "policies/_changes.html", {"changes": _changes(kind, current, form), "form": form})


def _summary(kind: Kind) -> dict[str, object]:
    latest = policies.versions(kind).first()
    return {
        "kind": kind,
        "title": _(kind.title),
        "latest": latest,
        "by": latest.by_name if latest and latest.by_id else _("Shuke"),
        "values": len(list(leaves(kind.body))),
    }


def _kind(key: str) -> Kind:
    if key not in policies.kinds:
        raise Http404
    return policies.kinds[key]


def _form(kind: Kind, current: Published, request: HttpRequest) -> PolicyForm:
    data = request.POST if request.method == "POST" else None
    return PolicyForm(kind.body, data, current=current.body, replaces=current.version)


def _changes(kind: Kind, current: Published, form: PolicyForm) -> list:
    if form.draft is None:
        return []
    return changes(kind.body, current.body.model_dump(mode="json"), form.draft.model_dump(mode="json"))


def changed_meanwhile(request: HttpRequest, kind: Kind, form: PolicyForm, error: PolicyChanged) -> HttpResponse:
    """The draft stays, now held against the colleague's version; publishing it again is a second decision."""
    current = policies.current(kind)
    words = form.data.copy()
    words["replaces"] = current.version
    kept = PolicyForm(kind.body, words, current=current.body, replaces=current.version)
    kept.is_valid()
    return policy_page(request, kind, current, kept, status=HTTPStatus.CONFLICT, reason=error.words(_))


def policy_page(
    request: HttpRequest,
    kind: Kind,
    current: Published,
    form: PolicyForm,
    *,
    status: int = HTTPStatus.OK,
    reason: str = "",
) -> HttpResponse:
    """The page of a kind: the form, what it changes, its versions and its drafts."""
    context = {
        "kind": kind,
        "title": _(kind.title),
        "current": current,
        "form": form,
        "changes": _changes(kind, current, form),
        "history": _history(kind),
        "reason": reason,
        "may_try": kind.key in KINDS,
        "drafts": [{"draft": draft, "title": _(kind.title)} for draft in lab.drafts().filter(kind=kind.key)],
    }
    return render(request, "policies/edit.html", context, status=status)


def _history(kind: Kind) -> list[dict[str, object]]:
    """The newest versions, each with what it changed against the one before."""
    rows: list[Policy] = list(policies.versions(kind)[: VERSIONS_SHOWN + 1])
    return [
        {"row": row, "changes": changes(kind.body, before.body, row.body) if before else []}
        for row, before in zip_longest(rows, rows[1:])
    ][:VERSIONS_SHOWN]


urlpatterns = [
    path("policies/", index, name="policies"),
    path("policies/<slug:key>/", edit, name="policies.edit"),
    path("policies/<slug:key>/preview/", preview, name="policies.preview"),
]
