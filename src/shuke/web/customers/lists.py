"""The list of customers, its export, and the search box of every page."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shuke.core import audit
from shuke.core.money import from_minor
from shuke.segments import queries
from shuke.segments.models import CustomerListing, Segment
from shuke.staff.rights import Right, Sight
from shuke.web.access import needs
from shuke.web.customers.filters import ListForm
from shuke.web.downloads import csv_file

HITS = 8


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The list; HTMX gets the table alone."""
    form = ListForm(request.GET, staff=request.user)
    places = {name: str(form.value(name)) for name in ("after", "before")}
    listing = queries.customer_list(staff=request.user, **form.reading, **places)
    _say_since(listing.rows, form.filters.get("segment"))
    part = request.htmx and not request.htmx.history_restore_request
    context = {
        "form": form,
        "listing": listing,
        "sort": form.order,
        "count_words": _count_words(listing),
        "is_narrowed": bool(form.filters or form.text),
        "sees_all": request.user.sight == Sight.ALL,
        "may_export": request.user.may(Right.EXPORT),
        "may_import": request.user.may(Right.IMPORT),
        "is_part": part,
    }
    response = render(request, "customers/_table.html" if part else "customers/index.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Who is meant by what somebody types into the box on top."""
    text = ListForm(request.GET, staff=request.user).text
    if not text:
        return HttpResponse()
    found = queries.found(staff=request.user, text=text, limit=HITS)
    results = [
        {
            "name": str(row),
            "url": reverse("web:customers.detail", args=[row.pk]),
            "meta": " · ".join(filter(None, [row.pinyin, str(row.owner or "")])),
            "tier": row.tier,
        }
        for row in found
    ]
    more = f"{reverse('web:customers')}?{urlencode({'q': text})}" if len(found) == HITS else ""
    return render(request, "customers/_hits.html", {"results": results, "query": text, "more_url": more})


@require_GET
@needs(Right.EXPORT)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The list as a file, as it is filtered and sorted on the page."""
    form = ListForm(request.GET, staff=request.user)
    filters = {name: getattr(value, "pk", value) for name, value in form.filters.items()}
    audit.record(request.user, "customers.exported", at=timezone.now(), filters=filters, searched=bool(form.text))
    rows = queries.every_customer(staff=request.user, **form.reading)
    return csv_file(f"customers-{timezone.localdate():%Y%m%d}.csv", head=_head, rows=map(_cells, rows))


def _say_since(rows: list[CustomerListing], segment: Segment | None) -> None:
    """Let the rows of a segment say since when they are in it."""
    since = queries.members_since(segment, [row.pk for row in rows]) if segment else {}
    for row in rows:
        row.in_segment_since = since.get(row.pk)


def _count_words(listing: queries.Listing) -> str:
    if listing.cut:
        return _("More than %(count)s match") % {"count": f"{queries.CANDIDATES:,}"}
    if listing.count > queries.COUNTED:
        return _("%(count)s+ customers") % {"count": f"{queries.COUNTED:,}"}
    return translation.ngettext("%(count)s customer", "%(count)s customers", listing.count) % {
        "count": f"{listing.count:,}"
    }


def _head() -> list[str]:
    return [
        _("Number"),
        _("Name"),
        _("Tier"),
        _("Activity"),
        "R",
        "F",
        "M",
        "T",
        _("Days since last order"),
        _("Orders"),
        _("Money"),
        _("Value at risk"),
        _("First order"),
        _("Last order"),
        _("Last contact"),
        _("Owner"),
    ]


def _cells(row: CustomerListing) -> list[str]:
    return [
        str(row.pk),
        row.name,
        row.get_tier_display(),
        row.get_activity_display(),
        *(row.r, row.f, row.m, row.t),
        str(row.days_since_last) if row.days_since_last >= 0 else "",
        str(row.orders),
        str(from_minor(row.money)),
        str(from_minor(row.value_at_risk)),
        *(str(day or "") for day in (row.first_ordered_on, row.last_ordered_on, row.last_contact_on)),
        str(row.owner or ""),
    ]
