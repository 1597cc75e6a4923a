"""The statements' common ground: one cursor, one set of parameters, slices that keep the server's memory flat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.timezone import localdate
from psycopg import sql

from shuke.intake import mapping as mappings
from shuke.intake import staging
from shuke.intake.models import Import

SOURCE_LOCK = 7_302_001
"""A source is written by one import at a time, or taken back, so that equal files find everything unchanged."""

SLICE_PAGES = 16_384
"""128 MB of a working table. Every inserted row waits for its foreign keys until its statement ends."""


def lock_source(cursor: Any, source_id: int) -> None:
    """Wait until nothing of the source is being written or taken back; holds until the transaction ends."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SOURCE_LOCK, source_id])


@dataclass(frozen=True, slots=True)
class Work:
    """One import being applied or undone; statements name the staging table {staged} and parameters of `params`."""

    cursor: Any
    this: Import
    mapping: mappings.Mapping
    params: Mapping[str, Any]

    @classmethod
    def on(cls, cursor: Any, this: Import, *, at: datetime) -> "Work":
        agreed = mappings.Mapping.from_json(this.mapping)
        zone = settings.TIME_ZONE
        params = {"zone": zone, "source": this.source_id, "import": this.pk, "at": at, "today": localdate(at)}
        return cls(cursor, this, agreed, params)

    @property
    def staged(self) -> sql.Identifier:
        """The table in which the checked rows wait."""
        return staging.table_of(self.this)

    def run(self, statement: str, **more: Any) -> int:
        """Execute a statement; returns how many rows it touched."""
        text = sql.SQL(statement).format(staged=self.staged)
        self.cursor.execute(text, {**self.params, **more})
        return self.cursor.rowcount

    def run_all(self, *statements: str) -> None:
        for statement in statements:
            self.run(statement)

    def run_in_slices(self, statement: str, table: str) -> None:
        """Execute a statement for each stretch {from} to {after} of a working table's pages."""
        self.cursor.execute("SELECT pg_relation_size(%s::regclass) / current_setting('block_size')::int", [table])
        (pages,) = self.cursor.fetchone()
        for page in range(0, pages, SLICE_PAGES):
            self.run(statement, first=f"({page},0)", after=f"({page + SLICE_PAGES},0)")

    def one(self, statement: str, **more: Any) -> dict[str, Any]:
        """The single row of a statement, by column."""
        (row,) = self.rows(statement, **more)
        return dict(zip([column.name for column in self.cursor.description], row, strict=True))

    def rows(self, statement: str, **more: Any) -> list[tuple[Any, ...]]:
        self.run(statement, **more)
        return self.cursor.fetchall()

    def column(self, statement: str, **more: Any) -> list[Any]:
        return [value for (value,) in self.rows(statement, **more)]

    def words(self, table: str, columns: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """A small working table of `rows`, for meanings that the database does not know."""
        self.run(f"CREATE TEMP TABLE {table} ({columns}) ON COMMIT DROP")
        with self.cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
            for row in rows:
                copy.write_row(row)

    def maps(self, key: str) -> bool:
        """Does the file have a column for this field?"""
        return key in self.mapping.columns
