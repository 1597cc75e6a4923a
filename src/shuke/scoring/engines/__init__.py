"""Engines: what executes the pure scores over the mirror. DuckDB on one machine, Spark on many."""

from contextlib import AbstractContextManager

import ibis
from django.conf import settings

from shuke.analytics.tables import Tables
from shuke.runtime.spark import find_package
from shuke.scoring.engines import duckdb
from shuke.scoring.engines.running import Engine, Scored, apply, rescore, score
from shuke.scoring.mirror import Mirror

__all__ = ["Engine", "Scored", "apply", "opened", "rescore", "score"]

# Engines merge nested selects themselves; Ibis takes a third of a small run to do it for them.
ibis.options.sql.fuse_selects = False


def opened(mirror: Mirror) -> AbstractContextManager[tuple[Engine, Tables]]:
    """The engine that SHUKE_ENGINE names, and the mirror's tables on it. SparkMissing."""
    if settings.SHUKE.spark is None:
        return duckdb.opened(mirror)
    find_package()
    from shuke.scoring.engines import spark  # noqa: PLC0415  its packages are there only where Spark computes

    return spark.opened(mirror)
