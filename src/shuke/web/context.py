"""What the frame of every page shows: the way around, the person, the demo's banner and attribution."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from shuke.staff.rights import Right

ENTRIES = (
    ("web:dashboard", gettext_noop("Overview"), "layout-dashboard", None, True),
    ("web:today", gettext_noop("Today"), "phone-call", None, True),
    ("web:board", gettext_noop("Board"), "layout-kanban", None, False),
    ("web:customers", gettext_noop("Customers"), "users", None, True),
    ("web:segments", gettext_noop("Segments"), "target", None, False),
    ("web:insight", gettext_noop("Insight"), "chart-dots", None, False),
    ("web:duplicates", gettext_noop("Duplicates"), "users-group", Right.MERGE, False),
    ("web:disputes", gettext_noop("Disputes"), "scale", Right.DISPUTES, False),
    ("web:imports", gettext_noop("Import"), "database-import", Right.IMPORT, False),
    ("web:forecasts", gettext_noop("Forecasts"), "chart-line", Right.POLICIES, False),
    ("web:suggestions", gettext_noop("Suggestions"), "sparkles", Right.POLICIES, False),
    ("web:policies", gettext_noop("Policies"), "adjustments", Right.POLICIES, False),
    ("web:tokens", gettext_noop("Connections"), "plug-connected", Right.CONNECT, False),
    ("web:people", gettext_noop("People"), "id-badge-2", Right.PEOPLE, False),
)


def frame(request: HttpRequest) -> dict[str, object]:
    """Context of `base.html`; nothing for those who are not logged in."""
    if not request.user.is_authenticated:
        return {"demo_words": _demo_words()}
    return {
        "navigation": [{"heading": "", "items": list(_items(request))}],
        "search_url": reverse("web:search"),
        "customers_url": reverse("web:customers"),
        "user_role": request.user.get_role_display(),
        "demo_words": _demo_words(),
        "attribution": _attribution(),
    }


def _items(request: HttpRequest):
    here = request.resolver_match.view_name if request.resolver_match else ""
    for name, label, icon, right, tab in ENTRIES:
        if right is None or request.user.may(right):
            active = here == name or here.startswith(f"{name}.")
            yield {"label": _(label), "url": reverse(name), "icon": icon, "active": active, "tab": tab, "count": None}


def _demo_words() -> str:
    return _("Demo with invented people: nothing here reaches anybody.") if settings.SHUKE.demo else ""


def _attribution() -> str:
    if not settings.SHUKE.demo:
        return ""
    return _("Orders: Online Retail, D. Chen, UCI Machine Learning Repository, CC BY 4.0; dates moved, GBP 1 = CNY 9.")
