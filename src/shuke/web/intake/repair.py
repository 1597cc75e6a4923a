"""Rows that an import set aside: shown, repaired in place, read once more with their file."""

from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from shuke.intake import queries, services
from shuke.intake.models import Import, QuarantinedRow
from shuke.intake.reading import cells_of
from shuke.intake.reading.workbooks import LINES_A_SHEET
from shuke.staff.rights import Right
from shuke.web.access import needs
from shuke.web.intake.words import told

ROWS = 100


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that cannot be read as it is."""

    number: int
    column: str
    value: str


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row in quarantine as the page shows it. `cells` are those to repair; none where the whole record is wrong."""

    row: QuarantinedRow
    place: str
    problems: list[dict]
    cells: list[Cell]
    text: str

    @property
    def is_repaired(self) -> bool:
        return self.row.repair is not None


def set_aside(this: Import) -> list[SetAside]:
    """The first rows that an import set aside."""
    return [_shown(this, row, text) for row, text in queries.quarantined(this, limit=ROWS)]


@needs(Right.IMPORT)
@require_POST
def repair(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Write a row anew; answers with it as it is then, or with what is still wrong."""
    this = get_object_or_404(queries.history(), pk=pk)
    found = get_object_or_404(this.quarantined, pk=row)
    asked = {
        column: request.POST[f"cell-{number}"]
        for number, column in enumerate(this.header)
        if f"cell-{number}" in request.POST
    }
    done = services.repair(
        row=found,
        cells=asked,
        text=request.POST.get("record", ""),
        alike="alike" in request.POST,
        by=request.user,
        at=now(),
    )
    if done.rows > 1:
        messages.success(request, _("%(count)s rows were written this way.") % {"count": f"{done.rows:,}"})
        return HttpResponseClientRefresh()
    found.refresh_from_db()
    problems = [told(problem.code, problem.column) for problem in done.problems]
    shown = _shown(this, found, queries.text_of(found), problems=problems, asked=asked)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    return render(request, "intake/_set_aside.html", {"this": this, "each": shown, "repairable": True}, status=status)


@needs(Right.IMPORT)
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the file once more, with the rows that were repaired."""
    this = get_object_or_404(queries.history(), pk=pk)
    second = services.repeat_repaired(this=this, by=request.user, at=now())
    services.start(this=second)
    return redirect("web:imports.detail", pk=second.pk)


def _shown(
    this: Import,
    row: QuarantinedRow,
    text: str,
    *,
    problems: list[dict] | None = None,
    asked: dict[str, str] | None = None,
) -> SetAside:
    problems = problems or [told(problem["code"], problem["column"]) for problem in row.problems]
    values = dict(zip(this.header, cells_of(text, queries.layout_of(this).delimiter), strict=False)) | (asked or {})
    wrong = {problem["column"] for problem in problems} | set(asked or {})
    cells = [Cell(number, name, values.get(name, "")) for number, name in enumerate(this.header) if name in wrong]
    return SetAside(row, _place(this, row.line), problems, cells, text)


def _place(this: Import, line: int) -> str:
    """Where a row stands: its line, or its sheet and the row there."""
    sheet, number = divmod(line, LINES_A_SHEET)
    sheets = this.mapping.get("sheets") or ()
    if sheet >= len(sheets):
        return f"{line:,}"
    return _("%(sheet)s, row %(row)s") % {"sheet": sheets[sheet], "row": f"{number:,}"}
