"""Which group of alike customers somebody belongs to, how well they fit, and what speaks for it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from shuke.analytics.clusters.applying import Place, Reason, place
from shuke.analytics.clusters.parameters import Clusters, Profile
from shuke.analytics.learned import Models
from shuke.scoring.models import LiveScore, Run
from shuke.web.cluster_words import feature, lacking, name, value
from shuke.web.templatetags.shuke import number, percent

TYPICAL, FITTING = 0.5, 0.2
NEGLIGIBLE = 0.05
"""Of the squared distances; what makes less of a difference no reader needs to hear of."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """The group of a customer in words, or what stands in the way of groups."""

    name: str = ""
    url: str = ""
    size: str = ""
    fit: str = ""
    tone: str = ""
    trust: str = ""
    reasons: tuple[dict[str, str], ...] = ()
    lacking: tuple[str, ...] = ()


def tell(score: LiveScore, run: Run) -> Belonging | None:
    """Put the group that the run found for a customer into words; None where the run has looked for none."""
    grouping = Models.model_validate(run.parameters.get("models") or {}).clusters
    if not isinstance(grouping, Clusters):
        return Belonging(lacking=tuple(lacking(grouping))) if grouping else None
    found = place(score, grouping)
    own = grouping.profiles.get(found.group.number)
    fit, tone = _fit(found)
    return Belonging(
        name=name(found.group),
        url=f"{reverse('web:customers')}?cluster={found.group.number}",
        size=_size(own, grouping.shop),
        fit=fit,
        tone=tone,
        trust=_trust(found),
        reasons=tuple(_reason(each, own, grouping.shop) for each in found.reasons if abs(each.towards) >= NEGLIGIBLE),
    )


def _size(own: Profile | None, shop: Profile | None) -> str:
    if not own or not shop:
        return ""
    return _("%(customers)s customers, %(share)s of all") % {
        "customers": number(own.customers),
        "share": percent(own.customers / shop.customers, 0),
    }


def _fit(found: Place) -> tuple[str, str]:
    if found.is_far:
        return _("unlike most of it"), "amber"
    if found.fit >= TYPICAL:
        return _("typical of it"), "green"
    return (_("fits"), "blue") if found.fit >= FITTING else (_("on its border"), "amber")


def _trust(found: Place) -> str:
    told = {"fit": percent(found.fit, 0), "next": name(found.next)}
    words = _(
        "Fits by %(fit)s: 100%% is the very middle of the group, 0%% the border to the next one, which is %(next)s."
    )
    far = _("Further out than 19 of 20 members.")
    return f"{words % told} {far}" if found.is_far else words % told


def _reason(reason: Reason, own: Profile | None, shop: Profile | None) -> dict[str, str]:
    key = reason.feature
    words = _("%(feature)s: %(number)s; on average %(group)s in the group, %(shop)s in the shop") % {
        "feature": feature(key),
        "number": value(key, reason.number),
        "group": value(key, own.averages.get(key) if own else None),
        "shop": value(key, shop.averages.get(key) if shop else None),
    }
    return {"words": words, "tone": "green" if reason.towards > 0 else "red", "weight": f"{reason.towards:+.1f}"}
