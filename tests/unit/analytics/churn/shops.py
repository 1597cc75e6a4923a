"""Simulated shops: customers who buy at a pace of their own until they leave, which nobody tells the shop."""

from datetime import date, timedelta

import ibis
import numpy as np
import pyarrow as pa

from shuke.analytics.churn.cutoffs import cut_offs, examples
from shuke.analytics.churn.fitting import fit
from shuke.analytics.churn.gate import Census, census
from shuke.analytics.churn.parameters import Churn, Declined
from shuke.analytics.churn.policy import ChurnPolicy
from shuke.analytics.features import features
from shuke.analytics.tables import IDENTITIES, ORDER_EVENTS, ORDERS, Tables

START = date(2025, 1, 1)
AS_OF = date(2026, 1, 1)
POLICY = ChurnPolicy()


def shop(customers: int = 1_500, *, seed: int = 1, stays: float = 200.0, days: int = 365 + 60) -> pa.Table:
    """Orders of a year and two months; customers stay `stays` days on average, and buy every 10 to 60 days."""
    random = np.random.default_rng(seed)
    born = random.integers(0, 200, customers)
    gone = born + 1 + random.exponential(stays, customers)
    gap = random.uniform(10, 60, customers)
    orders = random.poisson((np.minimum(gone, days) - born).clip(0) / gap) + 1
    who = np.repeat(np.arange(customers), orders)
    first = np.concatenate([[True], who[1:] != who[:-1]])
    at = np.where(first, born[who], born[who] + random.random(len(who)) * (np.minimum(gone, days) - born)[who])
    return table(who + 1, at.astype(int).clip(0, days - 1), random.lognormal(9, 0.5, len(who)).astype(int) + 1)


def as_the_purchase_model_has_it(customers: int = 3_000, *, seed: int = 1, days: int = 365 + 60) -> pa.Table:
    """Orders of people who buy at random at a pace of their own, and after each purchase may be gone."""
    random = np.random.default_rng(seed)
    born, pace = random.integers(0, 200, customers), random.gamma(0.6, 1 / 20, customers)
    until_gone = random.geometric(random.beta(0.8, 4, customers))
    gaps = random.exponential(1, (customers, 60)) / pace[:, None]
    at = born[:, None] + np.cumsum(np.hstack([np.zeros((customers, 1)), gaps]), axis=1)
    bought = (at < days) & (np.arange(at.shape[1]) < until_gone[:, None])
    who = np.nonzero(bought)[0]
    return table(who + 1, at[bought].astype(int), random.lognormal(9, 0.5, len(who)).astype(int) + 1)


def table(who: np.ndarray, day: np.ndarray, amount: np.ndarray) -> pa.Table:
    one = np.ones(len(who), dtype="int64")
    start = (START - date(1970, 1, 1)).days
    columns = {
        "order_id": np.arange(len(who)) + 1,
        "identity_id": who,
        "source_id": one,
        "store_id": one,
        "line_id": one,
        "kind": pa.array(np.where(amount > 0, "sale", "return")),
        "ordered_on": pa.array((day + start).astype("int32")).cast(pa.date32()),
        "amount": amount,
        "hour": pa.nulls(len(who)),
        "channel": pa.nulls(len(who)),
    }
    return pa.table(columns, schema=ORDERS.to_pyarrow())


def tables(orders: pa.Table, events: pa.Table | None = None) -> Tables:
    people = orders["identity_id"].unique()
    engine = ibis.duckdb.connect(threads=1)
    return Tables(
        engine.create_table("orders", orders),
        engine.create_table("order_events", events or ORDER_EVENTS.to_pyarrow().empty_table()),
        engine.create_table("identities", pa.table([people, people], schema=IDENTITIES.to_pyarrow())),
    )


def with_shuffled_days(orders: pa.Table, seed: int) -> pa.Table:
    days = orders["ordered_on"].cast(pa.int32()).to_numpy().copy()
    np.random.default_rng(seed).shuffle(days)
    return orders.set_column(6, "ordered_on", pa.array(days).cast(pa.date32()))


def counted(facts: Tables, *, as_of: date = AS_OF) -> Census:
    return Census.from_row(census(features(facts, as_of=as_of)).to_pyarrow().to_pylist()[0])


def past(facts: Tables, *, as_of: date = AS_OF, horizon_days: int = 30, **more) -> pa.Table:
    days = cut_offs(counted(facts, as_of=as_of).first_ordered_on, as_of=as_of, horizon_days=horizon_days)
    return examples(facts, days, horizon_days=horizon_days, **more).to_pyarrow()


def learned(facts: Tables, *, as_of: date = AS_OF, horizon_days: int = 30) -> Churn | Declined:
    rows = past(facts, as_of=as_of, horizon_days=horizon_days)
    return fit(rows, POLICY, as_of=as_of, horizon_days=horizon_days)


def what_came(facts: Tables, *, as_of: date = AS_OF, horizon_days: int = 30) -> dict[int, bool]:
    """Who had no order in the horizon, as it turned out."""
    rows = examples(facts, [as_of], horizon_days=horizon_days).select("customer_id", "lapsed").to_pyarrow().to_pylist()
    return {row["customer_id"]: row["lapsed"] for row in rows}


def later(day: date, days: int) -> date:
    return day + timedelta(days)
