"""PostgreSQL: a cursor of the server in a transaction that cannot write."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from shuke.pulls.fetching.databases import sheets
from shuke.pulls.fetching.databases.servers import CONNECT_SECONDS, STATEMENT_SECONDS, Server, cut_after
from shuke.pulls.fetching.guard import server_address
from shuke.pulls.fetching.places import Access, File, Marks, Stream
from shuke.pulls.problems import DatabaseUnknown, Denied, NotEncrypted, PullFailed, QueryRefused, Unreachable

SCHEMES = ("postgresql", "postgres")
PORT = 5432
EXAMPLE = "postgresql://db.example.com:5432/shop"
NEVER_IN_CLEAR = "scram-sha-256,md5,none"
"""A server that asks for the password as it is does not get it."""
NO_TLS = ("SSL error", "does not support SSL", "server certificate for")
"""What the library says of a server that offers no TLS, or whose certificate it does not trust."""
OURS_TO_TELL = re.compile(r"42|25006|57014")
"""What is wrong with the statement itself. Other words of a database may quote what stands in a customer's row."""


@contextmanager
def reached(access: Access, server: Server, *, seconds: float) -> Iterator["Database"]:
    """The database for at most `seconds`; PullFailed at any time."""
    address = server_address(server.host, server.port, access)
    try:
        connection = psycopg.connect(hostaddr=address, **_session(access, server))
    except psycopg.OperationalError as error:
        raise _refusal(error, access, server) from None
    connection.read_only = True
    try:
        with cut_after(seconds, connection.fileno()):
            yield Database(access, server, connection)
    finally:
        connection.close()


@dataclass(frozen=True, slots=True)
class Database:
    """The result of one query, which has no marks: whether it has changed, only reading it tells."""

    access: Access
    server: Server
    connection: psycopg.Connection[sheets.Row]

    def files(self) -> list[File]:
        return [File(f"{self.access.name}.csv")]

    def check(self) -> None:
        """QueryRefused if the query cannot run. A cursor of which nothing is read is planned and no more."""
        with self._rows():
            pass

    @contextmanager
    def opened(self, file: File, *, before: Marks) -> Iterator[Stream]:
        with self._rows() as cursor:
            yield Stream(sheets.as_csv(cursor))

    @contextmanager
    def _rows(self) -> Iterator[psycopg.ServerCursor[sheets.Row]]:
        try:
            # A cursor of the server takes one SELECT and nothing behind it.
            with self.connection.cursor(name="shuke_pull") as cursor:
                cursor.itersize = sheets.ROWS
                cursor.execute(self.access.query)
                yield cursor
        except psycopg.Error as error:
            if error.sqlstate is None:
                raise Unreachable(host=self.server.host) from None
            told = error.diag.message_primary or "" if OURS_TO_TELL.match(error.sqlstate) else ""
            raise QueryRefused(host=self.server.host, state=error.sqlstate, words=told[:300]) from None


def _session(access: Access, server: Server) -> dict[str, Any]:
    """Where we go, who we are there, and nothing that this machine keeps for other connections."""
    return {
        "host": server.host,
        "port": server.port,
        "dbname": server.database,
        "user": access.user,
        "password": access.secret,
        "passfile": os.devnull,
        "require_auth": NEVER_IN_CLEAR,
        "sslmode": server.tls,
        **({"sslrootcert": "system"} if server.tls == "verify-full" else {}),
        "gssencmode": "disable",
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "Shuke",
        "options": f"-c statement_timeout={STATEMENT_SECONDS}s -c TimeZone={access.zone}",
    }


def _refusal(error: psycopg.OperationalError, access: Access, server: Server) -> PullFailed:
    """Why nobody was let in. A refusal has no code: words of the library, or in the server's language, with names."""
    words = str(error)
    if any(sign in words for sign in NO_TLS):
        return NotEncrypted(host=server.host)
    if error.pgconn is None or not error.pgconn.used_password:
        return Unreachable(host=server.host)
    if f'"{server.database}"' in words and f'"{access.user}"' not in words:
        return DatabaseUnknown(host=server.host, database=server.database)
    return Denied(host=server.host)
