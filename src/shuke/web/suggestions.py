"""The weekly check of suggestions: thirty customers, one verdict each, and how the verdicts go over the weeks."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shuke.analytics.learned import Models
from shuke.core.errors import Invalid
from shuke.scoring.queries import live_run
from shuke.staff.rights import Right
from shuke.suggestions import queries, services
from shuke.suggestions.models import Suggestion
from shuke.web.access import needs
from shuke.web.goods import names
from shuke.web.potential_words import KINDS, because, lacking, worth

Verdict = Suggestion.Verdict
TONES = {Verdict.FITS: "green", Verdict.DOES_NOT_FIT: "amber", Verdict.NOT_RELEVANT: "red"}


@require_GET
@needs(Right.POLICIES)
def index(request: HttpRequest) -> HttpResponse:
    """The newest sample, and the weeks before it."""
    week = queries.latest_week()
    rows = _rows(list(queries.of_week(week))) if week else []
    context = {"week": week, "rows": rows, "lacking": [] if week else _lacking(), **_weeks()}
    return render(request, "suggestions/index.html", context)


@require_POST
@needs(Right.POLICIES)
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    suggestion = get_object_or_404(Suggestion, pk=pk)
    verdict = request.POST.get("verdict", "")
    if verdict not in Verdict.values:
        raise Invalid
    judged = services.judge(suggestion=suggestion, verdict=verdict, by=request.user, at=timezone.now())
    (row,) = _rows([judged])
    return render(request, "suggestions/_row.html", {"row": row, **_weeks(), "swapped": True})


def _rows(made: list[Suggestion]) -> list[dict[str, Any]]:
    known = {goods: names(_items(made, goods), goods) for goods in ("category", "article")}
    return [
        {
            "suggestion": one,
            "kind": _(KINDS[one.kind]),
            "name": known[one.goods][one.item],
            "because": because(one.kind, one, known[one.goods][one.because], window_days=one.window_days),
            "worth": worth(one.expected, one.amount),
            "verdicts": [(code, label, TONES[code]) for code, label in Verdict.choices],
            "tone": TONES.get(one.verdict, ""),
        }
        for one in made
    ]


def _items(made: list[Suggestion], goods: str) -> set[str]:
    return {item for one in made if one.goods == goods for item in (one.item, one.because)}


def _weeks() -> dict[str, Any]:
    weeks = [_with_share(week) for week in queries.weeks()]
    rising = [week for week in reversed(weeks) if week["judged"]]
    trend = {
        "labels": [week["week"].isoformat() for week in rising],
        "series": [
            {"name": str(Verdict(code).label), "values": [week[code] / week["judged"] for week in rising], "tone": tone}
            for code, tone in TONES.items()
        ],
        "format": "percent",
    }
    return {"weeks": weeks, "trend": trend if len(rising) > 1 else None}


def _with_share(week: dict[str, Any]) -> dict[str, Any]:
    """Of those that were judged, how many are not relevant."""
    return {**week, "share": week[Verdict.NOT_RELEVANT] / week["judged"] if week["judged"] else None}


def _lacking() -> list[str]:
    run = live_run()
    learned = Models.model_validate(run.parameters.get("models") or {}).potential if run else None
    return lacking(learned) if learned and not any(pattern.rules for pattern in learned.patterns) else []


urlpatterns = [
    path("suggestions/", index, name="suggestions"),
    path("suggestions/<int:pk>/", judge, name="suggestions.judge"),
]
