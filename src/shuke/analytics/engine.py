"""What computes tables, in words that DuckDB, Spark and what only writes the steps down understand."""

from collections.abc import Callable, Mapping
from typing import Protocol

import ibis
import ibis.expr.types as ir
import pyarrow as pa


class Steps(Protocol):
    """What executes expressions one after the other, or writes down how."""

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        """Compute a table once, for all that reads it afterwards."""
        ...

    def derive(self, table: ir.Table, tell: Callable[[pa.Table], pa.Table], schema: ibis.Schema) -> ir.Table:
        """Compute a table, and lay down what a function that is not an expression tells of it."""
        ...


class Engine(Steps, Protocol):
    """What executes expressions and hands over what they come to."""

    def read(self, table: ir.Table) -> pa.Table:
        """Compute a table and hand it over."""
        ...

    def at_hand(self, tables: Mapping[str, ir.Table]) -> "tuple[Engine, dict[str, ir.Table]]":
        """Tables of a few facts by their names, kept by an engine that answers many small questions quickly."""
        ...
