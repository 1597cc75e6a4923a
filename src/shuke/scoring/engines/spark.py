"""Spark: the engine of many machines. Its workers read the facts, and this process collects what they come to."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
from django.conf import settings
from ibis.backends.pyspark.datatypes import PySparkSchema
from ibis.expr.rewrites import p, replace
from pyspark.errors import PySparkRuntimeError
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import lit, pmod
from sqlglot import exp

from shuke.analytics.tables import Tables
from shuke.runtime.shared_folder import SharedFolder
from shuke.runtime.spark import JavaMissing, find_master
from shuke.scoring.engines.duckdb import DuckDB, closing_all, of_somebody
from shuke.scoring.facts import SCHEMAS
from shuke.scoring.mirror import Mirror

PART_ROWS = 100_000
AS_ELSEWHERE = {"spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true"}
"""What cannot be computed is an error and no null, as on DuckDB."""


class Spark:
    """An engine on a session; what is kept lies in the memory and on the disks of the workers until `release`."""

    def __init__(self, session: SparkSession, nearer: Callable[[], DuckDB]) -> None:
        self._session, self._nearer = session, nearer
        self._backend = ibis.pyspark.connect(session, **AS_ELSEWHERE)
        self._kept: dict[str, DataFrame] = {}
        self._views: set[str] = set()

    def table(self, name: str, data: pa.Table) -> ir.Table:
        """A table of these data."""
        return self._view(name, self._session.createDataFrame(data))

    def parquet(self, name: str, files: list[str], schema: pa.Schema) -> ir.Table:
        """The table of some files, called as Spark calls them."""
        columns = PySparkSchema.from_ibis(ibis.Schema.from_pyarrow(schema))
        return self._view(name, self._session.read.schema(columns).parquet(*files))

    def keep(self, name: str, table: ir.Table) -> ir.Table:
        return self._view(name, self._persisted(name, self._frame(table)))

    def read(self, table: ir.Table) -> pa.Table:
        return self._frame(table).toArrow().cast(table.schema().to_pyarrow())

    def derive(self, table: ir.Table, tell: Callable[[pa.Table], pa.Table], schema: ibis.Schema) -> ir.Table:
        return ibis.memtable(tell(self.read(table)), schema=schema)

    def at_hand(self, tables: Mapping[str, ir.Table]) -> tuple[DuckDB, dict[str, ir.Table]]:
        """In this process: to ask a cluster takes longer than to answer, where the facts are few."""
        near = self._nearer()
        return near, {name: near.table(name, self.read(of_somebody(table))) for name, table in tables.items()}

    def stream(self, table: ir.Table, columns: pa.Schema, *, customers: ir.Table) -> pa.RecordBatchReader:
        """By parts of the customers, so that this process holds one part at a time."""
        parts = 1 + self._frame(customers).count() // PART_ROWS
        frame = self._frame(table)
        frame = frame.withColumn("part", pmod(frame.customer_id, lit(parts))).repartition(parts, "part")
        return pa.RecordBatchReader.from_batches(columns, self._batches(self._persisted("rows", frame), columns, parts))

    def release(self) -> None:
        """Let go of all that is kept."""
        for frame in self._kept.values():
            frame.unpersist()
        for view in self._views:
            self._session.catalog.dropTempView(view)

    def _frame(self, table: ir.Table) -> DataFrame:
        for told in table.op().find(ops.InMemoryTable):
            if told.name not in self._views:
                self.table(told.name, told.data.to_pyarrow(told.schema))
        statement = self._backend.compiler.to_sqlglot(table.op().replace(_counted).to_expr())
        for number in statement.find_all(exp.Literal):
            if not number.is_string and "." in number.this:
                number.set("this", _as_double(number.this))
        return self._session.sql(statement.sql(dialect=self._backend.dialect))

    def _view(self, name: str, frame: DataFrame) -> ir.Table:
        frame.createOrReplaceTempView(name)
        self._views.add(name)
        return self._backend.table(name)

    def _persisted(self, name: str, frame: DataFrame) -> DataFrame:
        before = self._kept.pop(name, None)
        self._kept[name] = frame.persist()
        frame.count()
        if before:
            before.unpersist()
        return frame

    @staticmethod
    def _batches(frame: DataFrame, columns: pa.Schema, parts: int) -> Iterator[pa.RecordBatch]:
        for part in range(parts):
            yield from frame.filter(frame.part == part).drop("part").toArrow().cast(columns).to_batches()


@replace(p.CountStar(where=p.Value))
def _counted(_: ops.CountStar, **_kwargs: object) -> ops.Count:
    """Rows that Ibis would sum up as ones and zeros for Spark; but the sum of none is null, and their number is 0."""
    return ops.Count(_.where, where=_.where)


def _as_double(number: str) -> str:
    """Ibis writes a float as it is, which Spark takes for a decimal, and divides by it to a few digits only."""
    return number if "e" in number.lower() else f"{number}E0"


@contextmanager
def opened(mirror: Mirror) -> Iterator[tuple[Spark, Tables]]:
    """Spark over the mirror's files, or over their copy in SHUKE_MIRROR. MasterSilent, JavaMissing, NotShared."""
    addresses = _addresses(mirror)
    with _session(settings.SHUKE.spark) as session, closing_all() as nearer:
        engine = Spark(session, nearer)
        try:
            yield engine, Tables(**{name: engine.parquet(name, addresses[name], SCHEMAS[name]) for name in SCHEMAS})
        finally:
            engine.release()


def _addresses(mirror: Mirror) -> dict[str, list[str]]:
    """How Spark calls the files of each table."""
    files = {table: mirror.files(table) for table in SCHEMAS}
    if settings.SHUKE.mirror is None:
        return {table: [f"file://{path}" for path in paths] for table, paths in files.items()}
    folder = SharedFolder(settings.SHUKE.mirror)
    folder.hold([path for paths in files.values() for path in paths])
    return {table: [folder.address(path.name) for path in paths] for table, paths in files.items()}


@contextmanager
def _session(master: str) -> Iterator[SparkSession]:
    """The session that this process has already, or one for the duration; then the cluster is free for others."""
    running = SparkSession.getActiveSession()
    if running:
        yield running
        return
    find_master(master)
    try:
        session = SparkSession.builder.config(map=_options(master)).getOrCreate()
    except PySparkRuntimeError as failure:
        if failure.getCondition() == "JAVA_GATEWAY_EXITED":
            raise JavaMissing from None
        raise
    try:
        yield session
    finally:
        session.stop()


def _options(master: str) -> dict[str, str]:
    """What is said here is not asked of spark-defaults.conf; all else is."""
    # Java remembers its first folder for as long as this process lives: it is not one of a single run.
    scratch = settings.SHUKE.home / "spill" / "spark"
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    here = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return {
        "spark.master": master,
        "spark.app.name": "Shuke",
        "spark.ui.enabled": "false",
        "spark.driver.memory": settings.SHUKE.analytics_memory.removesuffix("B").lower(),
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        **(here if master.startswith("local") else {}),
    }
