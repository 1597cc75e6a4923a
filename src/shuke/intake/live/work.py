"""The statements of imports over a batch of a hundred rows instead of a file of a million."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import sql

from shuke.intake import staging
from shuke.intake.apply.work import Work
from shuke.intake.fields import Kind

WORKING_TABLE = re.compile(r"\s*CREATE TEMP TABLE (\w+)\s+(\(.*\)\s+)?ON COMMIT DROP(\s+AS\b)?", re.DOTALL)
FIRST_PLACE, LAST_PLACE = "(0,0)", "(4294967295,0)"
INDEX = re.compile(r"CREATE UNIQUE INDEX ON (\w+)")
READY = """
SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind = 'r'
"""
LARGEST_TABLE = 256 * 1024
"""In bytes. Deleted rows take room until the table is made new, after some ten batches of a hundred."""


class Tables:
    """The working tables that this session keeps from batch to batch, empty between two.

    An import makes its working tables anew. With a batch that would take longer than all else, and twenty batches a
    second would fill the system's catalogue with dead rows. Emptying a table otherwise than row by row makes the server
    plan all statements about it again: that is done when it has grown, so that plans also follow the growth of the
    tables that stay.
    """

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor
        sizes = dict(cursor.execute(READY).fetchall())
        if any(size > LARGEST_TABLE for size in sizes.values()):
            cursor.execute(f"TRUNCATE {', '.join(sorted(sizes))}")
        self._ready = set(sizes)
        self._made: set[str] = set()
        self._filled: set[str] = set()

    def kept(self, statement: str) -> str | None:
        """A statement of an import as a session that keeps its tables runs it; None for one that it can do without."""
        if statement.startswith("ANALYZE"):  # statistics of a hundred rows cost more than they bring
            return None
        if index := INDEX.match(statement):
            return statement if index[1] in self._made else None
        if not (found := WORKING_TABLE.match(statement)):
            return statement
        name, columns, query = found[1], found[2] or "", statement[found.end() :]
        self._filled.add(name)
        if name in self._ready:
            return f"INSERT INTO {name} {query}" if query else None
        self._ready.add(name)
        self._made.add(name)
        return f"CREATE TEMP TABLE {name} {columns} ON COMMIT PRESERVE ROWS {'AS' if query else ''} {query}"

    def clear(self) -> None:
        """Make room for the next statements of the same transaction."""
        for name in sorted(self._filled):
            self.cursor.execute(f"DELETE FROM {name}")
        self._filled.clear()
        self._made.clear()


@dataclass(frozen=True, slots=True)
class LiveWork(Work):
    """A batch being applied."""

    tables: Tables

    @property
    def staged(self) -> sql.Identifier:
        return sql.Identifier(f"staged_{self.mapping.kind}")

    def stage(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Leave the batch's rows in the staging table, numbered as lines of a file are."""
        columns = {"line": "bigint", "customer_key": 'text COLLATE "C"', **dict(staging.columns_of(self.mapping.kind))}
        declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        lines = [(line, *map(row.get, [*columns][1:])) for line, row in enumerate(rows, start=1)]
        self.words(f"staged_{self.mapping.kind}", declared, lines)

    def words(self, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """What a file sends by COPY goes out as a statement like all others."""
        names = [column.split()[0].strip('"') for column in columns.split(", ")]
        told = [{name: value for name, value in zip(names, row, strict=True) if value is not None} for row in rows]
        self.run(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")
        fill = f"INSERT INTO {table} SELECT * FROM json_to_recordset(%(told)s) AS told ({columns})"
        self.run(fill, told=json.dumps(told, default=_as_json))

    def run_in_slices(self, statement: str, table: str) -> None:
        """A batch is one slice, however many pages it has."""
        self.run(statement, first=FIRST_PLACE, after=LAST_PLACE)

    def run(self, statement: str, **more: Any) -> int:
        text = self.tables.kept(statement)
        return Work.run(self, text, **more) if text else 0


def _as_json(value: bytes | date) -> str:
    return f"\\x{value.hex()}" if isinstance(value, bytes) else value.isoformat()


OUTCOMES = {
    Kind.ORDERS: "SELECT order_key, outcome FROM head",
    Kind.INTERACTIONS: """
        SELECT spoken.source_key, CASE WHEN news.line IS NULL THEN 'unchanged' WHEN news.corrects_id IS NULL
            THEN 'inserted' ELSE 'updated' END
        FROM spoken LEFT JOIN news USING (line)
    """,
    Kind.BEHAVIOURS: "SELECT source_key, CASE WHEN is_known THEN 'unchanged' ELSE 'inserted' END FROM act",
    Kind.CUSTOMERS: """
        SELECT person.customer_key, CASE WHEN profile.is_new THEN 'inserted' WHEN profile.outcome = 'updated'
            OR EXISTS (SELECT FROM reached WHERE reached.identity_id = profile.identity_id) THEN 'updated'
            ELSE 'unchanged' END
        FROM profile JOIN person USING (identity_id)
    """,
}
"""What became of each key of the batch."""
