"""Every customer's lifetime value, by the parameters of a run."""

from functools import partial

import ibis
import ibis.expr.types as ir

from shuke.analytics.engine import Steps
from shuke.analytics.lifetime import plain
from shuke.analytics.lifetime.costs import acquisition_cost, margin_share, marks, retention_cost, with_costs
from shuke.analytics.lifetime.parameters import Estimate, LifetimeParameters
from shuke.analytics.lifetime.policy import LifetimePolicy
from shuke.analytics.lifetime.predictions import predict
from shuke.analytics.lifetime.purchases import HISTORY, histories
from shuke.core.money import MINOR_PER_UNIT

PREDICTED = ("p_alive", "expected_orders", "p_order", "discounted_orders")


def predicted(engine: Steps, purchases: ir.Table, policy: LifetimePolicy, parameters: LifetimeParameters) -> ir.Table:
    """The purchases, and beside them what `predict` tells of each history; null where the method is plain."""
    if parameters.purchases is None:
        return purchases.mutate({name: ibis.null("float64") for name in PREDICTED})
    asked = histories(purchases).select(*HISTORY)
    schema = ibis.schema({**asked.schema(), **dict.fromkeys(PREDICTED, "float64")})
    tell = partial(predict, estimate=parameters.purchases, policy=policy)
    told = engine.derive(asked, tell, schema)
    return purchases.inner_join(told, list(HISTORY)).select(*purchases.columns, *PREDICTED)


def apply(
    purchases: ir.Table, policy: LifetimePolicy, parameters: LifetimeParameters, *, costs: ir.Table | None = None
) -> ir.Table:
    """One row per customer of `purchases`, which are those of `predicted`. Money in minor units.

    | column | meaning |
    |---|---|
    | p_alive, expected_orders, p_order, discounted_orders | see `predict`; null where the method is plain |
    | order_value | expected gross money of a purchase |
    | contribution, contribution_365 | net money × margin, ever and of the last 365 days |
    | residual_value | what is still to come, discounted: by the model, or by the plain formula (c) |
    | lifetime_value | contribution + residual_value − acquisition cost |
    | simple_value, arpu_value, discounted_value | the plain formulas (a), (b), (c) |
    | profit_share | of everybody's profit in the last 365 days; null while that is not above zero |
    | return_on_retention | (contribution_365 − retention cost) / retention cost; null where there is none |
    | margin_share, acquisition_cost | as stated; null where nobody has |
    | margin_assumed, acquisition_cost_assumed, retention_cost_assumed | which figures nobody has stated |
    """
    customers = with_costs(purchases, costs)
    customers = _contributions(customers, policy, parameters)
    return _valued(customers, policy, parameters).drop("retention_cost")


def _contributions(customers: ir.Table, policy: LifetimePolicy, parameters: LifetimeParameters) -> ir.Table:
    margin = margin_share(customers, policy)
    return customers.mutate(
        order_value=_whole(order_value(customers, parameters.spend)),
        contribution=_whole(customers.net_money * margin),
        contribution_365=_whole(customers.net_money_365 * margin),
        **marks(customers, policy),
    )


def order_value(customers: ir.Table, spend: Estimate | None) -> ir.FloatingColumn:
    """The money of the next purchase, in minor units: between the customer's own mean and everybody's.

    By Gamma-Gamma (equation 5 of its paper, see `gamma_gamma`, which needs q > 1), or where that could not be fitted,
    the customer's own mean.
    """
    if spend is None:
        return customers.money / (customers.frequency + 1)
    p, q, gamma = (spend.values[name] for name in ("p", "q", "gamma"))
    return p * (gamma * MINOR_PER_UNIT + customers.repeat_money) / (p * customers.frequency + (q - 1))


def _valued(customers: ir.Table, policy: LifetimePolicy, parameters: LifetimeParameters) -> ir.Table:
    shop, won = parameters.population, acquisition_cost(customers)
    years = plain.lifetime_years(shop.retention)
    by_formula = plain.discounted(
        customers.contribution_365, retention=shop.retention, discount=policy.discount, years=policy.years
    )
    still_to_come = _residual(customers, policy, parameters, by_formula)
    return customers.mutate(
        residual_value=still_to_come,
        lifetime_value=customers.contribution + still_to_come - won,
        simple_value=_whole(plain.simple(customers.contribution_365, years=years, acquisition_cost=won)),
        arpu_value=_whole(plain.by_arpu(shop.arpu, retention=shop.retention, years=years, acquisition_cost=won)),
        discounted_value=_whole(by_formula) - won,
        profit_share=_profit(customers, policy) / shop.profit_365 if shop.profit_365 > 0 else ibis.null("float64"),
        return_on_retention=_profit(customers, policy) / retention_cost(customers, policy).nullif(0),
    )


def _residual(
    customers: ir.Table, policy: LifetimePolicy, parameters: LifetimeParameters, by_formula: ir.NumericColumn
) -> ir.IntegerColumn:
    if parameters.purchases is None:
        return _whole(ibis.greatest(by_formula, 0.0))
    kept = margin_share(customers, policy) * parameters.population.kept_share
    return _whole(customers.discounted_orders * customers.order_value * kept)


def _profit(customers: ir.Table, policy: LifetimePolicy) -> ir.IntegerColumn:
    """Of the last 365 days."""
    return customers.contribution_365 - retention_cost(customers, policy)


def _whole(money: ir.NumericColumn) -> ir.IntegerColumn:
    return money.round().cast("int64")
