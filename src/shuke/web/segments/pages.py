"""Which segments there are, and who is in one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shuke.analytics.rules import tree
from shuke.core.errors import ShukeError
from shuke.segments import queries, services
from shuke.segments.models import Segment
from shuke.staff.rights import Right
from shuke.web.access import needs, unattended
from shuke.web.segments.words import sentence
from shuke.web.versions import seen_version

NEWEST = 20


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every segment in words, with as many members as one may see."""
    rows = [
        {"segment": each.segment, "members": each.members, "words": sentence(tree.read(each.segment.rule))}
        for each in queries.segments(staff=request.user)
    ]
    return render(request, "segments/index.html", {"rows": rows, "may_change": request.user.may(Right.POLICIES)})


@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One segment: its rule in words, how many it has, and who came last."""
    segment = _standing(pk)
    context = _members(request, segment) | {
        "words": sentence(tree.read(segment.rule)),
        "may_change": request.user.may(Right.POLICIES),
    }
    return render(request, "segments/detail.html", context)


@require_GET
@unattended
def members(request: HttpRequest, pk: int) -> HttpResponse:
    """The members, asked for again until they have been found."""
    return render(request, "segments/_members.html", _members(request, _standing(pk)))


@require_POST
@needs(Right.POLICIES)
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    segment = _standing(pk)
    try:
        services.archive(segment=segment, version=seen_version(request.POST), by=request.user, at=timezone.now())
    except ShukeError as error:
        messages.error(request, error.words(_))
        return redirect("web:segments.detail", pk)
    messages.success(request, _("%(name)s is archived.") % {"name": segment})
    return redirect("web:segments")


def _standing(pk: int) -> Segment:
    return get_object_or_404(Segment.objects.standing().select_related("created_by", "changed_by"), pk=pk)


def _members(request: HttpRequest, segment: Segment) -> dict[str, object]:
    return {
        "segment": segment,
        "count": queries.count_members(segment, staff=request.user),
        "newest": queries.newest_members(segment, staff=request.user, limit=NEWEST),
    }
