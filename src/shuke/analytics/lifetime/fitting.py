"""From statistics to parameters: the data gate, the models in their order, and a note wherever one is passed over."""

from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import pyarrow as pa

from shuke.analytics.lifetime import bg_nbd, gamma_gamma, pareto_nbd
from shuke.analytics.lifetime.optimum import Optimum, maximise
from shuke.analytics.lifetime.parameters import Estimate, LifetimeParameters, Model, Note, Population
from shuke.analytics.lifetime.policy import LifetimePolicy
from shuke.analytics.lifetime.statistics import DAYS_A_WEEK, Histories, Spends
from shuke.analytics.rfm import YEAR_DAYS

MODELS: dict[Model, ModuleType] = {"bg_nbd": bg_nbd, "pareto_nbd": pareto_nbd, "gamma_gamma": gamma_gamma}
DEPENDENT = 0.3
LONGEST_RETENTION = 0.95


def fit(
    population: Mapping[str, Any], histories: pa.Table, spends: pa.Table, policy: LifetimePolicy
) -> LifetimeParameters:
    """Learn from the executed tables of `purchases`: its row of the population, all histories, all spends.

    Nothing that a shop may hold makes it fail: where no model carries, the method is the plain formula.
    """
    shop, assumed = _population(population, policy)
    people, money = Histories.from_arrow(histories), Spends.from_arrow(spends)
    gate = list(_gate(population, people, policy))
    buying, passed_over = (None, []) if gate else fit_purchases(people)
    spending, about_spend = (None, []) if gate else fit_spend(money)
    return LifetimeParameters(
        method=buying.model if buying and buying.model != "gamma_gamma" else "plain",
        purchases=buying,
        spend=spending,
        population=shop,
        notes=(*gate, *passed_over, *about_spend, *assumed),
    )


def _population(row: Mapping[str, Any], policy: LifetimePolicy) -> tuple[Population, list[Note]]:
    before = row["bought_before"]
    measured = before >= policy.needed_customers and row["age_days"] >= 2 * YEAR_DAYS
    retention = min(row["came_back"] / before, LONGEST_RETENTION) if measured else policy.assumed_retention
    shop = Population(
        customers=row["customers"],
        arpu=row["net_money_365"] / max(row["bought_365"], 1),
        retention=retention,
        kept_share=min(max(row["net_money"] / max(row["money"], 1), 0.0), 1.0),
        profit_365=row["profit_365"],
        margin_stated=row["margin_stated"],
        acquisition_stated=row["acquisition_stated"],
    )
    return shop, [] if measured else [Note(code="retention_assumed", numbers={"share": retention})]


def _gate(row: Mapping[str, Any], histories: Histories, policy: LifetimePolicy) -> Iterator[Note]:
    """What is missing for a model."""
    if not row["customers"] and row["free_orders"]:
        yield Note(code="no_money", numbers={"orders": row["free_orders"]})
    weeks = row["age_days"] // DAYS_A_WEEK
    if row["customers"] < policy.needed_customers:
        yield _lacking("too_few_customers", row["customers"], policy.needed_customers)
    if histories.repeat_buyers() < policy.needed_repeat_buyers:
        yield _lacking("too_few_repeat_buyers", histories.repeat_buyers(), policy.needed_repeat_buyers)
    if weeks < policy.needed_weeks:
        yield _lacking("too_short_history", weeks, policy.needed_weeks)


def _lacking(code: Any, have: int, needed: int) -> Note:
    return Note(code=code, numbers={"have": have, "needed": needed})


def fit_purchases(histories: Histories) -> tuple[Estimate | None, list[Note]]:
    """BG/NBD; where it has no optimum, Pareto/NBD; where that has none either, BG/NBD with a penalty."""
    return _first_that_holds((("bg_nbd", False), ("pareto_nbd", False), ("bg_nbd", True)), histories)


def fit_spend(spends: Spends) -> tuple[Estimate | None, list[Note]]:
    """Gamma-Gamma, with a penalty only where it has no optimum or no mean; None where nobody paid twice.

    The model takes what a customer spends as independent of how often; where it is not, a note says so.
    """
    if not spends.total():
        return None, []
    estimate, notes = _first_that_holds((("gamma_gamma", False), ("gamma_gamma", True)), spends)
    correlation = spends.correlation()
    if abs(correlation) > DEPENDENT:
        notes.append(Note(code="spend_follows_frequency", model="gamma_gamma", numbers={"correlation": correlation}))
    return estimate, notes


def _first_that_holds(
    attempts: tuple[tuple[Model, bool], ...], data: Histories | Spends
) -> tuple[Estimate | None, list[Note]]:
    notes: list[Note] = []
    for name, penalised in attempts:
        optimum = _optimum(name, data, penalised=penalised)
        trouble = optimum.trouble or _without_mean(name, optimum)
        if trouble is None:
            estimate = _estimate(name, optimum)
            return estimate, [*notes, Note(code="penalised", model=name)] if penalised else notes
        notes.append(trouble.model_copy(update={"model": name}))
    return None, notes


def _optimum(name: Model, data: Histories | Spends, *, penalised: bool) -> Optimum:
    model, part = MODELS[name], data.part()
    return maximise(
        lambda theta: model.log_likelihood(theta, data),
        model.NAMES,
        model.start(data),
        penalised=penalised,
        of_a_part=None if part is None else lambda theta: model.log_likelihood(theta, part),
    )


def _without_mean(name: Model, optimum: Optimum) -> Note | None:
    if name != "gamma_gamma" or optimum.theta[1] > 1:
        return None
    return Note(code="infinite_mean", parameter="q", numbers={"q": float(optimum.theta[1])})


def _estimate(name: Model, optimum: Optimum) -> Estimate:
    names = MODELS[name].NAMES
    return Estimate(
        model=name,
        values=dict(zip(names, optimum.theta.tolist(), strict=True)),
        standard_errors=dict(zip(names, optimum.standard_errors.tolist(), strict=True)),
        log_likelihood=optimum.log_likelihood,
        penalised=optimum.penalised,
    )
