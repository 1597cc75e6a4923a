"""The database beyond Django's own words: the way to it for other tools, and locks that need no row."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, connections
from psycopg.conninfo import make_conninfo

_LIBPQ = ("host", "port", "dbname", "user", "password", "sslmode")


def conninfo(alias: str = "default") -> str:
    """A libpq connection string for the database that Django uses under `alias`."""
    params = connections[alias].get_connection_params()
    return make_conninfo(**{name: params[name] for name in _LIBPQ if params.get(name)})


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
