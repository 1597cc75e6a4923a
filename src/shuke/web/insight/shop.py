"""Value and loyalty, and the heat map of recency and frequency, of the customers that somebody sees."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from shuke.reports import queries
from shuke.segments.policies import InsightPolicy
from shuke.segments.quadrants import Quadrant
from shuke.web.insight.frame import page
from shuke.web.reports import quintile_chart
from shuke.web.templatetags.shuke import percent

FIFTHS = 5
ADVICE = {
    Quadrant.FRIEND: gettext_noop("Keep them close: one person who knows them."),
    Quadrant.BUTTERFLY: gettext_noop("They have brought much and may not return: win them back now, or let them go."),
    Quadrant.BARNACLE: gettext_noop("They come and spend little: show them the next size, at low cost."),
    Quadrant.STRANGER: gettext_noop("Serve them well when they come, and spend nothing on running after them."),
}
TONES = {
    Quadrant.FRIEND: "green",
    Quadrant.BUTTERFLY: "amber",
    Quadrant.BARNACLE: "blue",
    Quadrant.STRANGER: "slate",
}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The four quarters, each with its list, and the heat map."""
    found = queries.study()
    if found is None:
        return page(request, "index", None)
    base = queries.base(staff=request.user)
    return page(
        request,
        "index",
        found,
        quarters=[_told(each) for each in queries.value_and_loyalty(staff=request.user)],
        definition=_definition(queries.policy_of(found)),
        scored=base.scored,
        quintiles=quintile_chart(base),
    )


def _told(quarter: queries.Quarter) -> dict[str, object]:
    return {
        "quarter": quarter,
        "name": quarter.quadrant.label,
        "advice": _(ADVICE[quarter.quadrant]),
        "tone": TONES[quarter.quadrant],
        "url": f"{reverse('web:customers')}?{urlencode({'quadrant': quarter.quadrant.value})}",
    }


def _definition(policy: InsightPolicy) -> list[str]:
    best = percent((FIFTHS + 1 - policy.valuable_from_fifth) / FIFTHS, 0)
    return [
        _("Valuable: by money in all among the best %(share)s of all customers.") % {"share": best},
        _("Loyal: new or active by their own rhythm, with at least %(orders)s orders.")
        % {"orders": policy.loyal_from_orders},
    ]
