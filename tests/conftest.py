"""One real PostgreSQL for all tests: the embedded one, or the server that the three URLs of `settings.py` name."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright
from psycopg import sql

import settings as test_settings
import sparks

MADE_BY_MIGRATIONS = {"auth_permission", "django_content_type", "django_migrations"}
LARGE_BYTES = 10 << 20
CHROMIUM = os.environ.get("SHUKE_CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SHARED_DATA = Path(os.environ.get("SHUKE_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker) -> Iterator[None]:
    """A new database, migrated by its owner, used by the role that runs the program; no mirror of the one before."""
    from django.db import connections

    from shuke.core import schema

    with test_settings.server(), django_db_blocker.unblock():
        _create_database()
        schema.migrate()
        _let_tests_truncate()
        _forget_mirror()
        with _emptied_after_each_test():
            yield
        for connection in connections.all(initialized_only=True):
            connection.close()
            connection.close_pool()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real browser; where there is none its tests are skipped, unless SHUKE_REQUIRE_BROWSER forbids it."""
    if not Path(CHROMIUM).exists() and not os.environ.get("SHUKE_REQUIRE_BROWSER"):
        pytest.skip(f"there is no Chromium at {CHROMIUM}")
    # Playwright keeps an event loop in this thread, in which Django would refuse to touch the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def spark_session(tmp_path_factory):
    """One Spark on this machine, which all tests share: it takes seconds to start."""
    sparks.needed()
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    os.environ |= sparks.configured(folder / "conf")
    places = {"spark.local.dir": str(folder), "spark.sql.warehouse.dir": str(folder / "warehouse")}
    session = SparkSession.builder.master(sparks.MASTER).config(map=places).getOrCreate()
    yield session
    session.stop()


@pytest.fixture
def spark(spark_session):
    """The engine of runs on Spark, in which a test may lay its tables."""
    from shuke.scoring.engines.spark import Spark

    engine = Spark(spark_session, nearer=None)
    yield engine
    engine.release()


@pytest.fixture
def shared_data() -> Path:
    """The folder of real files; tests that need it say so when it is missing."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"the real files are not in {SHARED_DATA}")
    return SHARED_DATA


def _create_database() -> None:
    name = sql.Identifier(test_settings.DATABASE)
    with psycopg.connect(test_settings.superuser("postgres"), autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        server.execute(sql.SQL("CREATE DATABASE {} OWNER shuke_owner TEMPLATE template0").format(name))
    with psycopg.connect(test_settings.superuser(test_settings.DATABASE), autocommit=True) as database:
        for extension in ("pg_trgm", "btree_gist"):
            database.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(extension)))


def _let_tests_truncate() -> None:
    """Tests empty tables that they commit to, which the program itself must never be able to do."""
    with psycopg.connect(test_settings.superuser(test_settings.DATABASE), autocommit=True) as database:
        database.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO shuke_app")


@contextmanager
def _emptied_after_each_test() -> Iterator[None]:
    """Tests that commit leave nothing behind.

    Django would give every table new files and make the permissions anew: a second each time, for a handful of rows.
    The mirror goes with them: it would show the next test the months that nobody marks any more.
    """
    from django.db import connection
    from django.test import TransactionTestCase

    tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
    with (
        psycopg.connect(test_settings.superuser(test_settings.DATABASE), autocommit=True) as database,
        patch.object(
            TransactionTestCase, "_fixture_teardown", lambda _case: _empty(database, tables - MADE_BY_MIGRATIONS)
        ),
    ):
        database.execute("SET session_replication_role = replica")  # rows go in any order, whatever guards them
        yield


def _empty(database: psycopg.Connection, tables: Iterable[str]) -> None:
    one_row = "(SELECT '{0}', pg_table_size('{0}') FROM \"{0}\" LIMIT 1)"
    filled = database.execute(" UNION ALL ".join(map(one_row.format, tables))).fetchall()
    large = [table for table, size in filled if size > LARGE_BYTES]
    if large:
        database.execute(f"TRUNCATE {', '.join(large)} CASCADE")
    with database.pipeline():
        for table, _size in filled:
            database.execute(f'DELETE FROM "{table}"')
    _forget_mirror()


def _forget_mirror() -> None:
    shutil.rmtree(test_settings.CLUSTER.home.mirror, ignore_errors=True)
