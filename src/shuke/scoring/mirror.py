"""The columnar mirror: the facts as Parquet files by month, rebuilt from PostgreSQL wherever a mark says so.

A refresh takes one repeatable-read snapshot, reads the marks, writes the marked months whole under new names, replaces
the manifest in one step and then deletes the marks that it saw. Readers follow the manifest, so they see one state;
a fact that commits later has its own mark and is taken by the next refresh, however the transactions interleaved.
"""

import json
import os
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from shuke.core.databases import advisory_lock
from shuke.history.models import MonthMark
from shuke.scoring import facts
from shuke.scoring.facts import BY_DAY, SCHEMAS, WHOLE

if TYPE_CHECKING:
    from adbc_driver_postgresql.dbapi import Connection

__all__ = ["Manifest", "Mirror", "Refreshed"]

READERS = 2
"""Connections that read at once: what one brings is packed into a file while the other one waits for the server."""

# From month to month by the indexes on the day, of which behaviour has none that is in order.
MONTHS_WITH_FACTS = """
WITH RECURSIVE found(month) AS (
    SELECT '-infinity'::date
    UNION ALL
    SELECT date_trunc('month', least(
        (SELECT min(ordered_on) FROM customer_order WHERE ordered_on >= found.month + interval '1 month'),
        (SELECT min(happened_on) FROM order_event WHERE happened_on >= found.month + interval '1 month'),
        (SELECT min(happened_on) FROM interaction WHERE happened_on >= found.month + interval '1 month')
    ))::date
    FROM found WHERE month IS NOT NULL
)
SELECT month FROM found WHERE month > '-infinity'
UNION SELECT date_trunc('month', happened_on)::date FROM (SELECT DISTINCT happened_on FROM behaviour) AS acted
"""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which files are the mirror: by table, the file of each month, or one under "all"."""

    files: dict[str, dict[str, str]] = field(default_factory=lambda: {table: {} for table in SCHEMAS})

    def names(self) -> set[str]:
        return {name for months in self.files.values() for name in months.values()}


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: the months it wrote anew, the rows in them; and what its snapshot saw of the day.

    That is the marks of customers, and the rows that had been scored since the run before. Marks of behaviour are not
    among them: it is of the day itself, which no run has seen.
    """

    months: tuple[date, ...]
    rows: int
    customer_marks: tuple[int, ...] = ()
    rescored: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What one file holds: all of a table, or a month of it."""

    table: str
    key: str = "all"
    among: str = "true"


class Mirror:
    """The mirror in a folder; one reader or writer at a time, by a lock in the database."""

    LOCK = 7_301_002

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def manifest(self) -> Manifest | None:
        """The present manifest, or None where there is no mirror yet, or one that lacks a table of ours."""
        try:
            found = Manifest(**json.loads((self.folder / "manifest.json").read_text()))
        except FileNotFoundError:
            return None
        return found if found.files.keys() == SCHEMAS.keys() else None

    def files(self, table: str) -> list[Path]:
        """The Parquet files of `table`; at least one, which may be empty."""
        manifest = self.manifest() or Manifest()
        names = manifest.files[table].values()
        return [self.folder / name for name in names] or [self._empty(table)]

    @contextmanager
    def fresh(self) -> Iterator[Refreshed]:
        """The mirror brought to what is committed now, and left alone by others until the block ends."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with advisory_lock(self.LOCK):
            yield self._refresh()

    def _refresh(self) -> Refreshed:
        before = self.manifest()
        with facts.snapshot() as snapshot:
            marks = facts.fetch(snapshot, "SELECT id, month FROM month_mark")
            marked = MONTHS_WITH_FACTS if before is None else "SELECT DISTINCT month FROM month_mark"
            months = sorted(facts.fetch(snapshot, marked)["month"].to_pylist())
            customers = facts.fetch(snapshot, "SELECT id FROM customer_mark WHERE NOT of_behaviour")["id"].to_pylist()
            rescored = facts.fetch(snapshot, "SELECT id FROM score_today")["id"].to_pylist()
            after, rows = self._export(snapshot, before or Manifest(), months)
        self._switch(after)
        MonthMark.objects.filter(pk__in=marks["id"].to_pylist()).delete()
        self._sweep(after)
        return Refreshed(tuple(months), rows, tuple(customers), tuple(rescored))

    def _export(self, snapshot: "Connection", before: Manifest, months: list[date]) -> tuple[Manifest, int]:
        parts = [Part(table, str(month), _within(month, day)) for month in months for table, day in BY_DAY.items()]
        count = len(parts)
        parts += [Part(table) for table in WHOLE]
        files = {table: dict(before.files[table]) for table in SCHEMAS}
        written = self._write_all(snapshot, parts)
        for part, (name, rows) in zip(parts, written, strict=True):
            files[part.table].pop(part.key, None)
            if rows:
                files[part.table][part.key] = name
        return Manifest(files), sum(rows for _, rows in written[:count])

    def _write_all(self, snapshot: "Connection", parts: list[Part]) -> list[tuple[str, int]]:
        """The name and the rows of each part's file. A connection serves one part at a time, whichever is next."""
        with ExitStack() as open_ones:
            free: SimpleQueue[Connection] = SimpleQueue()
            free.put(snapshot)
            for _ in range(READERS - 1):
                free.put(open_ones.enter_context(facts.snapshot(of=snapshot)))

            def write(part: Part) -> tuple[str, int]:
                reader = free.get()
                try:
                    return self._write(reader, part)
                finally:
                    free.put(reader)

            return list(open_ones.enter_context(ThreadPoolExecutor(READERS)).map(write, parts))

    def _write(self, snapshot: "Connection", part: Part) -> tuple[str, int]:
        name, schema = f"{part.table}-{part.key}-{uuid.uuid4().hex}.parquet", SCHEMAS[part.table]
        rows = 0
        with closing(snapshot.cursor()) as cursor:
            cursor.execute(facts.select_from_snapshot(part.table, among=part.among))
            with pq.ParquetWriter(self.folder / name, schema, compression="zstd") as writer:
                for batch in _large(cursor.fetch_record_batch()):
                    writer.write_table(batch.cast(schema))
                    rows += batch.num_rows
        return name, rows

    def _switch(self, manifest: Manifest) -> None:
        draft = self.folder / "manifest.json.new"
        with draft.open("w") as file:
            json.dump(asdict(manifest), file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / "manifest.json")

    def _sweep(self, manifest: Manifest) -> None:
        keep = manifest.names()
        for path in self.folder.glob("*-*.parquet"):
            if path.name not in keep:
                path.unlink(missing_ok=True)

    def _empty(self, table: str) -> Path:
        path = self.folder / f"{table}.none.parquet"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            pq.write_table(SCHEMAS[table].empty_table(), path)
        return path


def _large(batches: pa.RecordBatchReader, rows: int = 500_000) -> Iterator[pa.Table]:
    """Row groups of a useful size: the driver's own batches are small."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(each.num_rows for each in waiting) >= rows:
            yield pa.Table.from_batches(waiting)
            waiting = []
    if waiting:
        yield pa.Table.from_batches(waiting)


def _within(month: date, day: str) -> str:
    after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return f"{day} >= '{month}' AND {day} < '{after}'"
