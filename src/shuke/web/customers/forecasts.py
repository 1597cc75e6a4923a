"""What the models say of a customer, as sentences: how likely they stay away, what is still to come, and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shuke.analytics.churn.candidates import REASONS
from shuke.analytics.churn.parameters import Band, Churn
from shuke.analytics.learned import Models
from shuke.analytics.lifetime.parameters import LifetimeParameters
from shuke.analytics.lifetime.policy import LifetimePolicy
from shuke.core import policies
from shuke.scoring.models import LiveScore, Run
from shuke.scoring.policies import LIFETIME
from shuke.web.forecast_words import keeping, lacking, lifetime_notes
from shuke.web.templatetags.shuke import days, money_round, percent

NEGLIGIBLE = 0.05
"""Log-odds that no reader needs to hear of: a chance of 50 % would be one of 51 %."""
STEADY = 0.2


@dataclass(frozen=True, slots=True)
class Leaving:
    """The chance that a customer stays away, or what is missing for one."""

    chance: str
    horizon: str
    average: str
    reasons: list[dict[str, str]]
    trust: str
    lacking: list[str]
    at_risk: bool
    by_contract: bool = False


@dataclass(frozen=True, slots=True)
class Worth:
    """What a customer has brought and is expected to bring."""

    lifetime: int
    words: list[str]
    formulas: list[dict[str, str]]
    costs: list[str]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Forecast:
    leaving: Leaving
    worth: Worth | None


def tell(score: LiveScore, run: Run) -> Forecast:
    """Put what the models of the run say of a customer into words."""
    models = Models.model_validate(run.parameters.get("models") or {})
    return Forecast(_leaving(score, models), _worth(score, models.lifetime, run))


def _leaving(score: LiveScore, models: Models) -> Leaving:
    if score.renewal_reason:
        return _ending(score)
    model = models.churn_of(score.churn_horizon_days) if score.churn_horizon_days else None
    if model is None or score.churn_probability is None:
        return Leaving("", "", "", [], "", lacking(models), at_risk=False)
    return Leaving(
        chance=percent(score.churn_probability, 0),
        horizon=days(model.horizon_days),
        average=percent(model.backtest.lapse_rate, 0),
        reasons=_reasons(score),
        trust=_trust(score.churn_probability, model),
        lacking=[],
        at_risk=bool(score.at_risk),
    )


def _ending(score: LiveScore) -> Leaving:
    """The chance that the contract which ends first is not renewed."""
    before, ended, lapsed = map(round, score.renewal_numbers)
    if score.renewal_reason == "contract_cancelled":
        reasons = [_("The contract has been called off.")]
    else:
        reasons = [
            ngettext("%(before)s contract before this one", "%(before)s contracts before this one", before)
            % {"before": before},
            _("Of %(ended)s contracts with as many before them, %(lapsed)s were not renewed; few are drawn to all.")
            % {"ended": f"{ended:,}", "lapsed": f"{lapsed:,}"},
        ]
    return Leaving(
        chance=percent(score.churn_probability, 0),
        horizon=days(score.churn_horizon_days),
        average="",
        reasons=[{"words": words} for words in reasons],
        trust="",
        lacking=[],
        at_risk=bool(score.at_risk),
        by_contract=True,
    )


def _reasons(score: LiveScore) -> list[dict[str, str]]:
    """What moves the chance most comes first; what hardly moves it is left out."""
    told = zip(REASONS, score.churn_parts, score.churn_numbers, strict=True)
    moving = sorted((part for part in told if abs(part[1]) >= NEGLIGIBLE), key=lambda part: -abs(part[1]))
    return [
        {"words": WORDS[code](number), "tone": "red" if log_odds > 0 else "green", "weight": f"{log_odds:+.1f}"}
        for code, log_odds, number in moving
    ]


def _trust(chance: float, model: Churn) -> str:
    """What came of the customers who had such a chance the last time it could be held against what followed."""
    seen = model.backtest
    band: Band = min(seen.bands, key=lambda one: abs(one.predicted - chance))
    return _(
        "How far to trust it: of %(customers)s customers with a chance of about %(predicted)s on %(day)s, "
        "%(observed)s really stayed away until %(until)s."
    ) % {
        "customers": f"{band.customers:,}",
        "predicted": percent(band.predicted, 0),
        "observed": percent(band.observed, 0),
        "day": seen.cut_on.isoformat(),
        "until": seen.until.isoformat(),
    }


def _silent(number: float | None) -> str:
    return _("%(days)s since the last order") % {"days": days(round(number or 0))}


def _how_often(number: float | None) -> str:
    return _("%(rate)s orders a month") % {"rate": f"{number or 0:.2f}".rstrip("0").rstrip(".")}


def _own_cycle(number: float | None) -> str:
    if number is None:
        return _("Has come on one day only")
    return _("Usually comes every %(gap)s") % {"gap": days(round(number))}


def _spend(number: float | None) -> str:
    return _("%(money)s in 365 days") % {"money": money_round(round(number or 0))}


def _trend(number: float | None) -> str:
    if number is None:
        return _("No order in the last 180 days")
    if abs(number) < STEADY:
        return _("As many orders in the last 90 days as in the 90 before")
    if number > 0:
        return _("More orders in the last 90 days than in the 90 before")
    return _("Fewer orders in the last 90 days than in the 90 before")


def _returns(number: float | None) -> str:
    return _("%(share)s of the money was paid back") % {"share": percent(number or 0, 0)}


def _season(number: float | None) -> str:
    if number is None:
        return _("Was not yet a customer at this time of last year")
    orders = round(number)
    return ngettext(
        "%(orders)s order at this time of last year", "%(orders)s orders at this time of last year", orders
    ) % {"orders": orders}


def _tenure(number: float | None) -> str:
    return _("A customer for %(days)s") % {"days": days(round(number or 0))}


def _habit(number: float | None) -> str:
    return _("Comes on weekends %(share)s of the time") % {"share": percent(number or 0, 0)}


def _lifetime_model(number: float | None) -> str:
    return _("By rhythm alone the chance is %(share)s") % {"share": percent(number or 0, 0)}


WORDS: Mapping[str, Callable[[float | None], str]] = {
    "silent": _silent,
    "how_often": _how_often,
    "own_cycle": _own_cycle,
    "spend": _spend,
    "trend": _trend,
    "returns": _returns,
    "season": _season,
    "tenure": _tenure,
    "habit": _habit,
    "lifetime_model": _lifetime_model,
}


def _worth(score: LiveScore, learned: LifetimeParameters | None, run: Run) -> Worth | None:
    if learned is None or score.lifetime_value is None:
        return None
    policy = policies.at_version(LIFETIME, run.policies.get(LIFETIME.key, 0)).body
    words = [
        _("Still to come in %(years)s years, discounted by %(discount)s a year: %(money)s")
        % {
            "years": policy.years,
            "discount": percent(policy.discount, 0),
            "money": money_round(score.residual_value),
        },
        *_expected(score, policy),
    ]
    if score.profit_share is not None:
        words.append(
            _("%(share)s of the shop's profit of the last 365 days") % {"share": percent(score.profit_share, 2)}
        )
    return Worth(
        score.lifetime_value,
        [*words, *_return_on_keeping(score)],
        _formulas(score),
        _costs(score, policy),
        lifetime_notes(learned),
    )


def _return_on_keeping(score: LiveScore) -> list[str]:
    if score.return_on_retention is None:
        return []
    return [
        _("Return on what keeping the customer costs: %(share)s") % {"share": percent(score.return_on_retention, 0)}
    ]


def _formulas(score: LiveScore) -> list[dict[str, str]]:
    """The plain formulas, to compare with: each with what it comes to."""
    told = [
        (_("(a) what a year brings × lifetime − acquisition cost"), score.simple_value),
        (_("(b) an average customer's money a year × retention × lifetime − acquisition cost"), score.arpu_value),
        (_("(c) what a year brings × retention, discounted year by year − acquisition cost"), score.discounted_value),
    ]
    return [{"words": words, "weight": money_round(value)} for words, value in told if value is not None]


def _costs(score: LiveScore, policy: LifetimePolicy) -> list[str]:
    """Each figure that the value rests on: as somebody has stated it, or the assumption that stands in."""
    if score.margin_share is None:
        margin = _("No cost of what was bought is known: %(share)s of the money is taken for profit, an assumption.")
    else:
        margin = _("%(share)s of the money is profit, by the costs of what was bought.")
    share = policy.assumed_margin if score.margin_share is None else score.margin_share
    if score.acquisition_cost is None:
        won = _("What winning this customer has cost is not known: nothing is taken off, an assumption.")
    else:
        won = _("Winning this customer has cost %(money)s.") % {"money": money_round(score.acquisition_cost)}
    return [margin % {"share": percent(share, 0)}, won, keeping(policy)]


def _expected(score: LiveScore, policy: LifetimePolicy) -> list[str]:
    if score.expected_orders is None:
        return []
    said = {
        "orders": f"{score.expected_orders:.2f}",
        "days": days(policy.horizon_days),
        "money": money_round(score.order_value),
    }
    return [_("Expected in the next %(days)s: %(orders)s orders of about %(money)s") % said]
