"""Shops for tests of lifetime value: fitted, valued and held out through the whole way, as an engine would."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from shuke.analytics.engine import Steps
from shuke.analytics.features import features
from shuke.analytics.lifetime import fitting, holdout, purchases, values
from shuke.analytics.lifetime.parameters import Holdout, LifetimeParameters
from shuke.analytics.lifetime.policy import LifetimePolicy
from shuke.analytics.tables import IDENTITIES, ORDER_EVENTS, ORDERS, Tables
from unit.analytics.engines import InMemory
from unit.analytics.shop import TODAY, rows

EPOCH = date(1970, 1, 1)
FEW = LifetimePolicy(needed_customers=2, needed_repeat_buyers=2, needed_weeks=2)


def bought(tables: Tables, *, as_of: date = TODAY, seen_until: date | None = None) -> ir.Table:
    """The purchases that the features of some facts tell of."""
    known = features(tables, as_of=as_of, seen_until=seen_until)
    return purchases.purchases(known, as_of=as_of, seen_until=seen_until)


def known(tables: Tables, *, as_of: date = TODAY) -> ir.Table:
    """The purchases, computed: an engine too keeps them for the steps after."""
    return ibis.memtable(bought(tables, as_of=as_of).to_pyarrow())


def fitted(
    tables: Tables, policy: LifetimePolicy = FEW, *, as_of: date = TODAY, costs: ir.Table | None = None
) -> LifetimeParameters:
    people = known(tables, as_of=as_of)
    population = purchases.population(people, tables, policy, as_of=as_of, costs=costs).to_pyarrow().to_pylist()[0]
    histories, spends = purchases.histories(people).to_pyarrow(), purchases.spends(people).to_pyarrow()
    return fitting.fit(population, histories, spends, policy)


def valued(
    tables: Tables,
    parameters: LifetimeParameters | None = None,
    policy: LifetimePolicy = FEW,
    *,
    as_of: date = TODAY,
    costs: ir.Table | None = None,
) -> dict[int, dict[str, Any]]:
    """Rows by customer, with parameters learned from these very facts unless they are given."""
    parameters = parameters or fitted(tables, policy, as_of=as_of, costs=costs)
    people = known(tables, as_of=as_of)
    return rows(values.apply(predicted(people, parameters, policy), policy, parameters, costs=costs))


def predicted(
    people: ir.Table, parameters: LifetimeParameters, policy: LifetimePolicy = FEW, *, on: Steps | None = None
) -> ir.Table:
    return values.predicted(on or InMemory(), people, policy, parameters)


def held_out(tables: Tables, parameters: LifetimeParameters, *, split_on: date, as_of: date) -> Holdout:
    later = holdout.outcomes(bought(tables, as_of=split_on), tables, split_on=split_on, as_of=as_of).to_pyarrow()
    return holdout.check(later, parameters.purchases, split_on=split_on, as_of=as_of)


def facts(customers: Any, days: Any, amounts: Any) -> Tables:
    """Sales from columns; an identity is a customer of the same number. `days` since 1970, amounts in minor units."""
    whose = np.asarray(customers, np.int64)
    one = np.ones(len(whose), np.int64)
    columns = {
        "order_id": np.arange(1, len(whose) + 1),
        "identity_id": whose,
        "source_id": one,
        "store_id": one,
        "line_id": one,
        "kind": ["sale"] * len(whose),
        "ordered_on": pa.array(np.asarray(days, np.int32)).cast(pa.date32()),
        "amount": np.asarray(amounts, np.int64),
        "hour": pa.nulls(len(whose)),
        "channel": pa.nulls(len(whose)),
    }
    people = np.unique(whose)
    return Tables(
        _table(columns, ORDERS),
        _table({name: [] for name in ORDER_EVENTS.names}, ORDER_EVENTS),
        _table({"identity_id": people, "customer_id": people}, IDENTITIES),
    )


def _table(columns: Mapping[str, Any], schema: ibis.Schema) -> ir.Table:
    return ibis.memtable(pa.table(dict(columns), schema=schema.to_pyarrow()), schema=schema)


@dataclass(frozen=True, slots=True)
class Truth:
    """Parameters of BG/NBD and Gamma-Gamma that a simulated shop follows."""

    r: float = 0.8
    alpha: float = 6.0
    a: float = 0.8
    b: float = 3.0
    p: float = 6.0
    q: float = 4.0
    gamma: float = 1_500.0  # minor units


def simulated(customers: int, *, weeks: int = 60, truth: Truth | None = None, seed: int = 3) -> Tables:
    """A shop whose customers come in the first third of `weeks` before TODAY and behave as the models say."""
    truth, chance = truth or Truth(), np.random.default_rng(seed)
    first = chance.integers(0, weeks * 7 // 3, customers)
    repeats = np.minimum(chance.geometric(np.maximum(chance.beta(truth.a, truth.b, customers), 1e-3)), 400)
    again = np.repeat(np.arange(customers), repeats)
    waited = np.cumsum(chance.exponential(7 / chance.gamma(truth.r, 1 / truth.alpha, customers)[again]))
    before = np.append(0, waited[np.cumsum(repeats)[:-1] - 1])
    whose = np.append(np.arange(customers), again)
    days = np.append(first, first[again] + waited - before[again])
    known = days < weeks * 7
    scale = chance.gamma(truth.q, 1 / truth.gamma, customers)
    amounts = np.maximum(chance.gamma(truth.p, 1 / scale[whose]), 1)
    begin = (TODAY - EPOCH).days - weeks * 7
    return facts(whose[known] + 1, begin + days[known].astype(int), amounts[known])
