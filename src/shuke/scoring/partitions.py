"""The partition of a run in the score table: written beside the others, attached in one step, dropped when it is old.

It has two halves by customer, so that two sessions of the database write at the same time. Only functions of the
owning role create, attach and drop tables (migrations 0002 and 0011).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

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
    with _half("low", run, middle, columns) as write_low, _half("high", run, middle, columns) as write_high:
        for batch in rows:
            is_low = pc.less(batch["customer_id"], middle)
            write_low(batch.filter(is_low))
            write_high(batch.filter(pc.invert(is_low)))
            written += batch.num_rows
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


@contextmanager
def _half(half: str, run: Run, middle: int, columns: pa.Schema) -> Iterator[Callable[[pa.RecordBatch], None]]:
    """A way to write one half, by a session and a transaction of its own, which end with the block.

    Rows come frozen, which a table of the same transaction allows: else whoever reads a page first marks its rows as
    committed, and with checksums each such page is written to the log once more.
    """
    encoder = ArrowToPostgresBinaryEncoder(stored(columns))
    with psycopg.connect(conninfo()) as session, session.cursor() as cursor:
        cursor.execute("SELECT score_open_half(%s, %s, %s)", [run.pk, half, middle])
        (table,) = cursor.fetchone()
        frozen = f"COPY {table} ({', '.join(columns.names)}) FROM STDIN (FORMAT binary, FREEZE)"
        with cursor.copy(frozen, writer=QueuedLibpqWriter(cursor)) as copy:
            copy.write(encoder.write_header())
            yield lambda batch: copy.write(encoder.write_batch(pack_columns(_of_run(run, batch, columns))))
            copy.write(encoder.finish())


def _of_run(run: Run, batch: pa.RecordBatch, columns: pa.Schema) -> pa.RecordBatch:
    run_ids = pa.array([run.pk], pa.int64()).take(pa.array([0] * batch.num_rows, pa.int32()))
    return pa.RecordBatch.from_arrays([run_ids, *batch.columns], schema=columns)
