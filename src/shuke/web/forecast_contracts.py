"""The model page's part about contracts: how they ended, whether their rates have held, and what ends soon."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shuke.analytics.churn.lapses import NEEDED_CONTRACTS, Ahead, Renewal, RenewalCheck, RenewalRate
from shuke.analytics.churn.parameters import Churn, Declined
from shuke.analytics.learned import Models
from shuke.core import policies
from shuke.core.words import mark
from shuke.scoring.models import Run
from shuke.scoring.policies import CHURN
from shuke.scoring.queries import listed_by_contract
from shuke.web.templatetags.shuke import number, percent

__all__ = ["has_no_orders", "tell"]

BEFORE = (
    mark("the first one"),
    mark("the second one"),
    mark("the third one"),
    mark("after three or more"),
)
VERDICTS = {
    "kept": mark("What was said has held: %(expected)s were expected not to be renewed, and %(lapsed)s were not."),
    "too_low": mark(
        "Fewer were renewed than was said: %(expected)s were expected not to be, and %(lapsed)s were not. Today's "
        "chances may be too low as well."
    ),
    "too_high": mark(
        "More were renewed than was said: %(expected)s were expected not to be, and %(lapsed)s were not. Today's "
        "chances may be too high as well."
    ),
}


def has_no_orders(models: Models) -> bool:
    """Whether the models of churn had no customer who has ever ordered."""
    return bool(models.churn) and all(_of_nobody(one) for one in models.churn)


def _of_nobody(model: Churn | Declined) -> bool:
    shortfalls = model.shortfalls if isinstance(model, Declined) else ()
    return any(missing.code == "customers" and not missing.have for missing in shortfalls)


def tell(learned: Renewal | None, run: Run | None) -> dict[str, object] | None:
    """What the page says; None where there are no contracts to speak of."""
    if run is None or learned is None or not (learned.rates or (learned.ahead and learned.ahead.contracts)):
        return None
    return {
        "learned": _learned(learned.total),
        "lacking": _lacking(learned.total),
        "rates": [_rate(rate, learned) for rate in learned.rates],
        "check": _check(learned.check) if learned.check else None,
        "ahead": _ahead(learned.ahead, run) if learned.ahead else None,
    }


def _learned(ended: RenewalRate) -> str:
    if not ended.contracts:
        return _("No contract has ended yet of which it is known whether it was renewed.")
    words = ngettext(
        "Learned from %(contracts)s contract that has ended: %(renewed)s renewed, %(lapsed)s not.",
        "Learned from %(contracts)s contracts that have ended: %(renewed)s renewed, %(lapsed)s not.",
        ended.contracts,
    )
    return words % {
        "contracts": number(ended.contracts),
        "renewed": number(ended.contracts - ended.lapsed),
        "lapsed": number(ended.lapsed),
    }


def _lacking(ended: RenewalRate) -> list[str]:
    """Why no chance is given."""
    if ended.contracts < NEEDED_CONTRACTS:
        return [_("%(have)s of %(need)s contracts that have ended") % _of_needed(ended.contracts)]
    return [_no_renewal()] if ended.lapsed == ended.contracts else []


def _no_renewal() -> str:
    return _("no renewal has been seen; a source that only moves the end of a contract shows none")


def _of_needed(have: int) -> dict[str, str]:
    return {"have": number(have), "need": number(NEEDED_CONTRACTS)}


def _rate(rate: RenewalRate, learned: Renewal) -> dict[str, str]:
    low, high = rate.interval
    return {
        "words": _(BEFORE[rate.before]),
        "contracts": number(rate.contracts),
        "lapsed": number(rate.lapsed),
        "share": percent(rate.lapsed / rate.contracts),
        "between": f"{percent(low, 0)} – {percent(high, 0)}",
        "chance": percent(learned.risk(rate.before)),
    }


def _check(check: RenewalCheck) -> dict[str, object]:
    told = {"cut_on": check.cut_on, "until": check.until, "contracts": number(check.came.contracts)}
    if check.verdict is None:
        return told | {"lacking": _too_few(check)}
    counts = {"expected": f"{check.expected:,.0f}", "lapsed": number(check.came.lapsed)}
    return told | {
        "verdict": _(VERDICTS[check.verdict]) % counts,
        "known": number(check.learned.contracts),
        "brier": f"{check.brier:.3f}",
        "base": f"{check.brier_of_base_rate:.3f}",
        "is_better": check.brier < check.brier_of_base_rate,
        "rows": [
            {
                "words": _(BEFORE[each.before]),
                "contracts": number(each.contracts),
                "said": percent(each.said),
                "came": percent(each.lapsed / each.contracts),
            }
            for each in check.judged
        ],
    }


def _too_few(check: RenewalCheck) -> list[str]:
    lacking = []
    if check.learned.contracts < NEEDED_CONTRACTS:
        lacking.append(_("%(have)s of %(need)s contracts that had ended by then") % _of_needed(check.learned.contracts))
    elif check.learned.lapsed == check.learned.contracts:
        lacking.append(_no_renewal())
    if check.came.contracts < NEEDED_CONTRACTS:
        lacking.append(_("%(have)s of %(need)s contracts that have ended since") % _of_needed(check.came.contracts))
    return lacking


def _ahead(ahead: Ahead, run: Run) -> dict[str, object]:
    listed = listed_by_contract(run.as_of, until=run.as_of + timedelta(ahead.notice_days))
    policy = policies.at_version(CHURN, run.policies.get(CHURN.key, 0)).body
    return {
        "found": ahead,
        "expected": f"{ahead.expected:,.0f}" if ahead.expected is not None else "",
        "from": percent(policy.renewal_list_from, 0),
        "listed": listed,
        "unscored": max(ahead.customers - listed.customers, 0),
    }
