"""The statements of imports over a batch of a hundred rows instead of a file of a million."""

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import sql

from shuke.intake import staging
from shuke.intake.apply.work import Work
from shuke.intake.fields import Kind


class LiveWork(Work):
    """A batch being applied: its rows wait in a table of the session, and no statistics are gathered on them."""

    @property
    def staged(self) -> sql.Identifier:
        return sql.Identifier(f"staged_{self.mapping.kind}")

    def stage(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Leave the batch's rows in the staging table, numbered as lines of a file are."""
        columns = [("line", "bigint"), ("customer_key", 'text COLLATE "C"'), *staging.columns_of(self.mapping.kind)]
        names = [name for name, _kind in columns]
        declared = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in columns
        )
        self.cursor.execute(sql.SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP").format(self.staged, declared))
        with self.cursor.copy(sql.SQL("COPY {} FROM STDIN").format(self.staged)) as copy:
            for line, row in enumerate(rows, start=1):
                copy.write_row([line, *(row.get(name) for name in names[1:])])

    def clear(self) -> None:
        """Make room for the next group of the same transaction."""
        self.cursor.execute("DISCARD TEMP")

    def run(self, statement: str, **more: Any) -> int:
        if statement.startswith("ANALYZE"):
            return 0
        return super().run(statement, **more)


OUTCOMES = {
    Kind.ORDERS: "SELECT order_key, outcome FROM head",
    Kind.INTERACTIONS: """
        SELECT spoken.source_key, CASE WHEN news.line IS NULL THEN 'unchanged' WHEN news.corrects_id IS NULL
            THEN 'inserted' ELSE 'updated' END
        FROM spoken LEFT JOIN news USING (line)
    """,
    Kind.CUSTOMERS: """
        SELECT person.customer_key, CASE WHEN profile.is_new THEN 'inserted' WHEN profile.outcome = 'updated'
            OR EXISTS (SELECT FROM reached WHERE reached.identity_id = profile.identity_id) THEN 'updated'
            ELSE 'unchanged' END
        FROM profile JOIN person USING (identity_id)
    """,
}
"""What became of each key of the batch."""
