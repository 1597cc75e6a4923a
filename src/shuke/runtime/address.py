"""Where PostgreSQL listens: a Unix socket near the data or, for a long path, in a short folder; else loopback."""

import hashlib
import os
import socket
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from shuke.runtime.home import Home

PORT = 5432  # names the socket file; nothing listens on it
SOCKET_PATH_BYTES = 107


@dataclass(frozen=True, slots=True)
class Address:
    """A socket folder or 127.0.0.1, and the port."""

    host: str
    port: int

    @property
    def is_socket(self) -> bool:
        return self.host.startswith("/")

    def url(self, *, user: str, password: str, dbname: str) -> str:
        """A postgresql:// address that psycopg, ADBC and Django understand."""
        login = f"{quote(user, safe='')}:{quote(password, safe='')}"
        if self.is_socket:
            return f"postgresql://{login}@/{quote(dbname)}?host={quote(self.host, safe='')}&port={self.port}"
        return f"postgresql://{login}@{self.host}:{self.port}/{quote(dbname)}"

    def settings(self) -> dict[str, str]:
        """What PostgreSQL has to be told."""
        if self.is_socket:
            return {"listen_addresses": "", "unix_socket_directories": self.host, "port": str(self.port)}
        return {"listen_addresses": self.host, "unix_socket_directories": "", "port": str(self.port)}


def current(home: Home) -> Address:
    """Where the server listens, or will: the choice of the last start if there was one."""
    try:
        host, port = _note(home).read_text(encoding="utf-8").rsplit(":", 1)
    except FileNotFoundError:
        return _choose(home, last=None)
    return Address(host, int(port))


def settle(home: Home, *, short_folder: bool = True) -> Address:
    """Choose for a server about to start, and note it for all who want to connect.

    Without `short_folder` (the server runs under another account) only the installation's own folder will do.
    """
    last = current(home) if _note(home).exists() else None
    chosen = _choose(home, last=last, short_folder=short_folder)
    draft = _note(home).with_suffix(".new")
    draft.write_text(f"{chosen.host}:{chosen.port}", encoding="utf-8")
    draft.replace(_note(home))
    return chosen


def socket_folder(home: Home, *, short: bool = True) -> Path | None:
    """A private folder whose socket path fits the limit of the kernel, or None."""
    if _fits(home.run):
        return home.run
    name = hashlib.sha256(os.fsencode(home.root.resolve())).hexdigest()[:12]
    elsewhere = Path(tempfile.gettempdir()) / f"shuke-{name}"
    return elsewhere if short and _fits(elsewhere) and _private(elsewhere) else None


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Could we listen on this port of 127.0.0.1?"""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _note(home: Home) -> Path:
    return home.run / "address"


def _choose(home: Home, *, last: Address | None, short_folder: bool = True) -> Address:
    folder = socket_folder(home, short=short_folder)
    if folder is not None:
        return Address(str(folder), PORT)
    # Programs keep the address they were started with, so a restarted server returns to its port.
    if last is not None and not last.is_socket and port_is_free(last.port):
        return last
    return Address("127.0.0.1", free_port())


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_BYTES


def _private(folder: Path) -> bool:
    """Make the folder; false if somebody else was there first. Everybody may write in the temp folder."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        seen = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.geteuid() and not seen.st_mode & 0o077
