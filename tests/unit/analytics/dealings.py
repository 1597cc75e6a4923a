"""What happens between a shop and its customers beside the orders: contacts, acts, disputes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from shuke.analytics.activity import activity
from shuke.analytics.bonds import scores
from shuke.analytics.bonds.parameters import BondParameters
from shuke.analytics.contacts import contacts
from shuke.analytics.engine import Engine
from shuke.analytics.features import features
from shuke.analytics.policies import Policies
from shuke.analytics.tables import BEHAVIOURS, DISPUTES, INTERACTIONS, Tables
from unit.analytics.engines import InMemory
from unit.analytics.shop import TODAY, Row, ago


def contact(customer: int, days_ago: int, outcome: str = "reached", **more: Any) -> Row:
    """A contact with the identity of that number; by phone to the customer unless `more` says otherwise."""
    plain = {"direction": "out", "channel": "phone", "hour": None, "satisfaction": None, "promised_on": None}
    return {"identity_id": customer, "happened_on": ago(days_ago), "outcome": outcome, **plain, **more}


def act(customer: int, days_ago: int, kind: str, times: int = 1) -> Row:
    return {"identity_id": customer, "happened_on": ago(days_ago), "kind": kind, "times": times}


def dispute(customer: int, accepted_days_ago: int, *, contact: int | None = None, order: int | None = None) -> Row:
    accepted = {"accepted_on": ago(accepted_days_ago)}
    return {"identity_id": customer, "interaction_id": contact, "order_id": order, **accepted}


def with_dealings(
    facts: Tables, contacts: Iterable[Row] = (), acts: Iterable[Row] = (), disputes: Iterable[Row] = ()
) -> Tables:
    """The shop with contacts, numbered from 1 in their order unless they have a number."""
    told = [{"interaction_id": number, **each} for number, each in enumerate(contacts, start=1)]
    return replace(
        facts,
        interactions=memory(told, INTERACTIONS),
        behaviours=memory(list(acts), BEHAVIOURS),
        disputes=memory(list(disputes), DISPUTES),
    )


def memory(rows: list[Row], schema: ibis.Schema) -> ir.Table:
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema.to_pyarrow()), schema=schema)


def bonds(
    facts: Tables,
    policies: Policies | None = None,
    learned: BondParameters | None = None,
    *,
    as_of: date = TODAY,
    seen_until: date | None = None,
    engine: Engine | None = None,
) -> dict[int, Row]:
    """The bonds by customer, with parameters learned from these very facts unless they are given."""
    engine, policies = engine or InMemory(), policies or Policies()
    measured = engine.keep("features", features(facts, as_of=as_of, seen_until=seen_until))
    learned = learned or scores.learn(engine, facts, measured, policies, as_of=as_of)
    known = scores.known(engine, facts, as_of=as_of, seen_until=seen_until)
    told = engine.keep("contacts", contacts(facts, as_of=as_of, seen_until=seen_until))
    felt = scores.balances(engine, known, policies)
    scored = scores.apply(activity(measured, policies.activity), known, felt, told, policies, learned)
    rows = engine.read(scored.select("customer_id", *scores.COLUMNS)).to_pylist()
    return {row["customer_id"]: row for row in rows}
