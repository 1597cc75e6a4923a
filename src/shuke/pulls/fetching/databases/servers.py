"""Where a database is, and a line to it that does not last for ever."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from urllib.parse import parse_qs, unquote, urlsplit

from shuke.pulls.problems import WrongAddress

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 600
TLS = ("disable", "prefer", "require", "verify-full")
"""Not encrypted; where that is offered; always; always, and the certificate is valid for the server's name."""


@dataclass(frozen=True, slots=True)
class Server:
    """A database by its address. `tls` is one of `TLS`, which are PostgreSQL's words, for each sort of database."""

    host: str
    port: int
    database: str
    tls: str


def server_of(address: str, *, port: int, example: str) -> Server:
    """An address taken apart, `port` where it names none. WrongAddress, which shows `example`."""
    try:
        parts = urlsplit(address)
        host, port, asked = parts.hostname, parts.port or port, parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise WrongAddress(example=example) from None
    tls = asked.pop("sslmode", ["prefer"])[-1]
    database = unquote(parts.path.strip("/"))
    if not host or not database or parts.username or asked or tls not in TLS:
        raise WrongAddress(example=example)
    return Server(host, port, database, tls)


def without_user(address: str) -> tuple[str, str]:
    """An address and the user whom it names, each by itself; whoever writes a password into it is not helped."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address, ""
    if not parts.username or parts.password is not None:
        return address, ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(), unquote(parts.username)


@contextmanager
def cut_after(seconds: float, descriptor: int) -> Iterator[None]:
    """End a connection that lasts longer: a server's own limit helps nobody whose server has stopped answering."""
    with socket.socket(fileno=os.dup(descriptor)) as line:
        last_resort = Timer(seconds, _cut, [line])
        last_resort.daemon = True
        last_resort.start()
        try:
            yield
        finally:
            last_resort.cancel()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        line.shutdown(socket.SHUT_RDWR)
