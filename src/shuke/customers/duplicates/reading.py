"""What the finder reads of PostgreSQL: one snapshot, streamed as Arrow, with blind indexes and never a contact."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
from django.conf import settings

from shuke.core.databases import columnar
from shuke.customers.duplicates.finder import CONTACTS, PEOPLE, Found, find, load_contacts, load_people

if TYPE_CHECKING:
    from adbc_driver_postgresql.dbapi import Connection

__all__ = ["found"]

THREADS = 2

READ_PEOPLE = """
SELECT customer.id, customer.name::text AS name, customer.pinyin::text AS pinyin,
    CASE WHEN birth_calendar = 'lunar' THEN 'L' ELSE '' END || coalesce(lpad(birth_year::text, 4, '0'), '-')
        || '-' || lpad(birth_month::text, 2, '0') || '-' || lpad(birth_day::text, 2, '0') AS birthday,
    registered_on, home_store_id AS store, known.sources
FROM customer JOIN (
    SELECT customer_id, string_agg(DISTINCT source_id::text, ',') AS sources FROM identity GROUP BY customer_id
) AS known ON known.customer_id = customer.id
"""
READ_CONTACTS = """
SELECT identity.customer_id AS id, kind::text AS kind,
    ('x' || encode(substr(blind_index, 1, 8), 'hex'))::bit(64)::bigint AS value
FROM contact_point JOIN identity ON identity.id = contact_point.identity_id
WHERE kind IN ('phone', 'email') AND invalid_since IS NULL
"""


def found(*, least: float) -> Iterator[Found]:
    """All pairs of customers who are one person with at least this probability, the surest first."""
    with _engine() as engine:
        with columnar() as snapshot:
            with closing(snapshot.cursor()) as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            with _read(snapshot, READ_PEOPLE, PEOPLE) as people:
                load_people(engine, people=people)
            with _read(snapshot, READ_CONTACTS, CONTACTS) as contacts:
                load_contacts(engine, contacts=contacts)
        yield from find(engine, least=least)


@contextmanager
def _read(snapshot: "Connection", query: str, schema: pa.Schema) -> Iterator[pa.RecordBatchReader]:
    with closing(snapshot.cursor()) as cursor:
        cursor.execute(query)
        batches = cursor.fetch_record_batch()
        yield pa.RecordBatchReader.from_batches(schema, (batch.cast(schema) for batch in batches))


@contextmanager
def _engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB in memory, within the limit of the installation's analytics; it spills below the home."""
    spill = settings.SHUKE.home / "spill"
    spill.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=spill) as folder:
        limits = {
            "threads": THREADS,
            "memory_limit": settings.SHUKE.analytics_memory,
            "temp_directory": folder,
            "preserve_insertion_order": False,
        }
        with duckdb.connect(config=limits) as engine:
            yield engine
