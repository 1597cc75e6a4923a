"""Who may open a page. Everything needs a log-in unless it says otherwise; a view names the right it needs beyond."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied

from shuke.staff.rights import Right

View = Callable


def needs(right: Right) -> Callable[[View], View]:
    """Only for those whose role has `right`; all others are told that they may not."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.may(right):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def unattended(view: View) -> View:
    """A page asks this by itself, again and again: no sign that somebody sits before it."""
    view.unattended = True
    return view
