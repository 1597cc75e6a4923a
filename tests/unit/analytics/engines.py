"""Engines for tests: as models use them."""

import ibis
import ibis.expr.types as ir
import pyarrow as pa


class Elsewhere:
    """A backend as an engine, which keeps what it has computed in memory."""

    def __init__(self, backend) -> None:
        self.backend = backend

    def keep(self, _name: str, table: ir.Table) -> ir.Table:
        return ibis.memtable(self.read(table), schema=table.schema())

    def read(self, table: ir.Table) -> pa.Table:
        return self.backend.to_pyarrow(table)

    def derive(self, table: ir.Table, tell, schema) -> ir.Table:
        return ibis.memtable(tell(self.read(table)), schema=schema)


class InMemory(Elsewhere):
    """A DuckDB of its own, which keeps what it has computed as its tables."""

    def __init__(self) -> None:
        super().__init__(ibis.duckdb.connect(threads=1))

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        return self.backend.create_table(name, table, temp=True, overwrite=True)

    def at_hand(self, tables):
        near = InMemory()
        return near, {name: near.backend.create_table(name, self.read(table)) for name, table in tables.items()}
