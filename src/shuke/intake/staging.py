"""Where an import's checked rows wait: an unlogged table of its own, filled chunk by chunk.

A chunk, its quarantined rows and the import's place are one transaction, so that a kill at any moment loses at most a
chunk that will be read again. Contact points are encrypted before they leave this process.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from shuke.core.databases import columnar
from shuke.core.errors import Conflict
from shuke.core.words import mark as _
from shuke.customers.models import ContactPoint
from shuke.intake.checks import RAW_TEXT, Checked, Problem
from shuke.intake.fields import FIELDS, Form, Kind
from shuke.intake.models import Import, QuarantinedRow

if TYPE_CHECKING:
    from adbc_driver_postgresql.dbapi import Connection

SCHEMA = "staging"
CONTACTS = ("phone", "email")

COLUMN_TYPES = {
    Form.KEY: 'text COLLATE "C"',
    Form.TEXT: 'text COLLATE "C"',
    Form.TIME: "timestamptz",
    Form.DAY: "date",
    Form.PERIOD: "date",
    Form.BIRTHDAY: "text",
    Form.MONEY: "bigint",
    Form.PRICE: "bigint",
    Form.QUANTITY: "bigint",
    Form.SHARE: "bigint",
    Form.RATING: "smallint",
    Form.SECONDS: "integer",
}
BOOKMARK = """
UPDATE import SET chunks = $1::int, rows_read = rows_read + $2::bigint, progress = $3::float8,
    warnings = $4::text::jsonb WHERE id = $5::bigint AND chunks = $6::int RETURNING id
"""
QUARANTINE = """
INSERT INTO quarantined_row (of_import_id, line, problems, text)
VALUES ($1::bigint, $2::bigint, $3::text::jsonb, $4::bytea)
"""


class TakenOver(Conflict):
    code = "import_taken_over"
    message = _("This import has been taken over. Start it once more: it goes on where it stands.")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import has come; `share` of the file between 0 and 1."""

    status: str
    rows: int
    share: float


def table_of(this: Import) -> sql.Identifier:
    return sql.Identifier(SCHEMA, f"import_{this.pk}")


def create(this: Import) -> None:
    """Make the import's table; an earlier run may have made it."""
    columns = [sql.SQL("line bigint NOT NULL"), sql.SQL('customer_key text COLLATE "C"')]
    columns += [sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in columns_of(this.kind)]
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE UNLOGGED TABLE IF NOT EXISTS {} ({})").format(table_of(this), sql.SQL(", ").join(columns))
        )


def is_whole(this: Import) -> bool:
    """Whether all that was read of an import is staged still: a crash of the database empties unlogged tables."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(table_of(this)))
        (staged,) = cursor.fetchone()
    return staged == this.rows_read - this.quarantined.count()


@transaction.atomic
def begin_again(this: Import) -> None:
    """Forget what was read of an import, so that it is read from its first row."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("TRUNCATE {}").format(table_of(this)))
    this.quarantined.all().delete()
    this.chunks, this.rows_read, this.progress, this.warnings = 0, 0, 0.0, []
    this.save(update_fields=["chunks", "rows_read", "progress", "warnings"])


def drop(this: Import) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table_of(this)))


class Stage:
    """The open way into one import's table; `fill()` opens it."""

    def __init__(self, this: Import, driver: "Connection", customer_by: tuple[str, ...]) -> None:
        self._import, self._driver, self._customer_by = this, driver, customer_by
        self._rows = this.rows_read
        self._warnings = Counter({Problem(told["code"], told["column"]): told["count"] for told in this.warnings})

    def take(self, checked: Checked) -> Progress:
        """Commit a chunk and the import's new place. TakenOver if a run before us, long dead, still got its own in."""
        self._warnings += checked.warnings
        self._rows += checked.rows_in
        with self._driver.cursor() as cursor:
            if checked.rows.num_rows:
                rows, table = self._protected(checked.rows), f"import_{self._import.pk}"
                cursor.adbc_ingest(table, rows, mode="append", db_schema_name=SCHEMA)
            if checked.refused:
                cursor.executemany(QUARANTINE, self._quarantined(checked))
            told = json.dumps([{**asdict(problem), "count": count} for problem, count in self._warnings.items()])
            place = [checked.number + 1, checked.rows_in, checked.share, told, self._import.pk, checked.number]
            cursor.execute(BOOKMARK, place)
            if not cursor.fetchone():
                raise TakenOver
        self._driver.commit()
        return Progress(Import.Status.READING, self._rows, checked.share)

    def _protected(self, rows: pa.Table) -> pa.Table:
        """Contact points as ciphertext and blind index; who the customer is as one column `customer_key`."""
        keys = {name: rows[name] for name in ("customer", "name") if name in rows.column_names}
        for contact in CONTACTS:
            if contact not in rows.column_names:
                continue
            sealed, index = _sealed(rows[contact].combine_chunks())
            if contact in self._customer_by:
                keys[contact] = pc.cast(_hexadecimal(index), pa.string())
            rows = rows.drop_columns(contact)
            rows = rows.append_column(f"{contact}_value", sealed).append_column(f"{contact}_index", index)
        if RAW_TEXT in rows.column_names:
            texts = _encrypted(rows[RAW_TEXT].to_pylist())
            rows = rows.drop_columns(RAW_TEXT).append_column(RAW_TEXT, texts)
        key = self._key(keys, rows.num_rows)
        rows = rows.drop_columns("customer") if "customer" in rows.column_names else rows
        return rows.append_column("customer_key", key).replace_schema_metadata(None)

    def _key(self, keys: Mapping[str, pa.ChunkedArray], rows: int) -> pa.Array:
        """A customer number as it is, else what tells the customers apart, each with its name: phone:…|name:…"""
        if self._customer_by == ("customer",):
            return keys["customer"]
        parts = [
            pc.binary_join_element_wise(known, keys[known], ":", null_handling="replace" if place else "emit_null")
            for place, known in enumerate(self._customer_by)
        ]
        return pc.binary_join_element_wise(*parts, "|") if parts else pa.nulls(rows, pa.string())

    def _quarantined(self, checked: Checked) -> pa.Table:
        return pa.table(
            {
                "of_import_id": pa.array([self._import.pk] * len(checked.refused), pa.int64()),
                "line": pa.array([row.line for row in checked.refused], pa.int64()),
                "problems": pa.array(
                    [json.dumps([asdict(problem) for problem in row.problems]) for row in checked.refused], pa.string()
                ),
                "text": _encrypted(row.text for row in checked.refused),
            }
        )


@contextmanager
def fill(this: Import, *, customer_by: tuple[str, ...]) -> Iterator[Stage]:
    """The way into the import's table, on a connection of its own."""
    with columnar() as driver:
        yield Stage(this, driver, customer_by)


def columns_of(kind: str) -> Iterator[tuple[str, str]]:
    """Every field that a file of this kind can have, so that the statements over it are always the same."""
    for known in FIELDS[Kind(kind)]:
        if known.key in CONTACTS:
            yield f"{known.key}_value", "bytea"
            yield f"{known.key}_index", "bytea"
        elif known.key not in ("customer", "surname"):
            yield known.key, COLUMN_TYPES[known.form]
    yield "pinyin", "text"
    yield "initials", "text"
    yield "at_on", "date"
    yield "line_amount", "bigint"
    if Kind(kind).builds_on_orders:
        yield RAW_TEXT, "bytea"


def _encrypted(texts: Iterable[str]) -> pa.Array:
    """Rows' texts as quarantine keeps them."""
    return pa.array([settings.KEY_RING.encrypt(text, field=QuarantinedRow.FIELD) for text in texts], pa.binary())


def _sealed(texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Ciphertext and blind index of each text; one person's many rows cost one encryption a chunk."""
    ring, distinct = settings.KEY_RING, texts.dictionary_encode()
    plain = distinct.dictionary.to_pylist()
    values = pa.array([ring.encrypt(text, field=ContactPoint.FIELD) for text in plain], pa.binary())
    indexes = pa.array([ring.blind_index(text, field=ContactPoint.FIELD) for text in plain], pa.binary())
    return values.take(distinct.indices), indexes.take(distinct.indices)


def _hexadecimal(values: pa.Array) -> pa.Array:
    distinct = values.dictionary_encode()
    texts = pa.array([value.hex() for value in distinct.dictionary.to_pylist()], pa.string())
    return texts.take(distinct.indices)
