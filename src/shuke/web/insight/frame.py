"""What the pages of insight share: their tabs, and who may open those that count everybody."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from shuke.reports.models import Study
from shuke.segments.queries import COUNTED
from shuke.staff.models import User
from shuke.staff.rights import Right, Sight

TABS = (
    ("web:insight", gettext_noop("Value and loyalty"), False),
    ("web:insight.flow", gettext_noop("Tiers in motion"), False),
    ("web:insight.cohorts", gettext_noop("Cohorts"), True),
    ("web:insight.survival", gettext_noop("Time to come again"), True),
    ("web:insight.slipping", gettext_noop("Who is slipping"), False),
)
"""The pages, and which of them count all customers of the shop, whoever asks."""


def sees_all(view: Callable) -> Callable:
    """Only for those who see all customers: the figures cannot be parted by owner."""

    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs):
        if request.user.sight != Sight.ALL:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def page(request: HttpRequest, template: str, found: Study | None, /, **context: object) -> HttpResponse:
    """One of the pages, with its tabs and the run that it tells of."""
    shared = {
        "tabs": _tabs(request.user, request.resolver_match.view_name),
        "study": found,
        "may_import": request.user.may(Right.IMPORT),
        "sees_all": request.user.sight == Sight.ALL,
    }
    return render(request, f"insight/{template}.html", shared | context)


def count_words(count: int) -> str:
    """3,728 customers; beyond COUNTED nobody counts on."""
    if count > COUNTED:
        return _("%(count)s+ customers") % {"count": f"{COUNTED:,}"}
    return ngettext("%(count)s customer", "%(count)s customers", count) % {"count": f"{count:,}"}


def _tabs(staff: User, here: str) -> list[dict[str, object]]:
    return [
        {"url": reverse(name), "words": _(words), "is_here": here == name}
        for name, words, of_all in TABS
        if not of_all or staff.sight == Sight.ALL
    ]
