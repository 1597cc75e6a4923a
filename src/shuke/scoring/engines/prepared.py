"""Steps that are written down once for a run and a day, as statements of DuckDB, and run over the facts of any few.

To build the expressions of all scores and to compile them takes ten times as long as to run them for one customer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from shuke.scoring.engines.duckdb import DuckDB

__all__ = ["Draft", "Prepared"]


@dataclass(frozen=True, slots=True)
class Step:
    """A table to lay down: what a statement comes to, or what a function tells of that."""

    name: str
    statement: str
    tell: Callable[[pa.Table], pa.Table] | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """All steps in their order, and the statement that reads what they come to."""

    steps: tuple[Step, ...]
    statement: str

    def run(self, on: DuckDB, tables: Mapping[str, pa.Table]) -> pa.Table:
        """The rows for the facts of these tables, by the names that the steps call them."""
        for name, table in tables.items():
            on.lay(name, table)
        for step in self.steps:
            if step.tell is None:
                on.lay_down(step.name, step.statement)
            else:
                on.lay(step.name, step.tell(on.ask(step.statement)))
        return on.ask(self.statement)


class Draft:
    """Writes steps down instead of taking them; its tables have names and columns, and no rows."""

    def __init__(self, on: DuckDB) -> None:
        self._on = on
        self._steps: list[Step] = []

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        return self._noted(Step(name, self._on.statement(table)), table.schema())

    def derive(self, table: ir.Table, tell: Callable[[pa.Table], pa.Table], schema: ibis.Schema) -> ir.Table:
        return self._noted(Step(f"told_{len(self._steps)}", self._on.statement(table), tell), schema)

    def finish(self, table: ir.Table) -> Prepared:
        """The steps until here, and after them this table."""
        return Prepared(tuple(self._steps), self._on.statement(table))

    def _noted(self, step: Step, schema: ibis.Schema) -> ir.Table:
        self._steps.append(step)
        return ibis.table(schema, name=step.name)
