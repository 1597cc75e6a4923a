"""Small shops through the ratings, with what is learned of the shop from these very facts unless it is given."""

from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from shuke.analytics import ratings, scores
from shuke.analytics.contacts import contacts
from shuke.analytics.features import features
from shuke.analytics.parameters import Parameters
from shuke.analytics.policies import Policies
from shuke.analytics.shop import Shop, census
from shuke.analytics.tables import Tables
from shuke.analytics.value import fit_shop_median_gap
from unit.analytics.shop import TODAY, rows


def kept(table: ir.Table) -> ir.Table:
    """Computed once, as an engine does for what is read again."""
    return ibis.memtable(table.to_pyarrow())


def learned(facts: Tables, measured: ir.Table, *, as_of: date = TODAY) -> Shop:
    gap = measured.agg(median_gap=fit_shop_median_gap(measured, Policies().activity))
    (row,) = census(facts, measured, as_of=as_of).cross_join(gap).to_pyarrow().to_pylist()
    return Shop.from_row(row)


def felt(**emotions: int) -> ir.Table:
    """Balances of emotional accounts, `_3=80` that of customer 3."""
    schema = ibis.schema({"customer_id": "int64", "emotion": "int16"})
    told = [{"customer_id": int(name[1:]), "emotion": balance} for name, balance in emotions.items()]
    return ibis.memtable(pa.Table.from_pylist(told, schema=schema.to_pyarrow()), schema=schema)


def rated(
    facts: Tables, policies: Policies | None = None, *, as_of: date = TODAY, balances: ir.Table | None = None
) -> dict[int, dict[str, Any]]:
    """Rows by customer."""
    policies = policies or Policies()
    measured = kept(features(facts, as_of=as_of))
    parameters = Parameters.from_row(scores.fit(measured, policies).to_pyarrow().to_pylist()[0])
    known = ratings.Known(**{name: kept(table) for name, table in ratings.beside(facts, as_of=as_of).items()})
    scored = kept(scores.apply(measured, policies, parameters))
    spoken, shop = kept(contacts(facts, as_of=as_of)), learned(facts, measured, as_of=as_of)
    return rows(ratings.apply(scored, known, spoken, felt() if balances is None else balances, policies, shop))
