"""What a query finds in a PostgreSQL, as CSV: one statement, in a transaction that cannot write, read row by row."""

import csv
import io
import json
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg

from shuke.core import outbound
from shuke.pulls.fetching.places import Access, File, Marks, Stream
from shuke.pulls.problems import (
    AddressForbidden,
    Denied,
    QueryRefused,
    SecretNeeded,
    Unreachable,
    WrongAddress,
)

EXAMPLE = "postgresql://db.example.com:5432/shop"
PORT = 5432
CONNECT_SECONDS = 10
ROWS = 2_000
STATEMENT_SECONDS = 600
WHOLE_SECONDS = 1_800
NEVER_IN_CLEAR = "scram-sha-256,md5,none"
"""A server that asks for the password as it is does not get it."""
SSL_MODES = ("prefer", "require", "verify-full")
OURS_TO_TELL = re.compile(r"42|25006|57014")
"""What is wrong with the statement itself. Other words of a database may quote what stands in a customer's row."""


def validate(access: Access) -> None:
    parts = _parts(access)
    if not access.secret or not access.user:
        raise SecretNeeded
    try:
        outbound.office_address(parts["host"], parts["port"], allowed=access.allowed)
    except outbound.Forbidden:
        raise AddressForbidden(host=parts["host"]) from None


@contextmanager
def reached(access: Access) -> Iterator["Database"]:
    parts = _parts(access)
    host = parts["host"]
    try:
        address = outbound.office_address(host, parts["port"], allowed=access.allowed)
        connection = psycopg.connect(**parts, hostaddr=address, **_session(access))
    except outbound.Forbidden:
        raise AddressForbidden(host=host) from None
    except psycopg.OperationalError as error:
        was_heard = error.pgconn is not None and error.pgconn.used_password
        raise (Denied if was_heard else Unreachable)(host=host) from None
    connection.read_only = True
    # The server's own limit helps nobody whose server has stopped answering.
    last_resort = Timer(WHOLE_SECONDS, _cut, [connection])
    last_resort.daemon = True
    last_resort.start()
    try:
        yield Database(access, host, connection)
    finally:
        last_resort.cancel()
        connection.close()


@dataclass(frozen=True, slots=True)
class Database:
    """The result of one query, which has no marks: whether it has changed, only reading it tells."""

    access: Access
    host: str
    connection: psycopg.Connection[tuple[Any, ...]]

    def files(self) -> list[File]:
        return [File(f"{self.access.name}.csv")]

    @contextmanager
    def opened(self, file: File, *, before: Marks) -> Iterator[Stream]:
        try:
            # A cursor of the server takes one SELECT and nothing behind it.
            with self.connection.cursor(name="shuke_pull") as cursor:
                cursor.itersize = ROWS
                cursor.execute(self.access.query)
                yield Stream(_as_csv(cursor))
        except psycopg.Error as error:
            if error.sqlstate is None:
                raise Unreachable(host=self.host) from None
            told = error.diag.message_primary or "" if OURS_TO_TELL.match(error.sqlstate) else ""
            raise QueryRefused(host=self.host, state=error.sqlstate, words=told[:300]) from None


def _parts(access: Access) -> dict[str, Any]:
    try:
        parts = urlsplit(access.address)
        host, port, asked = parts.hostname, parts.port or PORT, parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise WrongAddress(example=EXAMPLE) from None
    (mode,) = asked.pop("sslmode", ["prefer"])
    database = unquote(parts.path.strip("/"))
    if parts.scheme not in ("postgresql", "postgres") or not host or not database or parts.username:
        raise WrongAddress(example=EXAMPLE)
    if asked or mode not in SSL_MODES or not access.query.strip():
        raise WrongAddress(example=EXAMPLE)
    return {"host": host, "port": port, "dbname": database, "sslmode": mode}


def _session(access: Access) -> dict[str, Any]:
    """Who we are there, and nothing that this machine keeps for other connections."""
    return {
        "user": access.user,
        "password": access.secret,
        "passfile": os.devnull,
        "require_auth": NEVER_IN_CLEAR,
        "gssencmode": "disable",
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "Shuke",
        "options": f"-c statement_timeout={STATEMENT_SECONDS}s -c TimeZone={access.zone}",
    }


def _cut(connection: psycopg.Connection[Any]) -> None:
    with socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def _as_csv(cursor: psycopg.ServerCursor[tuple[Any, ...]]) -> Iterator[bytes]:
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(column.name for column in cursor.description or ())
    while rows := cursor.fetchmany(ROWS):
        writer.writerows(map(_cells, rows))
        yield sheet.getvalue().encode()
        sheet.seek(0)
        sheet.truncate()
    yield sheet.getvalue().encode()


def _cells(row: tuple[Any, ...]) -> list[str]:
    return [_cell(value) for value in row]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
