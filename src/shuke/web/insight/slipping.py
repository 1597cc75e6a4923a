"""Who is slipping: the customers who are worse off than some days ago, the greatest loss first, each with why."""

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from shuke.core import audit
from shuke.core.money import from_minor
from shuke.reports import queries
from shuke.reports.models import Slip
from shuke.reports.policies import InsightPolicy
from shuke.reports.queries import policy_of
from shuke.segments.models import Activity, Tier
from shuke.staff.rights import Right
from shuke.web.access import needs
from shuke.web.downloads import csv_file
from shuke.web.insight.frame import count_words, page
from shuke.web.templatetags.shuke import days, percent

CAUSES = (
    (Slip.Cause.TIER.value, gettext_lazy("Tier has fallen")),
    (Slip.Cause.ACTIVITY.value, gettext_lazy("Activity has fallen")),
    (Slip.Cause.RHYTHM.value, gettext_lazy("Past their own rhythm")),
    (Slip.Cause.CHANCE.value, gettext_lazy("More likely to stay away")),
)


class SlippingForm(forms.Form):
    """The state of the page, all of it in its address."""

    cause = forms.ChoiceField(required=False, choices=CAUSES)
    after, before = forms.CharField(required=False, max_length=60), forms.CharField(required=False, max_length=60)

    def value(self, name: str) -> str:
        self.is_valid()
        return self.cleaned_data.get(name, "")


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The list, narrowed to a cause where one is asked for."""
    found, form = queries.study(), SlippingForm(request.GET)
    if found is None:
        return page(request, "slipping", None)
    places = {name: form.value(name) for name in ("cause", "after", "before")}
    listing = queries.slips(staff=request.user, **places)
    policy = policy_of(found)
    open_ones = queries.open_follow_ups([row.pk for row in listing.rows], staff=request.user)
    return page(
        request,
        "slipping",
        found,
        listing=listing,
        rows=[
            {"slip": row, "reasons": _in_red(reasons_of(row, policy)), "follow_up": open_ones.get(row.pk)}
            for row in listing.rows
        ],
        count_words=count_words(listing.count),
        causes=CAUSES,
        cause=places["cause"],
        may_export=request.user.may(Right.EXPORT),
    )


@require_GET
@needs(Right.EXPORT)
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The list as a file, narrowed as on the page."""
    found, cause = queries.study(), SlippingForm(request.GET).value("cause")
    audit.record(request.user, "slipping.exported", at=timezone.now(), cause=cause)
    rows = queries.every_slip(staff=request.user, cause=cause) if found else iter(())
    policy = policy_of(found) if found else InsightPolicy()
    name = f"slipping-{timezone.localdate():%Y%m%d}.csv"
    return csv_file(name, head=_head, rows=(_cells(row, policy) for row in rows))


def reasons_of(slip: Slip, policy: InsightPolicy) -> list[str]:
    """Why a customer is on the list, as sentences."""
    return [WORDS[cause](slip, policy) for cause in slip.causes]


def _in_red(reasons: list[str]) -> list[dict[str, str]]:
    return [{"words": words, "tone": "red"} for words in reasons]


def _tier(slip: Slip, _policy: InsightPolicy) -> str:
    return _("Fell from %(former)s to %(present)s") % {
        "former": Tier(slip.tier_before).label,
        "present": Tier(slip.tier).label,
    }


def _activity(slip: Slip, _policy: InsightPolicy) -> str:
    return _("Was %(former)s, is %(present)s") % {
        "former": Activity(slip.activity_before).label,
        "present": Activity(slip.activity).label,
    }


def _rhythm(slip: Slip, policy: InsightPolicy) -> str:
    return _("%(days)s without an order, more than %(times)s × the own gap of %(gap)s") % {
        "days": days(slip.days_since_last),
        "times": f"{policy.slipping_gaps:g}",
        "gap": days(round(slip.median_gap)),
    }


def _chance(slip: Slip, _policy: InsightPolicy) -> str:
    return _("Chance of no order within %(horizon)s rose from %(before)s to %(now)s") % {
        "horizon": days(slip.horizon_days),
        "before": percent(slip.chance_before, 0),
        "now": percent(slip.chance, 0),
    }


WORDS: dict[str, Callable[[Slip, InsightPolicy], str]] = {
    Slip.Cause.TIER: _tier,
    Slip.Cause.ACTIVITY: _activity,
    Slip.Cause.RHYTHM: _rhythm,
    Slip.Cause.CHANCE: _chance,
}


def _head() -> list[str]:
    return [
        _("Number"),
        _("Name"),
        _("Tier"),
        _("Activity"),
        _("Value at risk"),
        _("Last order"),
        _("Why"),
        _("Owner"),
    ]


def _cells(row: Slip, policy: InsightPolicy) -> list[str]:
    return [
        str(row.pk),
        row.listing.name,
        row.listing.get_tier_display(),
        row.listing.get_activity_display(),
        str(from_minor(row.listing.value_at_risk)),
        str(row.last_ordered_on),
        "; ".join(reasons_of(row, policy)),
        str(row.listing.owner or ""),
    ]
