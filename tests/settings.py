"""Settings of the tests: the program's own, on a home and a database of their own.

DATABASE_URL, SHUKE_MIGRATE_URL and SHUKE_TEST_SUPERUSER_URL together name another server than the embedded one.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from shuke.runtime.cluster import Cluster, running
from shuke.runtime.home import Home

ROOT = Path(__file__).resolve().parents[1]
SERVER_OF_ITS_OWN = os.environ.get("SHUKE_TEST_SUPERUSER_URL")
SHARE = os.environ.get("PYTEST_XDIST_WORKER", "")
"""Which of the processes that share the tests this is: each has a home, a database and a mirror of its own."""

DATABASE = f"shuke_test{SHARE}"
os.environ["SHUKE_HOME"] = os.environ.get("SHUKE_TEST_HOME", str(ROOT / ".cache" / "tests")) + SHARE
CLUSTER = Cluster(Home(Path(os.environ["SHUKE_HOME"])))
if not SERVER_OF_ITS_OWN:
    os.environ.pop("DATABASE_URL", None)
    CLUSTER.ensure()

from shuke.config.settings import *  # noqa: E402, F403
from shuke.config.settings import DATABASES  # noqa: E402

NOTHING_OUTLIVES_A_POWER_CUT = ("fsync", "synchronous_commit", "full_page_writes")

for _database in DATABASES.values():
    _database["NAME"] = DATABASE


@contextmanager
def server() -> Iterator[None]:
    """The server runs while the tests do."""
    if SERVER_OF_ITS_OWN:
        yield
    else:
        with running(CLUSTER):
            with psycopg.connect(superuser("postgres"), autocommit=True) as server:
                for name in NOTHING_OUTLIVES_A_POWER_CUT:
                    server.execute(f"ALTER SYSTEM SET {name} = off")
                server.execute("SELECT pg_reload_conf()")
            yield


def superuser(database: str) -> str:
    """How the fixtures reach the server when they create the database."""
    if SERVER_OF_ITS_OWN:
        return make_conninfo(SERVER_OF_ITS_OWN, dbname=database)
    return CLUSTER.dsn("superuser", database)
