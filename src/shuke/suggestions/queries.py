"""Reading the weekly sample."""

from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from shuke.customers.models import Customer
from shuke.suggestions.models import Suggestion

__all__ = ["has_sample", "latest_week", "of_week", "week_of", "weeks"]

WEEKS_SHOWN = 12


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(day.weekday())


def has_sample(week: date) -> bool:
    return Suggestion.objects.filter(week=week).exists()


def latest_week() -> date | None:
    """The newest week with a sample; None before the first."""
    return Suggestion.objects.order_by("-week").values_list("week", flat=True).first()


def of_week(week: date) -> QuerySet[Suggestion]:
    """The sample of a week, customer by customer, without those who were merged into another since."""
    standing = Customer.objects.standing()
    return Suggestion.objects.filter(week=week, customer__in=standing).select_related("customer", "by").order_by("pk")


def weeks() -> list[dict[str, Any]]:
    """How the verdicts of the last weeks went, the newest first: `week`, `made`, `judged`, one count per verdict."""
    return list(Suggestion.objects.by_week()[:WEEKS_SHOWN])
