"""Imports: send a file, agree on what its columns mean, try it, run it, and read what came of it."""

from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from shuke.core.words import mark
from shuke.intake import queries, services
from shuke.intake.checks import Checked
from shuke.intake.checks.problems import PROBLEMS
from shuke.intake.fields import FIELDS, Kind
from shuke.intake.mapping import DayOrder, Grain, Mapping, required
from shuke.intake.models import Import
from shuke.intake.reading import Unusable
from shuke.intake.reading.layout import clean
from shuke.staff.rights import Right
from shuke.web import uploads
from shuke.web.access import needs, unattended
from shuke.web.templatetags.work import mask_contacts

PAST_IMPORTS = 50
QUARANTINE_ROWS = 100
SAMPLES = 3
SURE = 0.9
OWN_NUMBERS = ("order", "entry", "product", "at", "amount")
"""Fields whose long figures are no contact of anybody."""

ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16", "cp1252")
DELIMITERS = {
    ",": gettext_lazy("comma"),
    ";": gettext_lazy("semicolon"),
    "\t": gettext_lazy("tab"),
    "|": gettext_lazy("bar"),
}
GRAINS = {
    Grain.ORDER: gettext_lazy("one order a row"),
    Grain.LINE: gettext_lazy("one article of an order a row"),
}
DAY_ORDERS = {
    DayOrder.DAY_FIRST: gettext_lazy("3/4 is the 3rd of April"),
    DayOrder.MONTH_FIRST: gettext_lazy("3/4 is the 4th of March"),
}
FIGURES = (
    ("rows_in", gettext_lazy("Rows read"), "list-details", "slate"),
    ("inserted", pgettext_lazy("rows", "New"), "plus", "green"),
    ("updated", pgettext_lazy("rows", "Updated"), "refresh", "blue"),
    ("unchanged", gettext_lazy("Unchanged"), "check", "slate"),
    ("quarantined", gettext_lazy("Set aside"), "alert-triangle", "amber"),
    ("orders", gettext_lazy("Orders"), "shopping-bag", "violet"),
    ("customers", gettext_lazy("Paying customers"), "users", "green"),
)
STANDINGS = {
    "paid": gettext_lazy("Paid"),
    "unpaid": gettext_lazy("Not paid"),
    "cancelled": gettext_lazy("Cancelled"),
    "refunded": gettext_lazy("Refunded"),
    "returned": gettext_lazy("Returned"),
}


class FieldTwice(Unusable):
    code = "mapping_field_twice"
    message = mark("“%(first)s” and “%(second)s” cannot both be the same field. Choose one of the columns.")


class UploadForm(forms.Form):
    """A file and the system that it comes from."""

    file = forms.FileField(label=gettext_lazy("File"))
    source = forms.CharField(max_length=50, label=gettext_lazy("Source"), initial="shop")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its name, what stands in it, and the field that takes it."""

    number: int
    name: str
    samples: tuple[str, ...]
    field: str
    sure: bool


@needs(Right.IMPORT)
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The past imports, and the place to send a file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        upload = uploads.Upload.of(file, name=file.name, source=form.cleaned_data["source"])
        uploads.remember(request, upload)
        return redirect("web:imports.preview", token=upload.token)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"form": form, "imports": queries.history()[:PAST_IMPORTS]}
    return render(request, "intake/imports.html", context, status=status)


@needs(Right.IMPORT)
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """What a file would mean; a POST agrees to a mapping and begins the import."""
    upload, asked = uploads.find(request, token), request.POST or request.GET
    encoding, kind = asked.get("encoding") or None, asked.get("kind") or None
    try:
        seen = queries.preview(
            Path(upload.path), name=upload.name, kind=_known(kind), encoding=encoding, key=upload.key
        )
    except Unusable as error:
        context = {"upload": upload, "reason": error.words(_), "encodings": ENCODINGS, "encoding": encoding}
        return render(request, "intake/refused.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        mapping = _agreed(request.POST, seen) if request.method == "POST" else seen.proposal.mapping
        checked = seen.checked(mapping)
        if request.method == "POST":
            return _begin(request, upload, mapping, seen.survey.encoding)
    except Unusable as error:
        return _preview(request, upload, seen, reason=error.words(_))
    return _preview(request, upload, seen, checked=checked)


@needs(Right.IMPORT)
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: how far it is, or what came of it."""
    this = get_object_or_404(queries.history(), pk=pk)
    token, failure = Path(this.path).name, queries.failure(this)
    context = {
        "this": this,
        "failure": failure.words(_) if failure else "",
        "token": token if uploads.knows(request, token) else "",
    }
    if this.status == Import.Status.DONE:
        context |= _report(this)
    return render(request, "intake/detail.html", context)


@unattended
@needs(Right.IMPORT)
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an import is; the whole page again once it is finished."""
    this = get_object_or_404(queries.history(), pk=pk)
    if this.is_finished:
        return HttpResponseClientRefresh()
    return render(request, "intake/_progress.html", {"this": this})


@needs(Right.IMPORT)
@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Do for good what a dry run has tried."""
    tried = get_object_or_404(queries.history().filter(dry_run=True), pk=pk)
    this = services.repeat(this=tried, by=request.user, at=now())
    services.start(this=this)
    return redirect("web:imports.detail", pk=this.pk)


def _known(kind: str | None) -> Kind | None:
    return Kind(kind) if kind in list(Kind) else None


def _agreed(answers: QueryDict, seen: queries.Preview) -> Mapping:
    """The mapping that somebody has corrected. FieldTwice."""
    kind = _known(answers.get("kind")) or seen.proposal.mapping.kind
    columns: dict[str, str] = {}
    for number, column in enumerate(seen.layout.header):
        field = answers.get(f"column-{number}", "")
        if field in columns:
            raise FieldTwice(first=columns[field], second=column)
        if field:
            columns[field] = column
    return Mapping(
        kind,
        columns,
        Grain(answers["grain"]) if answers.get("grain") in list(Grain) else Grain.ORDER,
        DayOrder(answers["day_order"]) if answers.get("day_order") in list(DayOrder) else DayOrder.DAY_FIRST,
    )


def _begin(request: HttpRequest, upload: uploads.Upload, mapping: Mapping, encoding: str) -> HttpResponse:
    this = services.begin(
        path=Path(upload.path),
        name=upload.name,
        source=upload.source,
        mapping=mapping,
        encoding=encoding,
        dry_run=request.POST.get("action") != "start",
        key=upload.key,
        by=request.user,
        at=now(),
    )
    services.start(this=this)
    return redirect("web:imports.detail", pk=this.pk)


def _preview(
    request: HttpRequest,
    upload: uploads.Upload,
    seen: queries.Preview,
    *,
    checked: Checked | None = None,
    reason: str = "",
) -> HttpResponse:
    mapping = seen.proposal.mapping
    chosen = request.POST if reason else None
    context = {
        "upload": upload,
        "survey": seen.survey,
        "delimiter": DELIMITERS[seen.layout.delimiter],
        "kind": mapping.kind,
        "kinds": Import.Kind.choices,
        "encodings": ENCODINGS,
        "encoding": request.GET.get("encoding", ""),
        "columns": _columns(seen, chosen),
        "fields": [(known.key, _(known.label), known.key in required(mapping)) for known in FIELDS[mapping.kind]],
        "grains": GRAINS.items() if mapping.kind == Kind.ORDERS else (),
        "grain": chosen.get("grain") if chosen else mapping.grain,
        "day_orders": DAY_ORDERS.items(),
        "day_order": chosen.get("day_order") if chosen else mapping.day_order,
        "checked": checked,
        "refused": _problems_of(checked) if checked else [],
        "reason": reason,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if reason else HTTPStatus.OK
    return render(request, "intake/preview.html", context, status=status)


def _columns(seen: queries.Preview, chosen: QueryDict | None) -> list[Column]:
    """The columns with the fields that we propose, or that somebody has chosen."""
    taken = {column: field for field, column in seen.proposal.mapping.columns.items()}
    columns = []
    for number, name in enumerate(seen.layout.header):
        field = chosen.get(f"column-{number}", "") if chosen else taken.get(name, "")
        cells = (clean(row[number]) for row in seen.examples if number < len(row))
        shown = (cell if field in OWN_NUMBERS else mask_contacts(cell) for cell in cells if cell)
        samples = tuple(dict.fromkeys(shown))[:SAMPLES]
        columns.append(Column(number, name, samples, field, seen.proposal.confidence.get(field, 0) >= SURE))
    return columns


def _problems_of(checked: Checked) -> list[dict]:
    """Why rows of the first part would be set aside, each reason once with how often."""
    counts = Counter(problem for row in checked.refused for problem in row.problems)
    return [_told(problem.code, problem.column, count) for problem, count in counts.most_common()]


def _report(this: Import) -> dict:
    """What an import has done, in figures and words."""
    told = this.report
    figures = [
        {"label": label, "value": told[key], "icon": icon, "tone": tone}
        for key, label, icon, tone in FIGURES
        if key in told
    ]
    rows = [
        {"line": row.line, "problems": [_told(each["code"], each["column"]) for each in row.problems], "text": text}
        for row, text in queries.quarantined(this, limit=QUARANTINE_ROWS)
    ]
    return {
        "figures": figures,
        "net_amount": told.get("net_amount"),
        "without_customer": told.get("net_amount_without_customer"),
        "standings": [(STANDINGS.get(key, key), count) for key, count in told.get("by_status", {}).items()],
        "warnings": [_told(each["code"], each["column"], each["count"]) for each in told["warnings"]],
        "quarantined": told["quarantined"],
        "rows": rows,
    }


def _told(code: str, column: str, count: int = 0) -> dict:
    return {"words": _(PROBLEMS.get(code, code)), "column": column, "count": count}


urlpatterns = [
    path("imports/", imports, name="imports"),
    path("imports/new/<slug:token>/", preview, name="imports.preview"),
    path("imports/<int:pk>/", detail, name="imports.detail"),
    path("imports/<int:pk>/progress/", progress, name="imports.progress"),
    path("imports/<int:pk>/start/", start, name="imports.start"),
]
