"""The way in: what is known of the bonds of everybody, what is learned from it, and the columns of a score.

known = scores.known(engine, tables, as_of=day)
learned = scores.learn(engine, tables, features, policies, as_of=day)
felt = scores.balances(engine, known, policies)
bonded = scores.apply(scored, known, felt, contacts, policies, learned)    # lazy: the columns of COLUMNS
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import ibis.expr.types as ir

from shuke.analytics.bonds import account, checking, radar
from shuke.analytics.bonds.entries import entries, experiences
from shuke.analytics.bonds.facts import COUNTED, facts
from shuke.analytics.bonds.parameters import BondParameters, Check
from shuke.analytics.bonds.policy import EmotionPolicy
from shuke.analytics.bonds.relationship import relationship
from shuke.analytics.engine import Engine, Steps
from shuke.analytics.policies import Policies
from shuke.analytics.tables import Tables

OF_SCORE = (
    *("customer_id", "orders_365", "visits", "net_money_365", "money_change", "days_since_last", "active_until_days"),
)
COLUMNS = {
    "emotion": "int16",
    "relationship": "float64",
    "relationship_parts": "array<float32>",
    "relationship_numbers": "array<float32>",
    "radar": "array<float32>",
}
"""What `apply` adds to a score, with the types of Ibis."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the bonds are read from: `experiences` with a customer's first identity, `identities`, and `facts`."""

    experiences: ir.Table
    identities: ir.Table
    facts: ir.Table


def known(engine: Steps, tables: Tables, *, as_of: date, seen_until: date | None = None) -> Known:
    """What was dated before `seen_until`, `as_of` if left out."""
    seen_until = seen_until or as_of
    happened = engine.keep("experiences", experiences(tables, seen_until=seen_until))
    counted = facts(tables, happened, as_of=as_of, seen_until=seen_until)
    return Known(happened, tables.identities, engine.keep("bond_facts", counted))


def learn(engine: Engine, tables: Tables, features: ir.Table, policies: Policies, *, as_of: date) -> BondParameters:
    """The ranks of the map, and whether a strong bond has kept customers over the last horizon of churn."""
    (cuts,) = engine.read(features.agg(**radar.fit_cuts(features))).to_pylist()
    return BondParameters(
        value_cuts=tuple(cuts["value_cuts"] or ()),
        frequency_cuts=tuple(cuts["frequency_cuts"] or ()),
        check=_check(engine, tables, features, policies, until=as_of),
    )


def _check(engine: Engine, tables: Tables, features: ir.Table, policies: Policies, *, until: date) -> Check:
    as_of = until - timedelta(policies.churn.horizon_days)
    felt = _balances(engine, experiences(tables, seen_until=as_of), tables.identities, policies.emotion)
    told = engine.read(checking.outcomes(features, felt, as_of=as_of))
    return checking.check(told, policies.emotion, as_of=as_of, until=until)


def balances(engine: Steps, known: Known, policies: Policies) -> ir.Table:
    """`customer_id` and `emotion`, the balance of the account, of each customer who has an entry."""
    return _balances(engine, known.experiences, known.identities, policies.emotion)


def _balances(engine: Steps, happened: ir.Table, identities: ir.Table, policy: EmotionPolicy) -> ir.Table:
    noted = entries(happened, policy).select(account.ENTRIES)
    balances = engine.derive(noted, partial(account.closing, opens_at=policy.opens_at), account.BALANCES)
    return engine.keep("emotions", balances.inner_join(identities, "identity_id").select("customer_id", "emotion"))


def apply(
    scored: ir.Table,
    known: Known,
    felt: ir.Table,
    contacts: ir.Table,
    policies: Policies,
    learned: BondParameters | None,
) -> ir.Table:
    """One row per scored customer with COLUMNS, null where there is too little to say.

    `scored` has the columns of `features` and `active_until_days`; `felt` is what `balances` gives.
    """
    people = _with(_with(scored.select(OF_SCORE), felt), known.facts)
    people = _with(people, contacts.select("customer_id", "reached_share", "ratings", "satisfaction"))
    counts = {name: people[name].fill_null(0) for name in (*COUNTED, "ratings")}
    told = radar.radar(people.mutate(**counts), learned or BondParameters())
    return relationship(told, policies.relationship).select("customer_id", *COLUMNS)


def _with(people: ir.Table, more: ir.Table) -> ir.Table:
    return people.left_join(more, "customer_id").drop("customer_id_right")
