"""MySQL and MariaDB: rows as they come, in a transaction that cannot write, of a statement seen to be one SELECT."""

import socket
import ssl
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pymysql
from pymysql.constants import CR, ER, FIELD_TYPE
from pymysql.cursors import SSCursor

from shuke.pulls.fetching.databases import logins, sheets
from shuke.pulls.fetching.databases.servers import CONNECT_SECONDS, STATEMENT_SECONDS, Server, cut_after
from shuke.pulls.fetching.guard import server_address
from shuke.pulls.fetching.places import Access, File, Marks, Stream
from shuke.pulls.problems import (
    AnsweredOtherwise,
    DatabaseUnknown,
    Denied,
    LoginUnsafe,
    NotEncrypted,
    NotOneSelect,
    PullFailed,
    QueryRefused,
    StrangeAnswer,
    Unreachable,
)

SCHEMES = ("mysql", "mariadb")
PORT = 3306
EXAMPLE = "mysql://db.example.com:3306/shop"
NO_DATE = "0000-00-00"
"""What stands where MySQL was given no date. Source: MySQL reference, "Date and Time Data Types"."""
NO_CODE = 0
LOGIN_FAILURES: dict[int, type[PullFailed]] = {
    1698: Denied,  # without a password, or by another way than one
    ER.ACCESS_DENIED_ERROR: Denied,
    ER.HOST_IS_BLOCKED: Denied,
    ER.HOST_NOT_PRIVILEGED: Denied,
    ER.MUST_CHANGE_PASSWORD_LOGIN: Denied,
    ER.BAD_DB_ERROR: DatabaseUnknown,
    ER.DBACCESS_DENIED_ERROR: DatabaseUnknown,
    CR.CR_AUTH_PLUGIN_CANNOT_LOAD: LoginUnsafe,
    CR.CR_SSL_CONNECTION_ERROR: NotEncrypted,
    NO_CODE: StrangeAnswer,
}
CANNOT_EXECUTE_IN_READ_ONLY_TRANSACTION = 1792
OURS_TO_TELL = {
    CANNOT_EXECUTE_IN_READ_ONLY_TRANSACTION,
    ER.QUERY_INTERRUPTED,
    ER.QUERY_TIMEOUT,
    ER.STATEMENT_TIMEOUT,
    ER.SUBQUERY_NO_1_ROW,
}
"""Of a statement that runs. Other words of a database may quote what stands in a customer's row."""
NO_MYSQL = (ArithmeticError, AssertionError, LookupError, RuntimeError, ValueError, struct.error)
"""What the library stumbles over in bytes that no such server would send."""


@contextmanager
def reached(access: Access, server: Server, *, seconds: float) -> Iterator["Database"]:
    """The database for at most `seconds`; PullFailed at any time."""
    address = server_address(server.host, server.port, access)
    try:
        line = socket.create_connection((address, server.port), CONNECT_SECONDS)
    except OSError:
        raise Unreachable(host=server.host) from None
    with cut_after(seconds, line.fileno()):
        connection = _logged_in(access, server, line)
        try:
            yield Database(access, server, connection)
        finally:
            connection.close()


@dataclass(frozen=True, slots=True)
class Database:
    """The result of one query, which has no marks: whether it has changed, only reading it tells."""

    access: Access
    server: Server
    connection: pymysql.Connection

    @property
    def query(self) -> str:
        return self.access.query.strip().rstrip(";")

    def files(self) -> list[File]:
        return [File(f"{self.access.name}.csv")]

    def check(self) -> None:
        """QueryRefused if the query cannot run or is not one SELECT; it is prepared, and nothing of it is done.

        A transaction that cannot write is not enough here: a procedure may end it and begin another, and a SELECT may
        write a file. Only a query without such things can stand where a subquery stands.
        """
        self._prepare(self.query, QueryRefused)
        self._prepare(f"SELECT EXISTS (\n{self.query}\n)", NotOneSelect)

    @contextmanager
    def opened(self, file: File, *, before: Marks) -> Iterator[Stream]:
        self.check()
        with self._heard(QueryRefused, OURS_TO_TELL.__contains__), self.connection.cursor(_Rows) as cursor:
            cursor.execute(self.query)
            yield Stream(sheets.as_csv(cursor))

    def _prepare(self, statement: str, refusal: type[QueryRefused]) -> None:
        # No row has been read yet, so there is none that the server's words could quote.
        with self._heard(refusal, lambda _code: True), self.connection.cursor() as cursor:
            cursor.execute("PREPARE shuke_pull FROM %s", [statement])

    @contextmanager
    def _heard(self, refusal: type[QueryRefused], may_be_told: Callable[[int], bool]) -> Iterator[None]:
        try:
            yield
        except pymysql.Error as error:
            code = _code(error)
            if not _is_the_servers(code):
                raise Unreachable(host=self.server.host) from None
            words = str(error.args[-1])[:300] if may_be_told(code) else ""
            raise refusal(host=self.server.host, state=code, words=words) from None


class _Rows(SSCursor):
    """Rows as they come. Of a result that is left half read the server is not asked for the rest."""

    def close(self) -> None:
        if self._result is not None:
            self._result.unbuffered_active = False
        super().close()


def _logged_in(access: Access, server: Server, line: socket.socket) -> pymysql.Connection:
    zone = ZoneInfo(access.zone)
    offset = datetime.now(zone).isoformat()[-6:]
    try:
        connection = pymysql.Connection(
            host=server.host,  # whose certificate this has to be; where it leads, the line says
            user=access.user,
            password=access.secret.encode(),
            database=server.database,
            charset="utf8mb4",
            conv=_readings(offset, zone),
            autocommit=None,
            read_timeout=STATEMENT_SECONDS + CONNECT_SECONDS,
            write_timeout=CONNECT_SECONDS,
            program_name="Shuke",
            auth_plugin_map=logins.TAKEN,
            defer_connect=True,
            **_tls(server),
        )
        with cut_after(CONNECT_SECONDS, line.fileno()):
            connection.connect(line)
            _begin(connection, offset)
    except pymysql.Error as error:
        raise _refusal(error, server) from None
    except NO_MYSQL:
        raise StrangeAnswer(host=server.host) from None
    return connection


def _tls(server: Server) -> dict[str, Any]:
    match server.tls:
        case "disable":
            return {"ssl_disabled": True}
        case "require":
            anybodys = ssl.create_default_context()
            anybodys.check_hostname, anybodys.verify_mode = False, ssl.CERT_NONE
            return {"ssl": anybodys}
        case "verify-full":
            return {"ssl": ssl.create_default_context()}
    return {}


def _begin(connection: pymysql.Connection, offset: str) -> None:
    """By an offset, because a server need not know the names of time zones."""
    is_mariadb = "MariaDB" in connection.get_server_info()
    seconds, milliseconds = STATEMENT_SECONDS, STATEMENT_SECONDS * 1_000
    limit = f"max_statement_time = {seconds}" if is_mariadb else f"max_execution_time = {milliseconds}"
    with connection.cursor() as cursor:
        cursor.execute(f"SET time_zone = '{offset}'")
        with _unknown_to_old_servers():
            cursor.execute(f"SET SESSION {limit}")
        cursor.execute("START TRANSACTION READ ONLY")


@contextmanager
def _unknown_to_old_servers() -> Iterator[None]:
    try:
        yield
    except pymysql.Error as error:
        if _code(error) != ER.UNKNOWN_SYSTEM_VARIABLE:
            raise


def _refusal(error: pymysql.Error, server: Server) -> PullFailed:
    """Why nobody was let in."""
    code = _code(error)
    if isinstance(getattr(error, "original_exception", None), ssl.SSLError):
        return NotEncrypted(host=server.host)
    refusal = LOGIN_FAILURES.get(code, AnsweredOtherwise if _is_the_servers(code) else Unreachable)
    return refusal(host=server.host, database=server.database, status=code)


def _code(error: pymysql.Error) -> int:
    return error.args[0] if error.args and isinstance(error.args[0], int) else NO_CODE


def _is_the_servers(code: int) -> bool:
    """Codes from 2000 to 2999 are what a client says of a connection that does not go on."""
    return 1_000 <= code < CR.CR_ERROR_FIRST or code >= 3_000


def _readings(offset: str, zone: tzinfo) -> Mapping[int, Callable[[Any], object]]:
    """How values are read that are not written as files have them; text of the server is what all others stay."""
    return {
        FIELD_TYPE.BIT: int.from_bytes,
        FIELD_TYPE.DATE: _date,
        FIELD_TYPE.DATETIME: _moment,
        FIELD_TYPE.TIMESTAMP: lambda text: _instant(text, offset, zone),
    }


def _date(text: str) -> str | None:
    return None if text.startswith(NO_DATE) else text


def _moment(text: str) -> datetime | str | None:
    """A moment by the clock of the shop; as text if no calendar has it."""
    if text.startswith(NO_DATE):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text


def _instant(text: str, offset: str, zone: tzinfo) -> datetime | str | None:
    """A moment that the server keeps in UTC and tells with the offset of our session, in our zone."""
    moment = _moment(text)
    return datetime.fromisoformat(f"{moment}{offset}").astimezone(zone) if isinstance(moment, datetime) else moment
