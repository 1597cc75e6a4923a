"""The database beyond Django's own words: the way to it for other tools, and locks that need no row."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import psycopg
from django.db import connection, connections
from psycopg.conninfo import make_conninfo

if TYPE_CHECKING:
    from adbc_driver_postgresql.dbapi import Connection

PLANS_KEPT = 300
"""Prepared statements in a session; a whole batch of records runs some sixty."""
_LIBPQ = ("host", "port", "dbname", "user", "password", "sslmode", "sslrootcert")


def conninfo(alias: str = "default") -> str:
    """A libpq connection string for the database that Django uses under `alias`."""
    params = connections[alias].get_connection_params()
    return make_conninfo(**{name: params[name] for name in _LIBPQ if params.get(name)})


@contextmanager
def columnar() -> Iterator["Connection"]:
    """A connection of its own that gives and takes tables of Arrow."""
    from adbc_driver_postgresql import dbapi  # noqa: PLC0415  a quarter of a second that few commands need

    with closing(dbapi.connect(conninfo())) as driver:
        yield driver


@contextmanager
def planned_once() -> Iterator[psycopg.Cursor]:
    """A cursor in Django's transaction for statements that come again and again: the session keeps their plans.

    Django sends values inside of the text, so that the server plans every statement anew; for a hundred rows that
    takes longer than running it. Tables may come, go and grow meanwhile: the server then plans again.
    Nothing waits for a statement's end until somebody fetches its rows, so an error may surface with a later one;
    COPY does not work here.
    """
    connection.ensure_connection()
    session = connection.connection
    session.prepare_threshold, session.prepared_max = 0, PLANS_KEPT
    with connection.wrap_database_errors, session.pipeline(), psycopg.Cursor(session) as cursor:
        yield cursor


@contextmanager
def advisory_lock(number: int) -> Iterator[None]:
    """Wait until nobody else holds lock `number`; a killed holder lets go of it by itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [number])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


@contextmanager
def advisory_lock_if_free(number: int) -> Iterator[bool]:
    """Hold lock `number` if nobody else does; says whether we do."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        (ours,) = cursor.fetchone()
    try:
        yield ours
    finally:
        if ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
