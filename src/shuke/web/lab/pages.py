"""The page of a draft: its form, the day it is tried on, and what was found."""

from collections.abc import Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shuke.core import policies
from shuke.core.errors import Conflict, ShukeError
from shuke.lab import queries, services
from shuke.lab.models import Draft, Trial
from shuke.lab.outcome import Outcome
from shuke.lab.policies import can_be_piloted
from shuke.staff.rights import Right
from shuke.web.access import needs, unattended
from shuke.web.lab import words
from shuke.web.lab.forms import PilotForm, TryForm, place_words
from shuke.web.policy_forms import PolicyForm, changes

EXAMPLES = 3
STEPS_WITH_EXAMPLES = 4


@require_http_methods(["GET", "POST"])
@needs(Right.POLICIES)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft; sent off, it is kept and tried out on the day that is asked for."""
    draft = draft_or_404(pk)
    if request.method == "GET":
        return page(request, draft)
    form, trying = _form(draft, request.POST), TryForm(request.POST)
    if not (form.is_valid() and trying.is_valid()):
        return page(request, draft, form=form, trying=trying, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    asked = {"by": request.user, "at": timezone.now()}
    try:
        kept = services.change(draft=draft, version=trying.cleaned_data["version"], body=form.draft, **asked)
        services.ask(draft=kept, day=trying.cleaned_data["day"], **asked)
    except Conflict as error:
        return _changed_meanwhile(request, draft, form, error)
    except ShukeError as error:
        trying.add_error("day", error.words(_))
        return page(request, draft_or_404(pk), form=form, trying=trying, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect("web:policies.draft", pk)


@unattended
@require_GET
@needs(Right.POLICIES)
def found(request: HttpRequest, pk: int) -> HttpResponse:
    """What the last trial found, or how far it is; asks again by itself while it is under way."""
    return render(request, "lab/_found.html", _found(request, draft_or_404(pk)))


@require_GET
@needs(Right.POLICIES)
def moves(request: HttpRequest, pk: int) -> HttpResponse:
    """Those who would move, page by page, each with the reasons."""
    draft = draft_or_404(pk)
    trial = get_object_or_404(draft.trials.filter(step=Trial.Step.DONE)[:1])
    kind = request.GET.get("kind", "")
    known = words.VALUES[kind].values if kind in words.VALUES else ()
    step = {side: value for side in ("was", "now") if (value := request.GET.get(side, "")) in known}
    place = {name: request.GET.get(name, "") for name in ("after", "before")}
    shown = queries.moves(trial, staff=request.user, kind=kind if known else "", **step, **place)
    outcome = Outcome.model_validate(trial.outcome)
    context = {
        "draft": draft,
        "title": _(draft.of.title),
        "trial": trial,
        "moves": shown,
        "rows": _told(shown.rows, trial, outcome),
        "step": _step_words(kind, step),
    }
    return render(request, "lab/moves.html", context)


@require_GET
@needs(Right.POLICIES)
def compared(request: HttpRequest, pk: int) -> HttpResponse:
    """The pilot against the rest, counted while the page is being read."""
    draft = draft_or_404(pk)
    parts = queries.compare(draft.pilot) if draft.pilot else []
    return render(request, "lab/_compared.html", {"draft": draft, "parts": parts})


def draft_or_404(pk: int) -> Draft:
    return get_object_or_404(Draft.objects.select_related("pilot", "changed_by", "made_by", "closed_by"), pk=pk)


def page(
    request: HttpRequest,
    draft: Draft,
    *,
    form: PolicyForm | None = None,
    trying: TryForm | None = None,
    pilot: PilotForm | None = None,
    status: int = HTTPStatus.OK,
    reason: str = "",
) -> HttpResponse:
    """The page of a draft as it is now, or with what somebody has just sent."""
    current = policies.current(draft.of)
    form = form or _form(draft)
    written = form.draft.model_dump(mode="json") if form.draft else draft.body
    before = policies.at_version(draft.of, draft.replaces) if draft.closed_at else current
    context = _found(request, draft) | {
        "title": _(draft.of.title),
        "kind": draft.of,
        "current": current,
        "form": form,
        "trying": trying or TryForm(initial={"version": draft.version, "day": _day(draft)}),
        "changes": changes(draft.of.body, before.body.model_dump(mode="json"), written),
        "is_behind": draft.closed_at is None and queries.is_behind(draft),
        "pilot": pilot or PilotForm(),
        "may_pilot": can_be_piloted(draft.kind),
        "place": place_words(draft),
        "days": queries.days(),
        "reason": reason,
    }
    return render(request, "lab/detail.html", context, status=status)


def _form(draft: Draft, data=None) -> PolicyForm:
    body = draft.of.body.model_validate(draft.body)
    return PolicyForm(draft.of.body, data, current=body, replaces=draft.replaces)


def _day(draft: Draft):
    last = queries.last_trial(draft)
    return last.day if last else queries.default_day()


def _changed_meanwhile(request: HttpRequest, draft: Draft, form: PolicyForm, error: Conflict) -> HttpResponse:
    """What was written stays on the page; keeping it over the newer draft is a second decision."""
    present = draft_or_404(draft.pk)
    data = request.POST.copy()
    data["version"] = present.version
    return page(request, present, form=form, trying=TryForm(data), status=HTTPStatus.CONFLICT, reason=error.words(_))


def _found(request: HttpRequest, draft: Draft) -> dict[str, object]:
    trial = queries.last_trial(draft)
    context: dict[str, object] = {"draft": draft, "trial": trial}
    if trial is None or trial.outcome is None:
        return context
    outcome = Outcome.model_validate(trial.outcome)
    matrices = [words.matrix(trial, outcome, kind) for kind in words.VALUES]
    for step in [step for matrix in matrices for step in matrix.steps][:STEPS_WITH_EXAMPLES]:
        told = step["step"]
        rows = queries.examples(trial, step["kind"], told.was, told.now, staff=request.user, most=EXAMPLES)
        step["examples"] = _told(rows, trial, outcome)
    return context | {
        "outcome": outcome,
        "changed_since": trial.body != draft.body,
        "answer": words.answer(outcome),
        "matrices": [matrix for matrix in matrices if matrix.steps],
        "work": words.work_rows(outcome),
        "risk": words.risk(outcome.risk_was),
        "risk_now": words.risk(outcome.risk_now) if outcome.risk_now else None,
        "waiting": outcome.work_now.waiting(outcome.agents),
        "waiting_was": outcome.work_was.waiting(outcome.agents),
        "all_moves": words.moves_url(trial),
    }


def _told(rows, trial: Trial, outcome: Outcome) -> list[dict[str, object]]:
    return [{"move": move, "reasons": words.reasons(move, outcome.body_was, trial.body)} for move in rows]


def _step_words(kind: str, step: Mapping[str, str]) -> str:
    return " → ".join(str(words.VALUES[kind](code).label) for code in step.values())
