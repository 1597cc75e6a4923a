"""The scores that models learn: lifetime value, churn, clusters, bonds, on any engine, from the facts of everybody.

    known = models.known(engine, tables, features, as_of=day)
    learned = models.learn(engine, tables, known, policies, as_of=day)     # plain JSON, stored with the run
    scored = models.apply(engine, scored, known, policies, learned)        # lazy: the scored table with more columns

Fitting is numpy's, so an engine executes what a fit reads; the rest is expressions.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from threadpoolctl import threadpool_limits

from shuke.analytics import features as measuring
from shuke.analytics import ratings
from shuke.analytics.bonds import scores as bonds
from shuke.analytics.churn import applying, cutoffs, gate, renewal, risk
from shuke.analytics.churn import fitting as churn_fitting
from shuke.analytics.churn.candidates import REASONS
from shuke.analytics.churn.lapses import Ahead, Renewal
from shuke.analytics.churn.parameters import Churn, Declined
from shuke.analytics.churn.policy import ChurnPolicy
from shuke.analytics.clusters import applying as groups
from shuke.analytics.clusters import learning as clusters_learning
from shuke.analytics.clusters.parameters import Grouping
from shuke.analytics.contacts import contacts
from shuke.analytics.engine import Engine, Steps
from shuke.analytics.learned import Models
from shuke.analytics.lifetime import costs, holdout, predictions, purchases, values
from shuke.analytics.lifetime import fitting as lifetime_fitting
from shuke.analytics.lifetime.parameters import Estimate, Holdout, LifetimeParameters
from shuke.analytics.policies import Policies
from shuke.analytics.potential import learning as potential
from shuke.analytics.shop import Shop, census
from shuke.analytics.tables import Tables
from shuke.analytics.value import fit_shop_median_gap

HOLDOUT = timedelta(days=182)
LATEST = 3
"""Cut-offs on which the purchase model is fitted too: to be compared on the latest, and learned on those before."""
PURCHASE_COLUMNS = {
    "churn_probability": "float64",
    "churn_horizon_days": "int32",
    "churn_parts": "array<float32>",
    "churn_numbers": "array<float32>",
    "at_risk": "boolean",
}
CHURN_COLUMNS = PURCHASE_COLUMNS | renewal.COLUMNS
VALUE_COLUMNS = {
    "p_alive": "float64",
    "expected_orders": "float64",
    "order_value": "int64",
    "residual_value": "int64",
    "lifetime_value": "int64",
    "profit_share": "float64",
    "simple_value": "int64",
    "arpu_value": "int64",
    "discounted_value": "int64",
    "margin_share": "float64",
    "acquisition_cost": "int64",
    "return_on_retention": "float64",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the models read of each customer: how they buy, how often again, what they cost and what was said.

    `contracts` are those of `renewal.in_order`; they, `costs`, `contacts` and `bonds` have a row only where there is
    something to tell.
    """

    features: ir.Table
    purchases: ir.Table
    costs: ir.Table
    contacts: ir.Table
    contracts: ir.Table
    beside: ratings.Known
    bonds: bonds.Known


def known(engine: Steps, tables: Tables, features: ir.Table, *, as_of: date, seen_until: date | None = None) -> Known:
    """The features, of which an engine keeps a table already, and beside them the rest as of the same day."""
    rated = ratings.beside(tables, as_of=as_of, seen_until=seen_until)
    signed_until = (seen_until or as_of) + renewal.SIGNED_AHEAD
    return Known(
        features=features,
        purchases=purchases.purchases(features, as_of=as_of, seen_until=seen_until),
        costs=engine.keep("costs", costs.stated(tables, as_of=as_of, seen_until=seen_until)),
        contacts=engine.keep("contacts", contacts(tables, as_of=as_of, seen_until=seen_until)),
        contracts=engine.keep("in_order", renewal.in_order(tables, as_of=as_of, seen_until=signed_until)),
        beside=ratings.Known(**{name: engine.keep(name, table) for name, table in rated.items()}),
        bonds=bonds.known(engine, tables, as_of=as_of, seen_until=seen_until),
    )


@dataclass(frozen=True, slots=True)
class Past:
    """What was known of the customers of some facts on earlier days; what has been looked up once is kept."""

    engine: Engine
    tables: Tables
    policies: Policies
    days: dict[date, ir.Table] = field(default_factory=dict)
    estimates: dict[date, Estimate | None] = field(default_factory=dict)

    def features(self, day: date) -> ir.Table:
        if day not in self.days:
            self.days[day] = self.engine.keep(f"features_{day:%Y%m%d}", measuring.features(self.tables, as_of=day))
        return self.days[day]

    def purchase_model(self, day: date) -> Estimate | None:
        """The purchase model as it would have been fitted on that day, or None where it cannot be."""
        if day not in self.estimates:
            bought = purchases.purchases(self.features(day), as_of=day)
            self.estimates[day] = _learn_lifetime(self.engine, self.tables, bought, self.policies, as_of=day).purchases
        return self.estimates[day]


def learn(
    engine: Engine, tables: Tables, known: Known, policies: Policies, *, as_of: date, former: Grouping | None = None
) -> Models:
    """Fit the models to what was known before `as_of`; the groups of an earlier run stand for the rest of its month."""
    shop = gate.Census.from_row(engine.read(gate.census(known.features)).to_pylist()[0])
    some = cutoffs.sample(tables, customers=shop.customers)
    past = _past(engine, some, policies)
    # A handful of parameters is no work to share: threads that wait for each other take many times as long. What the
    # past of some teaches and what everybody's present does are two works.
    with threadpool_limits(1), ThreadPoolExecutor(1) as beside:
        of_the_past = beside.submit(_learn_from_past, past, shop, as_of=as_of)
        return Models(
            lifetime=_learn_lifetime(engine, tables, known.purchases, policies, as_of=as_of, costs=known.costs),
            potential=potential.learn(engine, tables, policies.potential, as_of=as_of, customers=shop.customers),
            clusters=clusters_learning.learn(
                engine.read,
                some,
                known.features,
                policies.cluster,
                customers=shop.customers,
                as_of=as_of,
                former=former,
            ),
            renewal=_learn_renewal(engine, known.contracts, policies.churn, as_of=as_of),
            shop=_learn_shop(engine, tables, known.features, policies, as_of=as_of),
            bonds=bonds.learn(engine, tables, known.features, policies, as_of=as_of),
            **of_the_past.result(),
        )


def _learn_renewal(engine: Engine, contracts: ir.Table, policy: ChurnPolicy, *, as_of: date) -> Renewal:
    learned = Renewal.from_rows(engine.read(renewal.fit(contracts)).to_pylist(), as_of=as_of)
    (soon,) = engine.read(renewal.ahead(contracts, learned, policy)).to_pylist()
    return learned.model_copy(update={"ahead": Ahead(notice_days=policy.renewal_notice_days, **soon)})


def _learn_from_past(past: Past, shop: gate.Census, *, as_of: date) -> dict[str, Any]:
    return {
        "holdout": _hold_out(past, shop, as_of=as_of),
        "churn": tuple(_learn_churn(past, shop, as_of=as_of)),
    }


def _past(engine: Engine, some: Tables, policies: Policies) -> Past:
    """The facts of as many customers as a model learns from; every cut-off reads them."""
    names = ("orders", "order_events", "identities")
    near, kept = engine.at_hand({f"sampled_{name}": getattr(some, name) for name in names})
    return Past(near, Tables(**{name: kept[f"sampled_{name}"] for name in names}), policies)


def _learn_shop(engine: Engine, tables: Tables, features: ir.Table, policies: Policies, *, as_of: date) -> Shop:
    gap = features.agg(median_gap=fit_shop_median_gap(features, policies.activity))
    (row,) = engine.read(census(tables, features, as_of=as_of).cross_join(gap)).to_pylist()
    return Shop.from_row(row)


def learn_churn(
    engine: Engine, tables: Tables, features: ir.Table, policies: Policies, *, as_of: date
) -> tuple[Churn | Declined, ...]:
    """Fit churn alone, as it would have been learned before `as_of`."""
    shop = gate.Census.from_row(engine.read(gate.census(features)).to_pylist()[0])
    past = _past(engine, cutoffs.sample(tables, customers=shop.customers), policies)
    with threadpool_limits(1):
        return tuple(_learn_churn(past, shop, as_of=as_of))


def _hold_out(past: Past, shop: gate.Census, *, as_of: date) -> Holdout | None:
    """How a fit of half a year ago, or of the middle of a shorter history, compares with what came after it."""
    if shop.first_ordered_on is None:
        return None
    split_on = as_of - min(HOLDOUT, (as_of - shop.first_ordered_on) / 2)
    bought = purchases.purchases(past.features(split_on), as_of=split_on)
    learned = _learn_lifetime(past.engine, past.tables, bought, past.policies, as_of=split_on)
    if learned.purchases is None:
        return None
    later = past.engine.read(holdout.outcomes(bought, past.tables, split_on=split_on, as_of=as_of))
    return holdout.check(later, learned.purchases, split_on=split_on, as_of=as_of)


def _learn_lifetime(
    engine: Engine,
    tables: Tables,
    bought: ir.Table,
    policies: Policies,
    *,
    as_of: date,
    costs: ir.Table | None = None,
) -> LifetimeParameters:
    policy = policies.lifetime
    (population,) = engine.read(purchases.population(bought, tables, policy, as_of=as_of, costs=costs)).to_pylist()
    histories, spends = engine.read(purchases.histories(bought)), engine.read(purchases.spends(bought))
    return lifetime_fitting.fit(population, histories, spends, policy)


def _learn_churn(past: Past, shop: gate.Census, *, as_of: date) -> list[Churn | Declined]:
    """One model for each horizon: a customer is looked at over their own cycle.

    Where the purchase model cannot be fitted as of the day itself, it is none of those that are compared.
    """
    policy, estimate = past.policies.churn, past.purchase_model(as_of)
    found: list[Churn | Declined] = []
    for horizon in policy.horizons():
        missing = gate.shortfalls(shop, policy, as_of=as_of, horizon_days=horizon)
        if missing or shop.first_ordered_on is None:
            found.append(Declined(as_of=as_of, horizon_days=horizon, shortfalls=missing))
            continue
        days = cutoffs.cut_offs(shop.first_ordered_on, as_of=as_of, horizon_days=horizon)
        seen = cutoffs.examples(
            past.tables,
            days,
            horizon_days=horizon,
            known=past.features,
            no_purchase=partial(_no_purchase, past, days[:LATEST]) if estimate else None,
        )
        learned = churn_fitting.fit(past.engine.read(seen), policy, as_of=as_of, horizon_days=horizon)
        found.append(_reading(learned, estimate))
    return found


def _reading(learned: Churn | Declined, estimate: Estimate | None) -> Churn | Declined:
    """The model with the purchase model that one of its steps reads."""
    if isinstance(learned, Churn) and "no_purchase" in [shape.feature for shape in learned.additive.shapes]:
        return learned.model_copy(update={"purchases": estimate})
    return learned


def _no_purchase(past: Past, days: Sequence[date], features: ir.Table, day: date, horizon_days: int) -> ir.Table:
    """The chance of no purchase by the purchase model alone, as it would have been fitted on one of these `days`."""
    engine, bought = past.engine, purchases.purchases(features, as_of=day)
    estimate = past.purchase_model(day) if day in days else None
    if estimate is None:
        return bought.select("customer_id", no_purchase=ibis.null("float64"))
    return ibis.memtable(engine.read(_chances(engine, bought, {"no_purchase": (estimate, horizon_days)})))


def _chances(engine: Steps, bought: ir.Table, wanted: Mapping[str, tuple[Estimate, int]]) -> ir.Table:
    """`customer_id`, and in a column for each of the wanted the chance of no purchase in so many days."""
    histories = purchases.histories(bought).select(*purchases.HISTORY)

    def tell(known: pa.Table) -> pa.Table:
        for name, (estimate, days) in wanted.items():
            known = known.append_column(name, pa.array(predictions.no_purchase(known, estimate, horizon_days=days)))
        return known

    schema = ibis.schema({**histories.schema(), **dict.fromkeys(wanted, "float64")})
    told = engine.derive(histories, tell, schema)
    return bought.inner_join(told, purchases.HISTORY).select("customer_id", *wanted)


def with_chances(engine: Steps, features: ir.Table, bought: ir.Table, learned: Sequence[Churn]) -> ir.Table:
    """The features, and beside them the chances of purchase models that some of the learned models read."""
    wanted = {
        applying.no_purchase_within(one.horizon_days): (one.purchases, one.horizon_days)
        for one in learned
        if one.purchases
    }
    if not wanted:
        return features
    chances = engine.keep("chances", _chances(engine, bought, wanted))
    return features.left_join(chances, "customer_id").drop("customer_id_right")


def apply(engine: Steps, scored: ir.Table, known: Known, policies: Policies, models: Models) -> ir.Table:
    """Add CHURN_COLUMNS, VALUE_COLUMNS, `ratings.COLUMNS`, `bonds.COLUMNS` and `cluster`; what is not known is null.

    `churn_parts` are what each reason of `churn.REASONS` adds to the log-odds against the average customer, in that
    order, and `churn_numbers` the number that is told with it; for whom a contract ends, see `renewal`. Where there is
    a chance of churn, `value_at_risk` is the net money of the last 365 days times that chance.
    """
    valued = _valued(engine, known, policies, models)
    at_risk = _with_churn(engine, known, policies, models)
    felt = bonds.balances(engine, known.bonds, policies)
    rated = ratings.apply(scored, known.beside, known.contacts, felt, policies, models.shop)
    bonded = bonds.apply(scored, known.bonds, felt, known.contacts, policies, models.bonds)
    joined = scored
    for told in (valued, at_risk, rated, bonded):
        joined = joined.left_join(told, "customer_id").drop("customer_id_right")
    loss = (ibis.greatest(joined.net_money_365, 0) * joined.churn_probability).round().cast("int64")
    joined = joined.mutate(value_at_risk=loss.coalesce(joined.value_at_risk))
    return groups.apply(joined, models.clusters)


def _valued(engine: Steps, known: Known, policies: Policies, models: Models) -> ir.Table:
    if models.lifetime is None:
        return known.purchases.select("customer_id", **_nothing(VALUE_COLUMNS))
    valued = values.apply(
        values.predicted(engine, known.purchases, policies.lifetime, models.lifetime),
        policies.lifetime,
        models.lifetime,
        costs=known.costs,
    )
    return engine.keep("valued", valued.select("customer_id", *VALUE_COLUMNS))


def _with_churn(engine: Steps, known: Known, policies: Policies, models: Models) -> ir.Table:
    """One row per customer: by the contract that ends soon, else from the model whose horizon is theirs."""
    told = _by_purchases(engine, known, policies, models)
    if models.renewal is None:
        return told.mutate(_nothing(renewal.COLUMNS))
    return renewal.lay_over(told, known.contracts, models.renewal, policies.churn)


def _by_purchases(engine: Steps, known: Known, policies: Policies, models: Models) -> ir.Table:
    learned = models.churn_by_horizon()
    if not learned:
        return known.features.select("customer_id", **_nothing(PURCHASE_COLUMNS))
    features = with_chances(engine, known.features, known.purchases, learned)
    told = applying.apply_by_cycle(features, learned)
    parts = [told[f"churn_{code}"] for code in REASONS]
    numbers = [told[names[0]] if names[0] in told.columns else ibis.null("float64") for names in REASONS.values()]
    return told.select(
        "customer_id",
        "churn_probability",
        churn_horizon_days=told.churn_horizon_days.cast("int32"),
        churn_parts=ibis.array([part.cast("float32") for part in parts]),
        churn_numbers=ibis.array([number.cast("float32") for number in numbers]),
        at_risk=risk.is_listed(told, learned, policies.churn),
    )


def _nothing(columns: Mapping[str, str]) -> dict[str, ir.Value]:
    return {name: ibis.null(kind) for name, kind in columns.items()}
