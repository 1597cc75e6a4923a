"""The partition of a run in the score table: written beside the others, attached in one step, dropped when it is old.

It has two halves by customer, so that two sessions of the database write at the same time. Only functions of the
owning role create, attach and drop tables (migrations 0002, 0011 and 0012).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from django.db import OperationalError, connection, transaction
from pgpq import ArrowToPostgresBinaryEncoder
from psycopg.copy import QueuedLibpqWriter

from shuke.core.databases import conninfo
from shuke.scoring.models import Run
from shuke.scoring.packing import pack_columns, stored

__all__ = ["attach", "drop", "write"]

MIDDLE = "SELECT coalesce((min(id) + max(id)) / 2, 0) FROM customer"


def write(run: Run, rows: pa.RecordBatchReader, columns: pa.Schema) -> int:
    """Stream the rows into tables of their own, which nobody reads before `attach`, and give them their key."""
    with connection.cursor() as cursor:
        cursor.execute(MIDDLE)
        (middle,) = cursor.fetchone()
    written = 0
    with _half("low", run, middle, columns) as low, _half("high", run, middle, columns) as high:
        for batch in rows:
            is_low = pc.less(batch["customer_id"], middle)
            low.write(batch.filter(is_low))
            high.write(batch.filter(pc.invert(is_low)))
            written += batch.num_rows
        with ThreadPoolExecutor(2) as both:
            list(both.map(Half.close, (low, high)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT score_join_halves(%s, %s)", [run.pk, middle])
    return written


def attach(run: Run) -> None:
    """Make what has been written the run's partition, within the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT score_attach_partition(%s)", [run.pk])


def drop(run: Run) -> None:
    """Drop what a run has written, or leave it for the next time while somebody reads it."""
    with suppress(OperationalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT score_drop_partition(%s)", [run.pk])


@dataclass(frozen=True, slots=True)
class Half:
    """One half being written, by a session of its own.

    Rows come frozen, which a table of the same transaction allows: else whoever reads a page first marks its rows as
    committed, and with checksums each such page is written to the log once more.
    """

    name: str
    run: Run
    columns: pa.Schema
    cursor: psycopg.Cursor
    copying: ExitStack
    copy: psycopg.Copy
    encoder: ArrowToPostgresBinaryEncoder

    def write(self, batch: pa.RecordBatch) -> None:
        rows = self.encoder.write_batch(pack_columns(_of_run(self.run, batch, self.columns)))
        self.copy.write(memoryview(rows))  # is cut into pieces without a copy of each

    def close(self) -> None:
        """End the rows; then the half gets its key and its statistics.

        Those are of a later transaction than the rows: else PostgreSQL's housekeeping would gather them once more.
        """
        self.copy.write(self.encoder.finish())
        self.copying.close()
        self.cursor.connection.commit()
        self.cursor.execute("SELECT score_close_half(%s, %s)", [self.run.pk, self.name])


@contextmanager
def _half(name: str, run: Run, middle: int, columns: pa.Schema) -> Iterator[Half]:
    """A half to write and to close; its session ends with the block."""
    encoder = ArrowToPostgresBinaryEncoder(stored(columns))
    with psycopg.connect(conninfo()) as session, session.cursor() as cursor, ExitStack() as copying:
        cursor.execute("SELECT score_open_half(%s, %s, %s)", [run.pk, name, middle])
        (table,) = cursor.fetchone()
        frozen = f"COPY {table} ({', '.join(columns.names)}) FROM STDIN (FORMAT binary, FREEZE)"
        copy = copying.enter_context(cursor.copy(frozen, writer=QueuedLibpqWriter(cursor)))
        copy.write(encoder.write_header())
        yield Half(name, run, columns, cursor, copying, copy, encoder)


def _of_run(run: Run, batch: pa.RecordBatch, columns: pa.Schema) -> pa.RecordBatch:
    run_ids = pa.repeat(pa.scalar(run.pk, pa.int64()), batch.num_rows)
    return pa.RecordBatch.from_arrays([run_ids, *batch.columns], schema=columns)
