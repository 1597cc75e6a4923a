"""Making and changing a segment: a form that says in words and numbers who would be meant."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from shuke.analytics.rules import tree
from shuke.core.errors import ShukeError
from shuke.history import queries as history
from shuke.segments import queries, services
from shuke.segments.models import Segment
from shuke.segments.queries import TakesTooLong
from shuke.segments.services.authoring import SegmentChanged
from shuke.staff.rights import Right
from shuke.web.access import needs
from shuke.web.segments.drafts import Draft, NameForm
from shuke.web.segments.words import sentence


@require_http_methods(["GET", "POST"])
@needs(Right.POLICIES)
def add(request: HttpRequest) -> HttpResponse:
    """A new segment; who is in it is found as soon as it is saved."""
    if request.method == "GET":
        return _page(request, NameForm(initial={"version": 0}), Draft("all", []))
    return _save(request, None)


@require_http_methods(["GET", "POST"])
@needs(Right.POLICIES)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Another name or rule; a rule that the form cannot show is left as it is."""
    segment = get_object_or_404(Segment.objects.standing(), pk=pk)
    if request.method == "GET":
        draft = Draft.saying(tree.read(segment.rule))
        if draft is None:
            messages.error(request, _("This rule goes deeper than the form can show."))
            return redirect("web:segments.detail", pk)
        return _page(request, NameForm(initial={"name": segment.name, "version": segment.version}), draft, segment)
    return _save(request, segment)


@require_POST
@needs(Right.POLICIES)
def draft(request: HttpRequest) -> HttpResponse:
    """The form with a condition more, less, or asked in another way; the page then asks who is meant by it."""
    response = render(request, "segments/_draft.html", {"draft": Draft.of(request.POST)})
    return trigger_client_event(response, "rule-changed", after="swap")


@require_POST
@needs(Right.POLICIES)
def preview(request: HttpRequest) -> HttpResponse:
    """Who would be meant by what is written so far, in words and in number."""
    written = Draft.of(request.POST)
    context = _said(written)
    if written.rule:
        try:
            context["count"] = queries.count_fitting(written.rule, staff=request.user)
        except TakesTooLong as error:
            context["too_long"] = error.words(_)
    return render(request, "segments/_fits.html", context)


def _save(request: HttpRequest, segment: Segment | None) -> HttpResponse:
    form, written = NameForm(request.POST), Draft.of(request.POST)
    if not form.is_valid() or written.rule is None:
        return _page(request, form, written, segment, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    told = {"name": form.cleaned_data["name"], "rule": written.rule, "by": request.user, "at": timezone.now()}
    try:
        if segment:
            kept = services.change(segment=segment, version=form.cleaned_data["version"], **told)
        else:
            kept = services.create(**told)
    except SegmentChanged as error:
        return _changed_meanwhile(request, segment, written, error)
    except ShukeError as error:
        form.add_error("name", error.words(_))
        return _page(request, form, written, segment, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, _("Saved."))
    return redirect("web:segments.detail", kept.pk)


def _changed_meanwhile(request: HttpRequest, segment: Segment, written: Draft, error: ShukeError) -> HttpResponse:
    """What was written stays; saving it over the colleague's version is a second decision."""
    segment = get_object_or_404(Segment.objects.standing(), pk=segment.pk)
    words = request.POST.copy()
    words["version"] = segment.version
    reason = error.words(_)
    return _page(request, NameForm(words), written, segment, status=HTTPStatus.CONFLICT, reason=reason)


def _page(
    request: HttpRequest,
    form: NameForm,
    written: Draft,
    segment: Segment | None = None,
    *,
    status: int = HTTPStatus.OK,
    reason: str = "",
) -> HttpResponse:
    context = _said(written) | {
        "form": form,
        "segment": segment,
        "reason": reason,
        "present": sentence(tree.read(segment.rule)) if reason else "",
        "show_errors": status != HTTPStatus.OK,
        "channels": history.channels(),
        "categories": history.categories(),
    }
    return render(request, "segments/build.html", context, status=status)


def _said(written: Draft) -> dict[str, object]:
    return {"draft": written, "words": sentence(written.rule) if written.rule else ""}
