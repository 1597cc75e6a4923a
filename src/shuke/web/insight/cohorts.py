"""Cohorts as a table of heat: who came again, or what was spent, month by month after the first order."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from shuke.analytics.cohorts import Cohort, Cohorts
from shuke.reports import queries
from shuke.web.insight.frame import page, sees_all
from shuke.web.templatetags.shuke import NOTHING, money_short, percent

A_YEAR = 13
"""Cohorts and months that are shown at first: the month under way and the twelve before."""
HEATS = 9
Cell = dict[str, object]


@require_GET
@sees_all
def index(request: HttpRequest) -> HttpResponse:
    """The newest cohorts, or all of them; by those who came, or by money."""
    found = queries.study()
    if not (found and found.cohorts):
        return page(request, "cohorts", found)
    known = Cohorts.model_validate(found.cohorts)
    by = "money" if request.GET.get("by") == "money" else "customers"
    most = len(known.cohorts) if request.GET.get("all") else A_YEAR
    shown = known.model_copy(update={"cohorts": known.cohorts[-most:]})
    ages = min(most, max((known.ages(each) for each in shown.cohorts), default=0))
    return page(
        request,
        "cohorts",
        found,
        by=by,
        ages=range(ages),
        rows=_rows(shown, ages, by=by),
        together=_together(shown, ages, by=by),
        all=len(known.cohorts),
        hidden=len(known.cohorts) - len(shown.cohorts),
    )


def _rows(known: Cohorts, ages: int, *, by: str) -> list[dict[str, object]]:
    """The newest cohort first; heat is told against the hottest month behind the first one."""
    values = {
        each.first_month: [_value(each, age, by=by) for age in range(min(ages, known.ages(each)))]
        for each in known.cohorts
    }
    hottest = max((value for row in values.values() for value in row[1:]), default=0)
    return [
        {
            "month": each.first_month,
            "customers": each.customers,
            "cells": [
                _cell(value, hottest, by=by, is_over=known.is_over(each, age), is_first=not age)
                for age, value in enumerate(values[each.first_month])
            ],
        }
        for each in reversed(known.cohorts)
    ]


def _value(cohort: Cohort, age: int, *, by: str) -> float:
    """The share who ordered in a month, or what each has brought until its end, in minor units."""
    return cohort.retention(age) if by == "customers" else cohort.money(age) / cohort.customers


def _cell(value: float, hottest: float, *, by: str, is_over: bool, is_first: bool) -> Cell:
    warm = hottest > 0 and value > 0 and not (is_first and by == "customers")
    heat = min(HEATS, round(HEATS * value / hottest)) if warm else 0
    return {"words": _words(value, by=by), "heat": heat, "is_over": is_over}


def _words(value: float, *, by: str) -> str:
    return percent(value, 0) if by == "customers" else money_short(round(value))


def _together(known: Cohorts, ages: int, *, by: str) -> list[str]:
    """The same of all cohorts whose month was over, each customer counting alike."""
    return [_mean([each for each in known.cohorts if known.is_over(each, age)], age, by=by) for age in range(ages)]


def _mean(cohorts: list[Cohort], age: int, *, by: str) -> str:
    customers = sum(each.customers for each in cohorts)
    if not customers:
        return NOTHING
    return _words(sum(_value(each, age, by=by) * each.customers for each in cohorts) / customers, by=by)
