"""What is done with a draft: begun, put in force for all or for a pilot, held against a newer version, thrown away."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shuke.core import policies
from shuke.core.errors import Invalid, ShukeError
from shuke.core.policies import PolicyChanged
from shuke.lab import queries, services
from shuke.lab.models import Draft
from shuke.lab.policies import KINDS
from shuke.staff.rights import Right
from shuke.web.access import needs
from shuke.web.lab.forms import PilotForm
from shuke.web.lab.pages import draft_or_404, page
from shuke.web.policies import changed_meanwhile, policy_page
from shuke.web.policy_forms import PolicyForm
from shuke.web.versions import seen_version


@require_POST
@needs(Right.POLICIES)
def start(request: HttpRequest, key: str) -> HttpResponse:
    """Keep what the form of a policy says as a draft, and try it on the day of the live run."""
    if key not in KINDS:
        raise Http404
    kind = KINDS[key]
    current = policies.current(kind)
    form = PolicyForm(kind.body, request.POST, current=current.body, replaces=current.version)
    if not form.is_valid():
        return policy_page(request, kind, current, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    asked = {"by": request.user, "at": timezone.now()}
    try:
        draft = services.start(kind=kind, body=form.draft, replaces=form.cleaned_data["replaces"], **asked)
    except PolicyChanged as error:
        return changed_meanwhile(request, kind, form, error)
    try:
        services.ask(draft=draft, day=queries.default_day(), **asked)
    except Invalid as error:
        messages.error(request, error.words(_))
    return redirect("web:policies.draft", draft.pk)


@require_POST
@needs(Right.POLICIES)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """In force for all, as the next version."""
    draft = draft_or_404(pk)

    def act(**asked) -> str:
        published = services.publish(**asked)
        words = _("Version %(version)s is in force from now on. The next run obeys it.")
        return words % {"version": published.version}

    return _done(request, draft, act)


@require_POST
@needs(Right.POLICIES)
def begin_pilot(request: HttpRequest, pk: int) -> HttpResponse:
    """In force for one store or line."""
    draft, form = draft_or_404(pk), PilotForm(request.POST)
    if not form.is_valid():
        return page(request, draft, pilot=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)

    def act(**asked) -> str:
        services.begin_pilot(scope=form.cleaned_data["scope"], **asked)
        return _("The pilot begins with the next run.")

    return _done(request, draft, act)


@require_POST
@needs(Right.POLICIES)
def end_pilot(request: HttpRequest, pk: int) -> HttpResponse:
    """Its customers are as all others again; the draft is kept."""

    def act(**asked) -> str:
        services.end_pilot(**asked)
        return _("The pilot has ended. From the next run on its customers are as all others.")

    return _done(request, draft_or_404(pk), act)


@require_POST
@needs(Right.POLICIES)
def hold_against(request: HttpRequest, pk: int) -> HttpResponse:
    """A colleague has published meanwhile; the draft stands against that version from now on."""
    draft = draft_or_404(pk)

    def act(**asked) -> str:
        replaces = seen_version(request.POST, "replaces")
        services.hold_against(replaces=replaces, **asked)
        return _("The draft is now held against version %(version)s.") % {"version": replaces}

    return _done(request, draft, act)


@require_POST
@needs(Right.POLICIES)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Thrown away; what is in force stays."""

    def act(**asked) -> str:
        services.discard(**asked)
        return _("The draft was thrown away. What is in force stays.")

    return _done(request, draft_or_404(pk), act, to="web:policies")


def _done(request: HttpRequest, draft: Draft, act: Callable[..., str], *, to: str = "") -> HttpResponse:
    """Do it and say so; what stands against it is said on the page of the draft, and nothing has changed."""
    version = seen_version(request.POST)
    try:
        words = act(draft=draft, version=version, by=request.user, at=timezone.now())
    except ShukeError as error:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(error, Invalid) else HTTPStatus.CONFLICT
        return page(request, draft_or_404(draft.pk), status=status, reason=error.words(_))
    messages.success(request, words)
    return redirect(to) if to else redirect("web:policies.draft", draft.pk)
