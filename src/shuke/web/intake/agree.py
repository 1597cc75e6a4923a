"""What the columns of a file mean: proposed, corrected by hand, tried on its first rows, agreed."""

from collections import Counter
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shuke.core.words import mark
from shuke.intake import queries, services
from shuke.intake.checks import Checked
from shuke.intake.fields import FIELDS, LIVE_ONLY, Kind
from shuke.intake.mapping import KEY_CHOICES, DayOrder, Grain, Mapping, required
from shuke.intake.models import Import
from shuke.intake.parsing.wire import Question
from shuke.intake.reading import Unusable
from shuke.intake.reading.layout import clean
from shuke.staff.rights import Right
from shuke.web.access import needs
from shuke.web.intake import uploads
from shuke.web.intake.words import DAY_ORDERS, DELIMITERS, ENCODINGS, GRAINS, told
from shuke.web.templatetags.work import mask_contacts

SAMPLES = 3
SURE = 0.9
OWN_NUMBERS = ("order", "entry", "contract", "product", "at", "on", "amount")
"""Fields whose long figures are no contact of anybody."""


class FieldTwice(Unusable):
    code = "mapping_field_twice"
    message = mark("“%(first)s” and “%(second)s” cannot both be the same field. Choose one of the columns.")


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
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """What a file would mean; a POST agrees to a mapping and begins the import."""
    upload, asked = uploads.find(request, token), request.POST or request.GET
    question = _question(upload, asked)
    try:
        seen = queries.preview(question, source=upload.source, kind=_known(asked.get("kind")))
    except Unusable as error:
        context = {"upload": upload, "reason": error.words(_), "encodings": ENCODINGS, "encoding": question.encoding}
        return render(request, "intake/refused.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        mapping = _agreed(request.POST, seen) if request.method == "POST" else seen.proposal.mapping
        checked = seen.checked(mapping)
        if request.method == "POST":
            return _begin(request, upload, mapping, seen.look.survey.encoding)
    except Unusable as error:
        return _preview(request, upload, seen, reason=error.words(_))
    return _preview(request, upload, seen, checked=checked)


def _question(upload: uploads.Upload, asked: QueryDict) -> Question:
    sheets = tuple(filter(None, asked.getlist("sheet")))
    delimiter = asked.get("delimiter", "")
    return Question(
        Path(upload.path),
        upload.name,
        asked.get("encoding", ""),
        sheets,
        delimiter if delimiter in DELIMITERS else "",
        upload.key,
    )


def _known(kind: str | None) -> Kind | None:
    return Kind(kind) if kind in set(Kind) - LIVE_ONLY else None


def _agreed(answers: QueryDict, seen: queries.Preview) -> Mapping:
    """The mapping that somebody has corrected. FieldTwice."""
    kind = _known(answers.get("kind")) or seen.proposal.mapping.kind
    columns: dict[str, str] = {}
    for number, column in enumerate(seen.look.layout.header):
        field = answers.get(f"column-{number}", "")
        if field in columns:
            raise FieldTwice(first=columns[field], second=column)
        if field:
            columns[field] = column
    proposed = seen.proposal.mapping
    chosen_key = tuple(answers.get("key", "").split("+"))
    return replace(
        proposed,
        kind=kind,
        columns=columns,
        grain=Grain(answers["grain"]) if answers.get("grain") in list(Grain) else Grain.ORDER,
        day_order=DayOrder(answers["day_order"]) if answers.get("day_order") in list(DayOrder) else DayOrder.DAY_FIRST,
        keyed_by=chosen_key if chosen_key in KEY_CHOICES and set(chosen_key) <= columns.keys() else (),
        continued=tuple(key for key in proposed.continued if key in columns) if answers.get("continued") else (),
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
    mapping, chosen = seen.proposal.mapping, request.POST if reason else None
    context = {
        "upload": upload,
        "survey": seen.look.survey,
        "layout": seen.look.layout,
        "is_recalled": seen.proposal.is_recalled,
        "kind": mapping.kind,
        "kinds": [choice for choice in Import.Kind.choices if choice[0] not in LIVE_ONLY],
        "encodings": ENCODINGS,
        "encoding": request.GET.get("encoding", ""),
        "delimiters": DELIMITERS.items(),
        "delimiter": request.GET.get("delimiter", ""),
        "sheets": [part.sheet for part in seen.look.layout.parts],
        "columns": _columns(seen, chosen),
        "fields": [(known.key, _(known.label), known.key in required(mapping)) for known in FIELDS[mapping.kind]],
        **_choices(mapping, chosen),
        "checked": checked,
        "refused": _problems_of(checked) if checked else [],
        "reason": reason,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if reason else HTTPStatus.OK
    return render(request, "intake/preview.html", context, status=status)


def _choices(mapping: Mapping, chosen: QueryDict | None) -> dict:
    """What is asked beside the columns, each with the answer that we propose or that somebody has given."""
    known = {each.key: _(each.label) for each in FIELDS[mapping.kind]}
    keys = [key for key in KEY_CHOICES if set(key) <= known.keys()]
    return {
        "grains": GRAINS.items() if mapping.kind == Kind.ORDERS else (),
        "grain": chosen.get("grain") if chosen else mapping.grain,
        "day_orders": DAY_ORDERS.items(),
        "day_order": chosen.get("day_order") if chosen else mapping.day_order,
        "keys": [("+".join(key), _(" and ").join(known[part] for part in key)) for key in keys],
        "key": chosen.get("key") if chosen else "+".join(mapping.customer_by),
        "continued": _(", ").join(mapping.columns[key] for key in mapping.continued),
        "is_continued": bool(chosen.get("continued")) if chosen else bool(mapping.continued),
    }


def _columns(seen: queries.Preview, chosen: QueryDict | None) -> list[Column]:
    """The columns with the fields that we propose, or that somebody has chosen."""
    taken = {column: field for field, column in seen.proposal.mapping.columns.items()}
    columns = []
    for number, name in enumerate(seen.look.layout.header):
        field = chosen.get(f"column-{number}", "") if chosen else taken.get(name, "")
        cells = (clean(row[number]) for row in seen.examples if number < len(row))
        shown = (cell if field in OWN_NUMBERS else mask_contacts(cell) for cell in cells if cell)
        samples = tuple(dict.fromkeys(shown))[:SAMPLES]
        columns.append(Column(number, name, samples, field, seen.proposal.confidence.get(field, 0) >= SURE))
    return columns


def _problems_of(checked: Checked) -> list[dict]:
    """Why rows of the first part would be set aside, each reason once with how often."""
    counts = Counter(problem for row in checked.refused for problem in row.problems)
    return [told(problem.code, problem.column, count) for problem, count in counts.most_common()]
