"""A customer's scores as sentences: the numbers behind them, the limits they were held against, what follows."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from shuke.analytics.value import GAPS_UNTIL_GONE
from shuke.core import policies
from shuke.core.policies import Published
from shuke.scoring.models import LiveScore, Run
from shuke.scoring.policies import ACTIVITY, RFM, TIER, obeyed
from shuke.web.templatetags.shuke import days, days_ago, money_round, percent


@dataclass(frozen=True, slots=True)
class Letter:
    """One of R, F, M, T: its letter, the number behind it, and where the letters begin."""

    name: str
    letter: str
    value: str
    limits: str
    fifth: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """All that the score cards say."""

    score: LiveScore
    run: Run
    letters: list[Letter]
    tier: list[str]
    activity: list[str]
    value_at_risk: list[str]
    versions: list[str]


def tell(score: LiveScore) -> Told:
    """Put a score into words, by the policies that its run obeyed."""
    run = score.run
    versions = [obeyed(kind, run, in_pilot=score.in_pilot) for kind in (RFM, TIER, ACTIVITY)]
    rfm, tier, activity = (version.body for version in versions)
    return Told(
        score,
        run,
        letters=_letters(score, rfm),
        tier=_by_spend(score, tier) if tier.mode == "by_spend" else _by_rank(score, tier),
        activity=_activity(score, activity),
        value_at_risk=_value_at_risk(score, run),
        versions=[*(_version(one) for one in versions), *([_("pilot")] if score.in_pilot else [])],
    )


def _version(published: Published) -> str:
    return f"{_(policies.kinds[published.kind].title)} v{published.version}"


def _letters(score: LiveScore, policy) -> list[Letter]:
    return [
        Letter(
            _("Recency"),
            score.r,
            days_ago(score.days_since_last),
            _("A up to %(a)s days, B up to %(b)s") % {"a": policy.recency_a_days, "b": policy.recency_b_days},
            score.r_quintile,
        ),
        Letter(
            _("Frequency"),
            score.f,
            _("%(rate)s orders a month") % {"rate": _rate(score.orders_per_month)},
            _("A from %(a)s a month, B from %(b)s") % {"a": _rate(policy.frequency_a), "b": _rate(policy.frequency_b)},
            score.f_quintile,
        ),
        Letter(
            _("Monetary"),
            score.m,
            _("%(amount)s per order") % {"amount": _money(score.average_order)},
            _("A above %(a)s, B above %(b)s")
            % {"a": _money(policy.average_order_a), "b": _money(policy.average_order_b)},
            score.m_quintile,
        ),
        Letter(
            _("Trend"),
            score.t,
            _("%(now)s in 90 days, %(before)s in the 90 before")
            % {"now": _money(score.money_90), "before": _money(score.money_90_before)},
            _("A from × %(a)s, B from × %(b)s") % {"a": _rate(policy.trend_a), "b": _rate(policy.trend_b)},
            None,
        ),
    ]


def _by_rank(score: LiveScore, policy) -> list[str]:
    recency = {"gold": policy.gold_recency_share, "silver": policy.silver_share}
    money = {"gold": policy.gold_money_share, "silver": policy.silver_share}
    return [
        _rank(
            score.recency_line,
            recency,
            inside=_("By recency within the best %(share)s of all customers"),
            outside=_("By recency not within the best %(share)s of all customers"),
        ),
        _rank(
            score.money_line,
            money,
            inside=_("By net money of 12 months within the best %(share)s"),
            outside=_("By net money of 12 months not within the best %(share)s"),
        ),
    ]


def _rank(line: str | None, shares: dict[str, float], *, inside: str, outside: str) -> str:
    words, share = (inside, shares[line]) if line in shares else (outside, shares["silver"])
    told = words % {"share": percent(share, 0)}
    if line != "silver":
        return told
    return _("%(told)s; gold needs the best %(gold)s") % {"told": told, "gold": percent(shares["gold"], 0)}


def _by_spend(score: LiveScore, policy) -> list[str]:
    return [
        _("Net money of 12 months: %(money)s") % {"money": _money(score.net_money_365)},
        _("Gold from %(gold)s, silver from %(silver)s")
        % {"gold": _money(policy.gold_spend), "silver": _money(policy.silver_spend)},
    ]


def _activity(score: LiveScore, policy) -> list[str]:
    if score.activity == "new":
        first = _("First order %(ago)s") % {"ago": days_ago(score.days_since_first)}
        return [first, _("New up to %(limit)s after it") % {"limit": days(policy.new_days)}]
    last = _("Last order %(ago)s") % {"ago": days_ago(score.days_since_last)}
    return [last, _limit(score, policy)]


def _limit(score: LiveScore, policy) -> str:
    limit = days(round(score.active_until_days))
    if score.activity == "active" and score.active_until_days > policy.active_days:
        return _("Active up to %(limit)s: %(times)s × the own gap") % {
            "limit": limit,
            "times": _rate(policy.active_gaps),
        }
    if score.activity == "active":
        return _("Active up to %(limit)s") % {"limit": limit}
    if score.activity == "dormant":
        return _("Active ended after %(limit)s, lost begins after %(lost)s") % {
            "limit": limit,
            "lost": days(policy.dormant_days),
        }
    return _("Lost begins after %(lost)s") % {"lost": days(policy.dormant_days)}


def _value_at_risk(score: LiveScore, run: Run) -> list[str]:
    if score.churn_probability is not None:
        return [
            _("Net money of the last 365 days: %(money)s") % {"money": _money(score.net_money_365)},
            _("Chance of losing it: %(chance)s") % {"chance": percent(score.churn_probability, 0)},
        ]
    own = score.median_gap is not None
    gap = score.median_gap if own else run.parameters.get("shop_median_gap") or 1
    risk = min(1.0, score.days_since_last / (GAPS_UNTIL_GONE * gap)) if gap else 1.0
    words = {
        "days": days(score.days_since_last),
        "times": GAPS_UNTIL_GONE,
        "gap": days(round(gap)),
        "risk": percent(risk, 0),
    }
    return [
        _("Net money of the last 365 days: %(money)s") % {"money": _money(score.net_money_365)},
        (
            _("Risk %(risk)s: %(days)s without an order, against %(times)s × their own usual gap of %(gap)s")
            if own
            else _("Risk %(risk)s: %(days)s without an order, against %(times)s × the shop's usual gap of %(gap)s")
        )
        % words,
    ]


def _money(minor: int) -> str:
    return money_round(minor)


def _rate(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
