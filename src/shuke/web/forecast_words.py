"""Why a model says nothing, or less than usual: its codes with numbers as sentences."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from shuke.analytics.churn.parameters import Churn, Declined, Shortfall
from shuke.analytics.churn.words import SHORTFALLS
from shuke.analytics.learned import Models
from shuke.analytics.lifetime.parameters import LifetimeParameters, Note, Population
from shuke.analytics.lifetime.policy import LifetimePolicy
from shuke.core.words import mark
from shuke.web.templatetags.shuke import money_round, percent

SHARES = {"repeat_share"}
METHODS = {
    "bg_nbd": mark("BG/NBD model"),
    "pareto_nbd": mark("Pareto/NBD model"),
    "gamma_gamma": mark("Gamma-Gamma model"),
    "plain": mark("the plain formula: a year's contribution times retention, discounted"),
}
NOTES = {
    "too_few_customers": mark("%(have)s of %(needed)s customers"),
    "too_few_repeat_buyers": mark("%(have)s of %(needed)s customers who came back"),
    "too_short_history": mark("%(have)s of %(needed)s weeks of orders"),
    "no_money": mark("The orders have no amounts."),
    "bound_reached": mark("%(model)s was passed over: its parameter %(parameter)s runs to its bound on these orders."),
    "flat_likelihood": mark("%(model)s was passed over: these orders do not determine its parameter %(parameter)s."),
    "not_converged": mark("%(model)s was passed over: its fit did not come to an end."),
    "infinite_mean": mark("%(model)s was passed over: a few very large orders leave it without a mean."),
    "penalised": mark("%(model)s was fitted with a penalty that keeps its parameters in bounds."),
    "spend_follows_frequency": mark(
        "Who comes more often also spends differently (correlation %(correlation)s): expected amounts are rougher."
    ),
    "retention_assumed": mark("Retention is the policy's figure: there are not two years of orders yet."),
}


def lacking(models: Models) -> list[str]:
    """What is missing for a chance of churn, of the shortest horizon."""
    declined = [one for one in models.churn if isinstance(one, Declined)]
    return [shortfall_words(each) for one in declined[:1] for each in one.shortfalls]


def shortfall_words(missing: Shortfall) -> str:
    """One thing that was missing, with its numbers: 312 of 500 customers."""
    write = percent if missing.code in SHARES else _whole
    return _(SHORTFALLS[missing.code]) % {"have": write(missing.have), "need": write(missing.need)}


def shortfalls_of(model: Churn | Declined) -> list[str]:
    return [shortfall_words(each) for each in model.shortfalls] if isinstance(model, Declined) else []


def lifetime_notes(learned: LifetimeParameters) -> list[str]:
    """How the value was found, and what stood in for what."""
    how = _("Found by %(method)s.") % {"method": _(METHODS[learned.method])}
    return [how, *note_words(learned.notes)]


def cost_notes(shop: Population, policy: LifetimePolicy) -> list[str]:
    """Of how many customers costs are stated, and what stands in for those that nobody has stated."""
    said = {"customers": _whole(shop.customers), "margin": percent(policy.assumed_margin, 0)}
    margin, won = said | {"known": _whole(shop.margin_stated)}, said | {"known": _whole(shop.acquisition_stated)}
    return [
        _(
            "A margin is known of %(known)s of %(customers)s customers, from the costs of what they bought; of the "
            "others %(margin)s of the money is taken for profit, an assumption."
        )
        % margin,
        _(
            "What winning them has cost is known of %(known)s of %(customers)s customers; for the others nothing is "
            "taken off, an assumption."
        )
        % won,
        keeping(policy),
    ]


def keeping(policy: LifetimePolicy) -> str:
    """What keeping a customer costs a year."""
    if policy.retention_cost is None:
        return _("What keeping a customer costs is not known: nothing is taken off, an assumption.")
    return _("Keeping a customer costs %(money)s a year, by the policy.") % {
        "money": money_round(policy.retention_cost)
    }


def note_words(notes: Iterable[Note]) -> list[str]:
    """Each note as a sentence."""
    return [_of(note) for note in notes]


def _of(note: Note) -> str:
    numbers = {name: f"{value:,.2f}".rstrip("0").rstrip(".") for name, value in note.numbers.items()}
    model = _(METHODS[note.model]) if note.model else ""
    return _(NOTES[note.code]) % {**numbers, "model": model, "parameter": note.parameter or ""}


def _whole(value: float) -> str:
    return f"{value:,.0f}"
