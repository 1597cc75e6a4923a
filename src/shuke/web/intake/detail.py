"""Imports: send a file, follow it, and read what came of it."""

from http import HTTPStatus
from pathlib import Path

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from shuke.intake import queries, services
from shuke.intake.models import Import
from shuke.staff.rights import Right
from shuke.web.access import needs, unattended
from shuke.web.intake import uploads
from shuke.web.intake.repair import set_aside
from shuke.web.intake.words import FIGURES, STANDINGS, UNDONE, told

PAST_IMPORTS = 50


class UploadForm(forms.Form):
    """A file and the system that it comes from."""

    file = forms.FileField(label=gettext_lazy("File"))
    source = forms.CharField(max_length=50, label=gettext_lazy("Source"), initial="shop")


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
    source = request.GET.get("source", "").replace("\0", "")
    past = queries.history().filter(source__code=source) if source else queries.history()
    context = {"form": form, "imports": past[:PAST_IMPORTS], "source": source}
    return render(request, "intake/imports.html", context, status=status)


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
    if this.report:
        context |= _report(this)
    if this.status == Import.Status.UNDONE:
        context["undone"] = [
            (words, this.undo_report.get(key, 0)) for key, words in UNDONE if this.undo_report.get(key)
        ]
    return render(request, "intake/detail.html", context)


@unattended
@needs(Right.IMPORT)
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an import is; the whole page again once it is finished."""
    this = get_object_or_404(queries.history(), pk=pk)
    if this.is_finished and this.status != Import.Status.UNDOING:
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


@needs(Right.IMPORT)
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what an import has written."""
    this = get_object_or_404(queries.history(), pk=pk)
    services.ask_undo(this=this, by=request.user, at=now())
    return redirect("web:imports.detail", pk=this.pk)


def _report(this: Import) -> dict:
    """What an import has done, in figures and words."""
    report = this.report
    figures = [
        {"label": label, "value": report[key], "icon": icon, "tone": tone}
        for key, label, icon, tone in FIGURES
        if key in report
    ]
    return {
        "figures": figures,
        "net_amount": report.get("net_amount"),
        "without_customer": report.get("net_amount_without_customer"),
        "standings": [(STANDINGS.get(key, key), count) for key, count in report.get("by_status", {}).items()],
        "warnings": [told(each["code"], each["column"], each["count"]) for each in report["warnings"]],
        "quarantined": report["quarantined"],
        "rows": set_aside(this),
        "repaired": this.quarantined.exclude(repair=None).count(),
        "repeated_by": this.repeated_by.last(),
        "repairable": bool(this.header) and this.is_kept and not this.repeated_by.exists(),
    }
