"""How good the data of each source is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shuke.intake import queries
from shuke.staff.rights import Right
from shuke.web.access import needs

ACCURATE = 0.98
"""The goal for accuracy."""
ACCEPTED = 0.95
FRESH_DAYS, STALE_DAYS = 2, 14


@needs(Right.IMPORT)
@require_GET
def sources(request: HttpRequest) -> HttpResponse:
    """Every source with what of it was taken as it came, how much of that is right, and how fresh it is."""
    measured = [
        {
            "quality": quality,
            "accepted_tone": _tone(quality.accepted, ACCEPTED),
            "accuracy_tone": _tone(quality.accuracy, ACCURATE),
            "age_tone": _age_tone(quality.days_old),
        }
        for quality in queries.latest_quality()
    ]
    return render(request, "intake/sources.html", {"measured": measured, "goal": ACCURATE})


def _tone(share: float | None, goal: float) -> str:
    if share is None:
        return "slate"
    return "green" if share >= goal else "amber" if share >= goal - 0.1 else "red"


def _age_tone(days: int | None) -> str:
    if days is None:
        return "slate"
    return "green" if days <= FRESH_DAYS else "amber" if days <= STALE_DAYS else "red"
