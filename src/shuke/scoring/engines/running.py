"""A run and a re-score in the day, on any engine."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Protocol

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from shuke.analytics import engine as computing
from shuke.analytics import features, models
from shuke.analytics import pilot as pilots
from shuke.analytics.clusters.parameters import Grouping
from shuke.analytics.engine import Steps
from shuke.analytics.parameters import Parameters
from shuke.analytics.pilot import Pilot
from shuke.analytics.policies import Policies
from shuke.analytics.tables import Tables
from shuke.scoring.engines import duckdb
from shuke.scoring.engines.prepared import Draft, Prepared
from shuke.scoring.facts import SCHEMAS

PILOTED = "of_the_pilot"


class Engine(computing.Engine, Protocol):
    """What executes a run."""

    def stream(self, table: ir.Table, columns: pa.Schema, *, customers: ir.Table) -> pa.RecordBatchReader:
        """Compute a table of one row for each of these customers; they come in `columns`, part by part."""
        ...


@dataclass(frozen=True, slots=True)
class Scored:
    """The outcome of a run before it is written: what was learned, and the rows as a stream."""

    parameters: Parameters
    rows: pa.RecordBatchReader


def score(
    on: Engine,
    tables: Tables,
    *,
    as_of: date,
    policies: Policies,
    columns: pa.Schema,
    pilot: Pilot | None = None,
    former: Grouping | None = None,
) -> Scored:
    """Run the scores as of a day; the rows come with `columns`, in their order and types.

    `former` are the groups of the run before, which stand for the rest of its month and hand on their numbers.
    """
    pilot = _kept(on, pilot)
    measured = on.keep("features", features.features(tables, as_of=as_of))
    known = models.known(on, tables, measured, as_of=as_of)
    parameters = pilots.learn(on.read, measured, policies, pilot)
    learned = models.learn(on, tables, known, policies, as_of=as_of, former=former)
    scored = models.apply(on, pilots.apply(measured, policies, parameters, pilot), known, policies, learned)
    rows = on.stream(_shaped(scored, columns), columns, customers=measured)
    return Scored(parameters.model_copy(update={"models": learned}), rows)


def apply(
    on: Steps,
    tables: Tables,
    *,
    as_of: date,
    seen_until: date,
    policies: Policies,
    learned: Parameters,
    pilot: Pilot | None = None,
) -> ir.Table:
    """Score whoever has facts in the tables by what a run has learned."""
    pilot = _kept(on, pilot)
    measured = on.keep("features", features.features(tables, as_of=as_of, seen_until=seen_until))
    known = models.known(on, tables, measured, as_of=as_of, seen_until=seen_until)
    return models.apply(on, pilots.apply(measured, policies, learned, pilot), known, policies, learned.models)


def rescore(
    tables: Mapping[str, pa.Table],
    *,
    as_of: date,
    seen_until: date,
    policies: Policies,
    parameters: Parameters,
    columns: pa.Schema,
    pilot: Pilot | None = None,
) -> pa.Table:
    """Score the customers of some tables by what a run has learned from everybody.

    In memory and on this machine, whatever computes the runs: a few thousand customers, within seconds of their fact.
    """
    learned = parameters.model_dump_json()
    prepared = _prepared(as_of, seen_until, policies.model_dump_json(), learned, columns, _told(pilot))
    with duckdb.in_memory() as on:
        whose = {PILOTED: on.read(pilot.customers)} if pilot else {}
        return prepared.run(on, {**tables, **whose})


def _told(pilot: Pilot | None) -> str | None:
    return pilot.policies.model_dump_json() if pilot else None


@lru_cache(maxsize=1)
def _prepared(
    as_of: date, seen_until: date, policies: str, parameters: str, columns: pa.Schema, of_pilot: str | None
) -> Prepared:
    """How to score some, from what can be told in JSON: the same for all of a day, until another run is live."""
    facts = Tables(**{name: ibis.table(ibis.Schema.from_pyarrow(schema), name) for name, schema in SCHEMAS.items()})
    customers = ibis.table({"customer_id": "int64"}, PILOTED)
    obeyed = {
        "policies": Policies.model_validate_json(policies),
        "learned": Parameters.model_validate_json(parameters),
        "pilot": Pilot(Policies.model_validate_json(of_pilot), customers) if of_pilot else None,
    }
    with duckdb.in_memory() as on:
        draft = Draft(on)
        return draft.finish(_shaped(apply(draft, facts, as_of=as_of, seen_until=seen_until, **obeyed), columns))


def _kept(on: Steps, pilot: Pilot | None) -> Pilot | None:
    """The customers of a pilot as a table of the engine: not every way to run an expression carries one in memory."""
    return replace(pilot, customers=on.keep("piloted", pilot.customers)) if pilot else None


def _shaped(scored: ir.Table, columns: pa.Schema) -> ir.Table:
    types = ibis.Schema.from_pyarrow(columns)
    return scored.select(**{name: scored[name].cast(kind.copy(nullable=True)) for name, kind in types.items()})
