"""The overview: what needs this person, the figures of their customers, and the way to the list behind each."""

from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shuke.followups import queries as follow_ups
from shuke.intake.queries import set_aside_since
from shuke.pulls import queries as pulls
from shuke.reports import queries
from shuke.scoring.models import Run
from shuke.scoring.queries import live_run
from shuke.segments.models import Activity, Tier
from shuke.staff.models import User
from shuke.staff.rights import Right, Sight
from shuke.web import desk
from shuke.web.templatetags.shuke import money_short, number, percent

SLIPPING_ROWS = 7
BOARD_CARDS = 2
SET_ASIDE_DAYS = 7
SCOPES = {
    Sight.OWN: gettext_lazy("Your customers"),
    Sight.TEAM: gettext_lazy("Your team's customers"),
    Sight.ALL: gettext_lazy("All customers"),
}


def dashboard(request: HttpRequest) -> HttpResponse:
    today, run = localdate(), live_run()
    if run and run.counts.get("customers") == 0:
        run = None  # the nightly run of an installation that has no orders yet
    work = queries.work(staff=request.user, today=today)
    context = {
        "needs": [*_needs(request.user, work), *_set_aside(request.user), *_pulls(request.user)],
        "run": run,
        "scope": SCOPES[request.user.sight],
        "may_import": request.user.may(Right.IMPORT),
    }
    if run:
        context |= _figures(request.user, run, today)
    return render(request, "reports/dashboard.html", context)


def _needs(staff: User, work: queries.Work) -> list[dict]:
    """What should be done first, the most urgent first; nothing that is nothing. Escalations go to managers."""
    today = reverse("web:today")
    needs = [
        (work.escalated if staff.may(Right.ASSIGN) else 0, _("escalated"), f"{today}?show=escalated", "flag", "red"),
        (work.overdue, _("overdue"), f"{today}?show=overdue", "alert-triangle", "red"),
        (work.due, _("due today"), today, "phone-call", "green"),
        (work.waiting, _("waiting for a place"), f"{today}#waiting", "users", "amber"),
    ]
    return [
        {"count": count, "words": words, "url": url, "icon": icon, "tone": tone}
        for count, words, url, icon, tone in needs
        if count
    ]


def _set_aside(staff: User) -> list[dict]:
    """The latest import of these days that has set rows aside, for those who can mend the file."""
    if not staff.may(Right.IMPORT):
        return []
    imports = set_aside_since(now() - timedelta(SET_ASIDE_DAYS))[:1]
    return [
        {
            "count": this.report["quarantined"],
            "words": _("rows set aside in %(file)s") % {"file": this.file_name},
            "url": f"{reverse('web:imports.detail', args=[this.pk])}#set-aside",
            "icon": "database-import",
            "tone": "amber",
        }
        for this in imports
    ]


def _pulls(staff: User) -> list[dict]:
    """What is fetched by the clock and does not come any more, for those who can mend it."""
    waiting = pulls.needing() if staff.may(Right.CONNECT) else []
    asking = [each.pull for each in waiting if each.is_asking]
    failing = [each.pull for each in waiting if not each.is_asking]
    needs = (
        (asking, _("fetched files or servers wait for your word"), "amber"),
        (failing, _("sources failed three times in a row"), "red"),
    )
    return [
        {
            "count": len(found),
            "words": words,
            "url": reverse("web:pulls.detail", args=[found[0].pk]) if len(found) == 1 else reverse("web:tokens"),
            "icon": "download",
            "tone": tone,
        }
        for found, words, tone in needs
        if found
    ]


def _figures(staff: User, run: Run, today: date) -> dict:
    base = queries.base(staff=staff)
    return {
        "kpis": _kpis(staff, base, run, today),
        "tiers": _tier_chart(base),
        "activities": _activity_chart(base),
        "quintiles": quintile_chart(base),
        "slipping": queries.slipping(staff=staff, most=SLIPPING_ROWS),
        "slipping_url": _customers(sort="-risk"),
        "columns": _board(staff, today),
    }


def _kpis(staff: User, base: queries.Base, run: Run, today: date) -> list[dict]:
    sales = queries.sales(staff=staff, as_of=run.as_of)
    return [
        _scored(base),
        _active(base),
        _coverage(queries.coverage(staff=staff, counted=base, today=today)),
        _at_risk(base),
        *_sold(sales),
        _closed(*(queries.closed(staff=staff, today=today, weeks_ago=weeks).count() for weeks in (0, 1))),
        _without_customer(sales) if staff.sight == Sight.ALL else _gold(base),
    ]


def _scored(base: queries.Base) -> dict:
    return {
        "label": _("Customers scored"),
        "value": number(base.scored),
        "note": _("with at least one order"),
        "icon": "users",
        "url": _customers(),
    }


def _active(base: queries.Base) -> dict:
    return {
        "label": _("Active share"),
        "value": percent(base.active_share),
        "note": _("%(count)s new or active") % {"count": number(base.active)},
        "icon": "heart",
        "tone": "blue",
        "url": _customers(activity=Activity.ACTIVE),
    }


def _coverage(covered: queries.Coverage) -> dict:
    counts = {"contacted": number(covered.contacted), "customers": number(covered.customers)}
    return {
        "label": _("Coverage"),
        "value": percent(covered.share),
        "note": _("%(contacted)s of %(customers)s spoken with in time") % counts,
        "icon": "user-check",
        "tone": "green",
        "url": _customers(tier=Tier.GOLD, sort="days"),
    }


def _at_risk(base: queries.Base) -> dict:
    return {
        "label": _("Value at risk"),
        "value": money_short(base.value_at_risk),
        "note": _("of a year's net money"),
        "icon": "alert-triangle",
        "tone": "red",
        "url": _customers(sort="-risk"),
    }


def _sold(sales: queries.Sales) -> list[dict]:
    latest = _customers(sort="days")
    return [
        {
            "label": _("Orders in 30 days"),
            "value": number(sales.orders),
            "note": _("%(count)s in the 30 days before") % {"count": number(sales.orders_before)},
            "icon": "shopping-bag",
            "tone": "violet",
            "url": latest,
            **_delta(sales.orders_change),
        },
        {
            "label": _("Net revenue in 30 days"),
            "value": money_short(sales.net_revenue),
            "note": _("%(amount)s in the 30 days before") % {"amount": money_short(sales.net_revenue_before)},
            "icon": "wallet",
            "tone": "green",
            "url": latest,
            **_delta(sales.revenue_change),
        },
    ]


def _without_customer(sales: queries.Sales) -> dict:
    """Revenue of nobody has no list of customers behind it, so this card leads nowhere."""
    share = percent(sales.share_without_customer)
    return {
        "label": _("Revenue without customer"),
        "value": money_short(sales.net_revenue_without_customer),
        "note": _("%(share)s of all in 30 days, counted apart") % {"share": share},
        "icon": "user-question",
        "tone": "slate",
    }


def _gold(base: queries.Base) -> dict:
    gold = base.of_tier(Tier.GOLD)
    return {
        "label": _("Gold customers"),
        "value": number(gold),
        "note": _("%(share)s of those scored") % {"share": percent(gold / base.scored if base.scored else None)},
        "icon": "crown",
        "tone": "gold",
        "url": _customers(tier=Tier.GOLD),
    }


def _closed(closed: int, before: int) -> dict:
    return {
        "label": _("Follow-ups closed in 7 days"),
        "value": number(closed),
        "note": _("%(count)s in the 7 days before") % {"count": number(before)},
        "icon": "phone-check",
        "tone": "green",
        "url": f"{reverse('web:today')}?show=closed",
    }


def _delta(change: float | None) -> dict:
    if change is None:
        return {}
    trend = "up" if change > 0 else "down" if change < 0 else ""
    return {"delta": f"{change:+.1%}", "trend": trend, "good": change >= 0}


def _tier_chart(base: queries.Base) -> dict:
    return {
        "labels": [str(tier.label) for tier in Tier],
        "series": [
            {
                "name": str(activity.label),
                "tone": activity.value,
                "values": [base.by_tier[tier, activity] for tier in Tier],
                "urls": [_customers(tier=tier, activity=activity) for tier in Tier],
            }
            for activity in Activity
        ],
    }


def _activity_chart(base: queries.Base) -> dict:
    return {
        "items": [
            {
                "label": str(activity.label),
                "value": base.of_activity(activity),
                "tone": activity.value,
                "url": _customers(activity=activity),
            }
            for activity in Activity
        ]
    }


def quintile_chart(base: queries.Base) -> dict:
    """Customers by fifths of recency and frequency, each cell with the list behind it."""
    recency = tuple(reversed(queries.QUINTILES))  # the best fifth on top
    return {
        "x": [str(f) for f in queries.QUINTILES],
        "y": [str(r) for r in recency],
        "cells": [
            {"x": x, "y": y, "value": base.by_quintile[r, f], "url": _customers(r_quintile=r, f_quintile=f)}
            for y, r in enumerate(recency)
            for x, f in enumerate(queries.QUINTILES)
        ],
        "x_words": _("Frequency, 5 = most often"),
        "y_words": _("Recency, 5 = latest"),
        "words": _("Customers"),
    }


def _board(staff: User, today: date) -> list[dict]:
    """The board in small: each column with its count and its first cards."""
    return [
        {
            "column": column,
            "tone": desk.STAGE_TONES[column.stage],
            "cards": desk.cards(column.follow_ups, today=today),
        }
        for column in follow_ups.board(staff, today, most=BOARD_CARDS)
    ]


def _customers(**filters: object) -> str:
    """The list of customers behind a number."""
    address = reverse("web:customers")
    return f"{address}?{urlencode(filters)}" if filters else address


urlpatterns = [
    path("", dashboard, name="dashboard"),
]
