"""DuckDB: the engine of one machine."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from tempfile import TemporaryDirectory
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from django.conf import settings
from pydantic import ByteSize, TypeAdapter

from shuke.analytics.tables import Tables
from shuke.scoring.facts import SCHEMAS
from shuke.scoring.mirror import Mirror

THREADS = 2
BATCH_ROWS = 20_000
ROW_BYTES = 4_000
"""What is joined for the row of one customer takes at once; 600 MB for 2 million customers at 1,000 were too little."""


class DuckDB:
    """An engine in this process. `nearer` opens another one, for what is asked of a few facts meanwhile."""

    def __init__(self, backend: ibis.BaseBackend, nearer: "Callable[[], DuckDB] | None" = None) -> None:
        self._backend = backend
        self._nearer = nearer

    def table(self, name: str, data: pa.Table) -> ir.Table:
        """A table of these data."""
        return self._backend.create_table(name, data, overwrite=True)

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        return self._backend.create_table(name, table, temp=True, overwrite=True)

    def read(self, table: ir.Table) -> pa.Table:
        return self._backend.to_pyarrow(table)

    def derive(self, table: ir.Table, tell: Callable[[pa.Table], pa.Table], schema: ibis.Schema) -> ir.Table:
        return ibis.memtable(tell(self.read(table)), schema=schema)

    def at_hand(self, tables: Mapping[str, ir.Table]) -> tuple["DuckDB", dict[str, ir.Table]]:
        """In a database of their own, which another thread may ask."""
        if self._nearer is None:
            raise RuntimeError("this engine has no other at hand")
        near = self._nearer()
        return near, {name: near.table(name, self.read(of_somebody(table))) for name, table in tables.items()}

    def statement(self, table: ir.Table) -> str:
        """What a table is in DuckDB's words."""
        return str(self._backend.compile(table))

    def ask(self, statement: str) -> pa.Table:
        """What a statement comes to."""
        self.lay_down("asked", statement)
        return self._backend.con.table("asked").to_arrow_table()

    def lay(self, name: str, data: pa.Table) -> None:
        """Let statements find these data under a name."""
        self._backend.con.register(name, data)

    def lay_down(self, name: str, statement: str) -> None:
        """Compute what a statement comes to once, for all that ask for it by the name."""
        self._backend.con.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {statement}')

    def stream(self, table: ir.Table, columns: pa.Schema, *, customers: ir.Table) -> pa.RecordBatchReader:
        """By ranges of customers where memory does not hold them all: what one step joins cannot be spilled."""
        ids = customers.customer_id
        (of,) = self.read(customers.agg(rows=ids.count(), first=ids.min(), last=ids.max())).to_pylist()
        parts = 1 + of["rows"] * ROW_BYTES // TypeAdapter(ByteSize).validate_python(settings.SHUKE.analytics_memory)
        if parts == 1:
            return self._reader(table)
        edges = [of["first"] + (of["last"] + 1 - of["first"]) * part // parts for part in range(parts + 1)]
        ranges = ((table.customer_id >= low) & (table.customer_id < high) for low, high in pairwise(edges))
        batches = (batch for among in ranges for batch in self._reader(table.filter(among)))
        return pa.RecordBatchReader.from_batches(columns, batches)

    def _reader(self, table: ir.Table) -> pa.RecordBatchReader:
        # Ibis 12 asks DuckDB 2 for a reader by a name that it no longer has.
        return self._backend.con.sql(self._backend.compile(table)).to_arrow_reader(BATCH_ROWS)


@contextmanager
def opened(mirror: Mirror) -> Iterator[tuple[DuckDB, Tables]]:
    """DuckDB over the mirror's files; it spills below the installation's home when memory runs short."""
    with _spilling(threads=THREADS, preserve_insertion_order=False) as backend, closing_all() as nearer:
        yield DuckDB(backend, nearer), _tables(backend, mirror)


@contextmanager
def closing_all() -> Iterator[Callable[[], DuckDB]]:
    """Opens databases in memory, as many as are asked for: one is asked by one thread. At the end they are closed."""
    with ExitStack() as opened_so_far:
        yield lambda: DuckDB(opened_so_far.enter_context(_spilling(threads=1)))


@contextmanager
def _spilling(**options: Any) -> Iterator[ibis.BaseBackend]:
    """A database that spills below the installation's home when memory runs short."""
    spill = settings.SHUKE.home / "spill"
    spill.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=spill) as folder:
        limits = {"memory_limit": settings.SHUKE.analytics_memory, "temp_directory": folder}
        backend = ibis.duckdb.connect(**limits, **options)
        try:
            yield backend
        finally:
            backend.disconnect()


@contextmanager
def in_memory() -> Iterator[DuckDB]:
    """DuckDB without a file, for the facts of a few."""
    backend = ibis.duckdb.connect(threads=1)
    try:
        yield DuckDB(backend)
    finally:
        backend.disconnect()


def of_somebody(facts: ir.Table) -> ir.Table:
    """Orders of nobody are no facts of a customer, and may be many."""
    return facts.filter(facts.identity_id.notnull()) if "identity_id" in facts.columns else facts


def _tables(backend: ibis.BaseBackend, mirror: Mirror) -> Tables:
    def read(table: str) -> ir.Table:
        return backend.read_parquet([str(path) for path in mirror.files(table)], table_name=table)

    return Tables(**{table: read(table) for table in SCHEMAS})
