"""Value and loyalty, and the heat map of recency and frequency, of the customers that somebody sees."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from shuke.analytics.scorecard.policy import ScorecardPolicy
from shuke.reports import queries
from shuke.scoring.policies import at_versions
from shuke.segments.models import Quadrant
from shuke.web.insight.frame import page
from shuke.web.reports import quintile_chart

ADVICE = {
    Quadrant.FRIEND: gettext_noop("Keep them close: one person who knows them."),
    Quadrant.BUTTERFLY: gettext_noop("They have brought much and may not return: win them back now, or let them go."),
    Quadrant.REGULAR: gettext_noop("They come and spend little: show them the next size, at low cost."),
    Quadrant.PASSER_BY: gettext_noop("Serve them well when they come, and spend nothing on running after them."),
}
TONES = {
    Quadrant.FRIEND: "green",
    Quadrant.BUTTERFLY: "amber",
    Quadrant.REGULAR: "blue",
    Quadrant.PASSER_BY: "slate",
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
        definition=_definition(at_versions(found.run.policies).scorecard),
        scored=base.scored,
        quintiles=quintile_chart(base),
    )


def _told(quarter: queries.Quarter) -> dict[str, object]:
    return {
        "quarter": quarter,
        "name": quarter.quadrant.label,
        "advice": _(ADVICE[quarter.quadrant]),
        "tone": TONES[quarter.quadrant],
        "url": f"{reverse('web:customers')}?{urlencode({'value_quadrant': quarter.quadrant.value})}",
    }


def _definition(policy: ScorecardPolicy) -> list[str]:
    return [
        _("Much value: %(points)s points of economic value or more, of 100.") % {"points": policy.high_value},
        _("Loyal: %(points)s points or more, half by the number of orders, half by the silence in own cycles.")
        % {"points": policy.high_loyalty},
    ]
