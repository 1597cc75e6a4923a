"""How a customer buys, what they may buy next, and what they never want to hear of: read when the page asks."""

from collections.abc import Iterator
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shuke.analytics.learned import Models
from shuke.analytics.potential.parameters import Potential
from shuke.core import policies
from shuke.customers.exclusions import queries, services
from shuke.customers.models import Customer, Exclusion
from shuke.history.queries import categories
from shuke.scoring import buying
from shuke.scoring.buying import Bought, Suggested, Then
from shuke.scoring.models import Run
from shuke.scoring.policies import POTENTIAL
from shuke.scoring.queries import live_run, live_score_of
from shuke.web.customers import history
from shuke.web.customers.forms import ExclusionForm
from shuke.web.customers.profile import visible
from shuke.web.goods import articles, names
from shuke.web.potential_words import lacking, told
from shuke.web.templatetags.shuke import days, number

Row = dict[str, Any]
MOVES = 0.2
"""A half more than before, or a third less: what changes by less is told as steady."""


@require_GET
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The cards, for HTMX: they come a moment after the page, which does not wait for them."""
    return _shown(request, visible(request.user, pk))


@require_POST
def exclude(request: HttpRequest, pk: int) -> HttpResponse:
    """Never suggest this to the customer again; 422 where no category or article is called so."""
    customer = visible(request.user, pk)
    form = ExclusionForm(request.POST)
    if not form.is_valid():
        return _shown(request, customer, refused=services.NothingNamed().words(_))
    for each in form.named:
        reason = form.cleaned_data["reason"]
        services.exclude(customer=customer, **each, reason=reason, by=request.user, at=timezone.now())
    return _shown(request, customer)


@require_POST
def allow(request: HttpRequest, pk: int, exclusion: int) -> HttpResponse:
    customer = visible(request.user, pk)
    found = get_object_or_404(customer.exclusions, pk=exclusion)
    services.lift(exclusion=found, by=request.user, at=timezone.now())
    return _shown(request, customer)


def _shown(request: HttpRequest, customer: Customer, *, refused: str = "") -> HttpResponse:
    run = live_run()
    learned = Models.model_validate(run.parameters.get("models") or {}).potential if run else None
    context = {"customer": customer, "refused": refused, "typed": request.POST.get("goods", "") if refused else ""}
    if run and learned:
        context |= {**_habits(customer, learned), **_potential(customer, run, learned)}
    context |= {
        "exclusions": _exclusions(customer),
        "exclusion_reasons": Exclusion.Reason.choices,
        "categories": categories(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "customers/_buying.html", context, status=status)


def _exclusions(customer: Customer) -> list[tuple[Exclusion, str]]:
    found = list(queries.of_customer(customer))
    known = articles(each.product_id for each in found if each.product_id is not None)
    return [(each, each.category or known.get(each.product_id, f"#{each.product_id}")) for each in found]


def _potential(customer: Customer, run: Run, learned: Potential) -> dict[str, object]:
    policy = policies.at_version(POTENTIAL, run.policies.get(POTENTIAL.key, 0)).body
    today, at_most = timezone.localdate(), policy.most_suggestions
    made = buying.suggested_to([customer.pk], learned, as_of=today, at_most=at_most)
    then = buying.suggested_then(customer.pk, before=today - timedelta(history.TREND_DAYS), at_most=at_most)
    return {
        "suggestions": told(made, learned),
        "potential_lacking": [] if made else lacking(learned),
        "suggested_then": _compared(then, made, today) if then and then.made else None,
    }


def _compared(then: Then, made: list[Suggested], today: date) -> Row:
    """What was suggested a month ago, what came of it, and how what is expected has moved since."""
    known = names({one.item for one in then.made}, then.goods)
    was, now = (sum(one.expected for one in each) for each in (then.made, made))
    return {
        "as_of": then.as_of,
        "items": [{"name": known[one.item], "came": one.item in then.bought} for one in then.made],
        "was": was,
        "now": now,
        "trend": history.trend(history.MONEY, [(then.as_of, was), (today, now)]),
    }


def _habits(customer: Customer, learned: Potential) -> dict[str, object]:
    bought = buying.bought_by(customer.pk, goods=learned.goods, as_of=timezone.localdate())
    known = names([row["item"] for row in bought.items], learned.goods)
    return {"habits": list(_sentences(customer, bought)), "bought": [_item(row, known) for row in bought.items]}


def _item(row: Row, known: dict[str, str]) -> Row:
    """An item with what it is called, and how its quantity moves where that is known."""
    change = row["quantity_change"]
    tone = "" if change is None or abs(change) < MOVES else "green" if change > 0 else "red"
    moved = {"now": _quantity(row["quantity_180"]), "before": _quantity(row["quantity_180_before"])}
    words = "" if change is None else _("%(now)s in the last 180 days, %(before)s in the 180 before") % moved
    return {**row, "name": known[row["item"]], "moves": words, "tone": tone, "total": _quantity(row["quantity"])}


def _sentences(customer: Customer, bought: Bought) -> Iterator[str]:
    row = bought.habits
    if row is None:
        return
    if row["items"]:
        yield _mix(row, bought.goods)
    yield from _cycle(customer)
    yield from _when(row)
    if row["channel_known"]:
        channel = {"channel": row["favourite_channel"]}
        yield _("Most often by %(channel)s: %(times)s of %(known)s orders") % {**channel, **_times(row, "channel")}


def _mix(row: Row, goods: str) -> str:
    said = {"count": number(row["items"]), "equal": f"{1 / row['concentration']:.1f}"}
    if goods == "category":
        return _("Buys of %(count)s categories; the money is as spread as over %(equal)s equal ones") % said
    return _("Has bought %(count)s articles; the money is as spread as over %(equal)s equal ones") % said


def _cycle(customer: Customer) -> Iterator[str]:
    """How often, as the run has measured it."""
    score = live_score_of(customer.pk)
    if score and score.median_gap is None:
        yield _("Has come on one day only")
    elif score:
        yield _("Usually comes every %(gap)s") % {"gap": days(round(score.median_gap))}


def _when(row: Row) -> Iterator[str]:
    """By the clock, and of the last 365 days by the calendar; whoever was silent for so long has no weekday."""
    if row["hour_known"]:
        hour = row["favourite_hour"]
        yield _("Most often between %(start)s and %(end)s: %(times)s of %(known)s orders") % {
            "start": f"{hour}:00",
            "end": f"{hour + 1}:00",
            **_times(row, "hour"),
        }
    if row["weekday_known"]:
        yield _("Most often on %(weekday)s: %(times)s of %(known)s orders of the last 365 days") % {
            "weekday": WEEKDAYS[row["favourite_weekday"]],
            **_times(row, "weekday"),
        }
        yield _("Most often in %(month)s: %(times)s of %(known)s orders of the last 365 days") % {
            "month": MONTHS[row["favourite_month"]],
            **_times(row, "month"),
        }


def _times(row: Row, name: str) -> dict[str, str]:
    return {"times": number(row[f"{name}_orders"]), "known": number(row[f"{name}_known"])}


def _quantity(value: float) -> str:
    return f"{value:,.3f}".rstrip("0").rstrip(".")
