"""Tiers in motion: where the customers of an earlier day have gone, and who they are."""

from datetime import date
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shuke.reports import queries
from shuke.reports.queries import Flow
from shuke.segments.models import Tier
from shuke.web.insight.frame import count_words, page
from shuke.web.templatetags.shuke import money_short, number

NO_TIER = ""
ORDER = (*Tier.values, NO_TIER)
"""The best tier first; the less somebody stands before, the further up."""


class SinceForm(forms.Form):
    since = forms.DateField(required=False)


class MoveForm(forms.Form):
    since = forms.DateField()
    former, present = forms.ChoiceField(choices=Tier.choices), forms.ChoiceField(choices=Tier.choices)
    after, before = forms.CharField(required=False, max_length=60), forms.CharField(required=False, max_length=60)


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The flow from the day that is asked for, or from the one nearest to a month ago."""
    found = queries.study()
    days = queries.earlier_days() if found else []
    if not days:
        return page(request, "flow", found)
    since = _asked(request, days) or queries.nearest(days, found.run.as_of)
    flows = queries.flows(staff=request.user, since=since)
    return page(
        request,
        "flow",
        found,
        since=since,
        days=days,
        flows=_chart(flows, since),
        told=[_told(words, tone, chosen) for words, tone, chosen in _sorts(flows)],
        has_flows=bool(flows),
    )


@require_GET
def moved(request: HttpRequest) -> HttpResponse:
    """Who went from one tier to another."""
    form = MoveForm(request.GET)
    if not form.is_valid():
        raise Http404
    asked = form.cleaned_data
    found = queries.moved(staff=request.user, **asked)
    return page(
        request,
        "moved",
        queries.study(),
        listing=found,
        count_words=count_words(found.count),
        **{name: asked[name] for name in ("since", "former", "present")},
        title=f"{_tier(asked['former'], 'former')} → {_tier(asked['present'], 'present')}",
    )


def _asked(request: HttpRequest, days: list[date]) -> date | None:
    form = SinceForm(request.GET)
    day = form.cleaned_data["since"] if form.is_valid() else None
    return day if day in days else None


def _sorts(flows: list[Flow]) -> list[tuple[str, str, list[Flow]]]:
    """All flows by what they mean, each once."""
    among = [each for each in flows if each.former and each.present]
    return [
        (_("Fallen"), "red", [each for each in among if _rank(each.present) > _rank(each.former)]),
        (_("Risen"), "green", [each for each in among if _rank(each.present) < _rank(each.former)]),
        (_("Stayed where they were"), "slate", [each for each in among if each.present == each.former]),
        (_("New since then"), "blue", [each for each in flows if not each.former]),
        (_("Without a tier by now"), "slate", [each for each in flows if not each.present]),
    ]


def _told(words: str, tone: str, flows: list[Flow]) -> dict[str, str]:
    money = sum(each.net_money_365 for each in flows)
    return {
        "label": words,
        "tone": tone,
        "value": number(sum(each.customers for each in flows)),
        "note": _("%(money)s in 365 days") % {"money": money_short(money)},
    }


def _chart(flows: list[Flow], since: date) -> dict[str, object]:
    seen = {("former", each.former) for each in flows} | {("present", each.present) for each in flows}
    nodes = [
        {"name": f"{side}-{tier}", "label": _tier(tier, side), "depth": depth, "tone": tier or "slate"}
        for depth, side in enumerate(("former", "present"))
        for tier in ORDER
        if (side, tier) in seen
    ]
    ordered = sorted(flows, key=lambda each: (_rank(each.former), _rank(each.present)))
    return {"nodes": nodes, "links": [_link(each, since) for each in ordered]}


def _link(flow: Flow, since: date) -> dict[str, object]:
    query = urlencode({"since": since, "former": flow.former, "present": flow.present})
    has_list = flow.former and flow.present and flow.former != flow.present
    return {
        "source": f"former-{flow.former}",
        "target": f"present-{flow.present}",
        "label": f"{_tier(flow.former, 'former')} → {_tier(flow.present, 'present')}",
        "value": flow.customers,
        "url": f"{reverse('web:insight.moved')}?{query}" if has_list else "",
    }


def _tier(code: str, side: str) -> str:
    if code:
        return str(Tier(code).label)
    return _("Not yet customers") if side == "former" else _("No tier")


def _rank(tier: str) -> int:
    return ORDER.index(tier)
