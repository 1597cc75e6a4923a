"""Where files are fetched from by the clock, how that goes, and what waits for somebody."""

from http import HTTPStatus
from pathlib import Path

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shuke.core.errors import Conflict, ShukeError
from shuke.intake.fields import FIELDS, Kind
from shuke.pulls import queries, services
from shuke.pulls.models import Pull, PullRun
from shuke.pulls.problems import HostKeyChanged, HostKeyUnknown
from shuke.staff.rights import Right
from shuke.web.access import needs, unattended
from shuke.web.intake import uploads
from shuke.web.pull_forms import PullForm, form_of, initial
from shuke.web.versions import seen_version

STATES = {
    "imported": gettext_lazy("imported"),
    "unchanged": gettext_lazy("unchanged since the last time"),
    "empty": gettext_lazy("empty"),
    "refused": gettext_lazy("cannot be read"),
    "agreed": gettext_lazy("its columns are agreed"),
    "later": gettext_lazy("comes the next time"),
}
TONES = {
    PullRun.Status.WAITING: "slate",
    PullRun.Status.RUNNING: "blue",
    PullRun.Status.DONE: "green",
    PullRun.Status.ASKING: "amber",
    PullRun.Status.FAILED: "red",
}
FIELD_OF = {
    "pull_name_taken": "name",
    "pull_secret_needed": "secret",
    "pull_key_wrong": "secret",
    "pull_query_refused": "query",
    "pull_query_not_one_select": "query",
}
OF_A_SERVER = (HostKeyUnknown.code, HostKeyChanged.code)


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT)
def add(request: HttpRequest) -> HttpResponse:
    """Fetch from somewhere new; which way is in the address."""
    way = request.GET.get("way", "")
    way = way if way in Pull.Way.values else Pull.Way.URL
    form = form_of(way, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            pull = services.add(way=way, by=request.user, at=now(), **form.words())
        except ShukeError as error:
            form.add_error(FIELD_OF.get(error.code, "address"), error.words(_))
        else:
            return redirect("web:pulls.detail", pk=pull.pk)
    return _asked(request, form, {"way": way, "ways": Pull.Way.choices})


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
@needs(Right.CONNECT)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    pull = get_object_or_404(Pull.objects.select_related("source"), pk=pk)
    form = form_of(pull.way, request.POST if request.method == "POST" else None, initial=initial(pull))
    if form.is_bound and form.is_valid():
        seen = seen_version(request.POST)
        try:
            services.change(pull=pull, version=seen, by=request.user, at=now(), **form.words())
        except Conflict:
            raise
        except ShukeError as error:
            form.add_error(FIELD_OF.get(error.code, "address"), error.words(_))
        else:
            return redirect("web:pulls.detail", pk=pk)
    return _asked(request, form, {"pull": pull})


@require_GET
@needs(Right.CONNECT)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    pull = get_object_or_404(Pull.objects.select_related("source"), pk=pk)
    return render(request, "pulls/detail.html", {"pull": pull, **_runs(pull)})


@unattended
@require_GET
@needs(Right.CONNECT)
def runs(request: HttpRequest, pk: int) -> HttpResponse:
    """How the last runs went; asks again by itself while one is under way."""
    pull = get_object_or_404(Pull, pk=pk)
    return render(request, "pulls/_runs.html", {"pull": pull, **_runs(pull)})


@require_POST
@needs(Right.CONNECT)
def fetch(request: HttpRequest, pk: int) -> HttpResponse:
    """Fetch now, or only try what would be fetched."""
    pull = get_object_or_404(Pull, pk=pk)
    services.ask(pull=pull, trial=request.POST.get("action") != "fetch", by=request.user, at=now())
    return redirect("web:pulls.detail", pk=pk)


@require_POST
@needs(Right.CONNECT)
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the clock, or let it go on."""
    pull = get_object_or_404(Pull, pk=pk)
    act = services.resume if request.POST.get("action") == "resume" else services.pause
    act(pull=pull, by=request.user, at=now())
    return redirect("web:pulls.detail", pk=pk)


@require_POST
@needs(Right.CONNECT)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    pull = get_object_or_404(Pull, pk=pk)
    services.delete(pull=pull, by=request.user, at=now())
    messages.success(request, _("%(name)s is fetched no longer. What it has brought stays.") % {"name": pull.name})
    return redirect("web:tokens")


@require_POST
@needs(Right.CONNECT)
def trust(request: HttpRequest, pk: int) -> HttpResponse:
    """The key that the server showed is the right one, says who asks."""
    pull = get_object_or_404(Pull, pk=pk)
    shown = pull.runs.filter(failure__code__in=OF_A_SERVER).first()
    fingerprint = request.POST.get("fingerprint", "")
    if shown is None or shown.failure["params"]["fingerprint"] != fingerprint:
        raise Conflict
    services.trust_host_key(pull=pull, fingerprint=fingerprint, by=request.user, at=now())
    services.ask(pull=pull, trial=True, by=request.user, at=now())
    return redirect("web:pulls.detail", pk=pk)


@require_POST
@needs(Right.CONNECT)
def agree(request: HttpRequest, pk: int, run: int) -> HttpResponse:
    """Open what a run has kept where its columns can be agreed on, as if it had been sent by hand."""
    this = get_object_or_404(PullRun.objects.select_related("pull__source").exclude(path=""), pull=pk, pk=run)
    if not Path(this.path).is_file():
        raise Http404
    upload = uploads.Upload(this.path, this.file_name, this.pull.source.code, bytes(this.file_key).hex())
    uploads.remember(request, upload)
    return redirect(f"{reverse('web:imports.preview', args=[upload.token])}?kind={this.pull.kind}")


def _asked(request: HttpRequest, form: PullForm, context: dict) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "pulls/form.html", {"form": form, **context}, status=status)


def _runs(pull: Pull) -> dict:
    told = [_told(pull, this) for this in queries.runs(pull)]
    return {"last": told[0] if told else None, "earlier": told[1:]}


def _told(pull: Pull, this: PullRun) -> dict:
    failure = queries.failure(this)
    labels = {field.key: field.label for field in FIELDS[Kind(pull.kind)]}
    return {
        "this": this,
        "tone": TONES[this.status],
        "failure": failure.words(_) if failure else "",
        "fingerprint": this.failure["params"]["fingerprint"] if failure and failure.code in OF_A_SERVER else "",
        "files": _files(this),
        "columns": [(column, _(labels[field]) if field in labels else "") for column, field in this.columns],
        "may_agree": bool(this.path) and Path(this.path).is_file(),
    }


def _files(this: PullRun) -> list[dict]:
    """What lay there, each with what became of it; also what an attempt before a kill has brought in."""
    brought = {fetched.name: fetched.of_import for fetched in this.fetched.all()}
    told = {file["name"] for file in this.found}
    before = [{"name": name, "size": None, "state": "imported"} for name in brought if name not in told]
    return [
        {**file, "state": STATES[file["state"]], "import": brought.get(file["name"])} for file in (*before, *this.found)
    ]


urlpatterns = [
    path("connections/pulls/add/", add, name="pulls.add"),
    path("connections/pulls/<int:pk>/", detail, name="pulls.detail"),
    path("connections/pulls/<int:pk>/runs/", runs, name="pulls.runs"),
    path("connections/pulls/<int:pk>/change/", change, name="pulls.change"),
    path("connections/pulls/<int:pk>/fetch/", fetch, name="pulls.fetch"),
    path("connections/pulls/<int:pk>/pause/", pause, name="pulls.pause"),
    path("connections/pulls/<int:pk>/delete/", delete, name="pulls.delete"),
    path("connections/pulls/<int:pk>/trust/", trust, name="pulls.trust"),
    path("connections/pulls/<int:pk>/runs/<int:run>/agree/", agree, name="pulls.agree"),
]
