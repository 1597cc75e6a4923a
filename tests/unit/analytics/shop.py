"""Small shops for tests: tables of facts from tuples, and their scores as plain rows."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from shuke.analytics import scores
from shuke.analytics import tables as schemas
from shuke.analytics.parameters import Parameters
from shuke.analytics.policies import Policies
from shuke.analytics.tables import IDENTITIES, ORDER_EVENTS, ORDERS, Tables

TODAY = date(2026, 6, 1)
Row = dict[str, Any]


def ago(days: int) -> date:
    return TODAY - timedelta(days)


def sale(customer: int | None, days_ago: int, amount: int = 10_000) -> Row:
    return _order("sale", customer, days_ago, amount)


def return_(customer: int | None, days_ago: int, amount: int) -> Row:
    return _order("return", customer, days_ago, -amount)


def _order(kind: str, customer: int | None, days_ago: int, amount: int) -> Row:
    where = {"source_id": 1, "store_id": 1, "line_id": 1}
    return {"identity_id": customer, "kind": kind, "ordered_on": ago(days_ago), "amount": amount, **where}


def event(order: int, kind: str, customer: int, days_ago: int, amount: int) -> Row:
    """Something that happened to the order at place `order` (the first is 1) of the shop's orders."""
    facts = {"order_id": order, "identity_id": customer, "kind": kind, "happened_on": ago(days_ago)}
    return {**facts, "amount": amount}


def tables(orders: Iterable[Row], events: Iterable[Row] = (), identities: Mapping[int, int] | None = None) -> Tables:
    """Orders are numbered from 1; an identity is a customer of the same number unless `identities` says whose."""
    orders = [{"order_id": number, **order} for number, order in enumerate(orders, start=1)]
    known = {row["identity_id"] for row in orders if row["identity_id"] is not None}
    whose = {identity: identity for identity in known} | dict(identities or {})
    people = [{"identity_id": identity, "customer_id": customer} for identity, customer in whose.items()]
    return Tables(_table(orders, ORDERS), _table(list(events), ORDER_EVENTS), _table(people, IDENTITIES))


def telling(facts: Tables, **more: Iterable[Row]) -> Tables:
    """The same shop with rows of further tables by name; what a row leaves out is null."""
    return replace(facts, **{name: _table(list(rows), getattr(schemas, name.upper())) for name, rows in more.items()})


def act(kind: str, customer: int, days_ago: int, times: int = 1) -> Row:
    return {"identity_id": customer, "happened_on": ago(days_ago), "kind": kind, "times": times}


def _table(rows: list[Row], schema: ibis.Schema) -> ir.Table:
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema.to_pyarrow()), schema=schema)


def measured(facts: Tables, *, as_of: date = TODAY, seen_until: date | None = None) -> dict[int, Row]:
    return rows(scores.features(facts, as_of=as_of, seen_until=seen_until))


def fitted(facts: Tables, policies: Policies | None = None, *, as_of: date = TODAY) -> Parameters:
    row = scores.fit(scores.features(facts, as_of=as_of), policies or Policies())
    return Parameters.from_row(row.to_pyarrow().to_pylist()[0])


def scored(
    facts: Tables,
    policies: Policies | None = None,
    parameters: Parameters | None = None,
    *,
    as_of: date = TODAY,
) -> dict[int, Row]:
    """Rows by customer, with parameters learned from these very facts unless they are given."""
    policies = policies or Policies()
    parameters = parameters or fitted(facts, policies, as_of=as_of)
    return rows(scores.apply(scores.features(facts, as_of=as_of), policies, parameters))


def rows(table: ir.Table) -> dict[int, Row]:
    return {row["customer_id"]: row for row in table.to_pyarrow().to_pylist()}
