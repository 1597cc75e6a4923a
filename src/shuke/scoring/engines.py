"""Engines: what executes the pure scores over the mirror. DuckDB on one machine."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from tempfile import TemporaryDirectory

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from django.conf import settings

from shuke.analytics import features, models
from shuke.analytics import pilot as pilots
from shuke.analytics.clusters.parameters import Grouping
from shuke.analytics.parameters import Parameters
from shuke.analytics.pilot import Pilot
from shuke.analytics.policies import Policies
from shuke.analytics.tables import Tables
from shuke.scoring.facts import SCHEMAS
from shuke.scoring.mirror import Mirror

__all__ = ["Engine", "Scored", "apply", "duckdb", "rescore", "score"]

THREADS = 2
BATCH_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Scored:
    """The outcome of a run before it is written: what was learned, and the rows as a stream."""

    parameters: Parameters
    rows: pa.RecordBatchReader


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine as the models use it."""

    backend: ibis.BaseBackend

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        return self.backend.create_table(name, table, temp=True, overwrite=True)

    def read(self, table: ir.Table) -> pa.Table:
        return self.backend.to_pyarrow(table)


@contextmanager
def duckdb(mirror: Mirror) -> Iterator[tuple[ibis.BaseBackend, Tables]]:
    """DuckDB over the mirror's files; it spills below the installation's home when memory runs short."""
    spill = settings.SHUKE.home / "spill"
    spill.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=spill) as folder:
        engine = ibis.duckdb.connect(
            threads=THREADS,
            memory_limit=settings.SHUKE.analytics_memory,
            temp_directory=folder,
            preserve_insertion_order=False,
        )
        try:
            yield engine, _tables(engine, mirror)
        finally:
            engine.disconnect()


def score(
    engine: ibis.BaseBackend,
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
    on = Engine(engine)
    pilot = _kept(on, pilot)
    measured = on.keep("features", features.features(tables, as_of=as_of))
    known = models.known(on, tables, measured, as_of=as_of)
    parameters = pilots.learn(on.read, measured, policies, pilot)
    learned = models.learn(on, tables, known, policies, as_of=as_of, former=former)
    scored = models.apply(on, pilots.apply(measured, policies, parameters, pilot), known, policies, learned)
    return Scored(parameters.model_copy(update={"models": learned}), _stream(engine, _shaped(scored, columns)))


def apply(
    on: Engine,
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
    """Score the customers of some tables by what a run has learned from everybody; in memory, for a few thousand."""
    engine = ibis.duckdb.connect(threads=1)
    try:
        facts = Tables(**{name: engine.create_table(name, table) for name, table in tables.items()})
        obeyed = {"policies": policies, "learned": parameters, "pilot": pilot}
        scored = apply(Engine(engine), facts, as_of=as_of, seen_until=seen_until, **obeyed)
        return engine.to_pyarrow(_shaped(scored, columns))
    finally:
        engine.disconnect()


def _kept(on: Engine, pilot: Pilot | None) -> Pilot | None:
    """The customers of a pilot as a table of the engine: not every way to run an expression carries one in memory."""
    return replace(pilot, customers=on.keep("piloted", pilot.customers)) if pilot else None


def _stream(engine: ibis.BaseBackend, table: ir.Table) -> pa.RecordBatchReader:
    # Ibis 12 asks DuckDB 2 for a reader by a name that it no longer has.
    return engine.con.sql(engine.compile(table)).to_arrow_reader(BATCH_ROWS)


def _tables(engine: ibis.BaseBackend, mirror: Mirror) -> Tables:
    def read(table: str) -> ir.Table:
        return engine.read_parquet([str(path) for path in mirror.files(table)], table_name=table)

    return Tables(**{table: read(table) for table in SCHEMAS})


def _shaped(scored: ir.Table, columns: pa.Schema) -> ir.Table:
    types = ibis.Schema.from_pyarrow(columns)
    return scored.select(**{name: scored[name].cast(kind.copy(nullable=True)) for name, kind in types.items()})
