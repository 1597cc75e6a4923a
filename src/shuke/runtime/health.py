"""Is this machine and this installation fit to work? Answers as data; whoever shows them translates."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shuke.core.words import mark as _
from shuke.runtime import address, identity, locks, tuning
from shuke.runtime.cluster import BY_DUMP_AND_RESTORE, MAJOR, BinariesMissing, Cluster, bin_dir, data_major
from shuke.runtime.home import Home

GB = 1024**3
DISK_NEEDED = 2 * GB
DISK_COMFORTABLE = 10 * GB
MEMORY_COMFORTABLE = 4 * GB


@dataclass(frozen=True, slots=True)
class Check:
    """One answer: a stable name, whether all is well, a sentence with named places, and what to do if it is not.

    A hint is worth saying, but nothing stops working over it.
    """

    name: str
    ok: bool
    message: str
    params: Mapping[str, object] = field(default_factory=dict)
    remedy: str = ""
    hint: bool = False

    def words(self, translate: Callable[[str], str] = _) -> str:
        """The sentence in the reader's language, given that language's `gettext`."""
        return translate(self.message) % self.params

    def advice(self, translate: Callable[[str], str] = _) -> str:
        """What to do about it; empty when all is well."""
        return translate(self.remedy) % self.params if self.remedy and not self.ok else ""


def doctor(home: Home, *, port: int, embedded: bool = True) -> Iterator[Check]:
    """All checks of an installation whose pages are served on 127.0.0.1:`port`."""
    yield home_writable(home)
    yield disk(home)
    yield memory()
    yield web_port(home, port)
    if embedded:
        yield binaries()
        yield namespaces()
        yield socket_path(home)
        yield data_version(home)
        yield database(home)


def home_writable(home: Home) -> Check:
    """May we write where the installation lives, or would live?"""
    folder = _nearest(home.root)
    writable = os.access(folder, os.W_OK | os.X_OK)
    message = _("%(folder)s can be written to.") if writable else _("%(folder)s cannot be written to.")
    remedy = _("Give the folder to the account that runs Shuke, or set SHUKE_HOME to another one.")
    return Check("home_writable", writable, message, {"folder": str(folder)}, remedy)


def disk(home: Home) -> Check:
    """PostgreSQL stops when the disk is full."""
    free = shutil.disk_usage(_nearest(home.root)).free
    remedy = _("Make room, or set SHUKE_HOME to a larger disk.")
    params = {"free": f"{free / GB:.1f}"}
    return Check(
        "disk", free >= DISK_COMFORTABLE, _("%(free)s GB of disk are free."), params, remedy, free >= DISK_NEEDED
    )


def memory() -> Check:
    """Everything works with less, the nightly run only slower."""
    total = tuning.total_memory()
    remedy = _("Close other programs during the nightly run.")
    params = {"total": f"{total / GB:.1f}"}
    return Check("memory", total >= MEMORY_COMFORTABLE, _("%(total)s GB of memory."), params, remedy, hint=True)


def web_port(home: Home, port: int) -> Check:
    """Free, or ours already."""
    ok = address.port_is_free(port) or locks.is_held(home.up_lock)
    message = _("Port %(port)s can be used.") if ok else _("Port %(port)s is used by another program.")
    return Check("port", ok, message, {"port": port}, _("End that program or choose another port."))


def binaries() -> Check:
    """The programs of PostgreSQL, run once: a missing library shows only then."""
    try:
        version = _version_of(bin_dir() / "postgres")
    except BinariesMissing as missing:
        return Check("postgresql", False, missing.message, {}, missing.remedy)
    message = _("%(version)s.") if version else _("The programs of PostgreSQL do not run on this machine.")
    remedy = _("Set DATABASE_URL to a PostgreSQL server of your own.")
    return Check("postgresql", bool(version), message, {"version": version}, remedy)


def namespaces() -> Check:
    """Only root needs them: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return Check("account", True, _("PostgreSQL runs under your own account."))
    if identity.namespaces_allowed():
        return Check("account", True, _("PostgreSQL runs in a user namespace of its own, because you are root."))
    remedy = _("Keep SHUKE_HOME where that account may go, such as /var/lib/shuke, or start as an ordinary user.")
    message = _("User namespaces are refused here, so PostgreSQL runs as the account “%(account)s”.")
    return Check("account", False, message, {"account": identity.ACCOUNT}, remedy, hint=True)


def socket_path(home: Home) -> Check:
    """A long path is no obstacle, but explains why the socket lies elsewhere."""
    where = address.current(home)
    if where.is_socket:
        return Check("socket", True, _("PostgreSQL listens in %(folder)s."), {"folder": where.host})
    message = _("The path of %(folder)s is too long for a socket; PostgreSQL listens on port %(port)s of 127.0.0.1.")
    remedy = _("Choose a shorter SHUKE_HOME if other people have accounts on this machine.")
    return Check("socket", False, message, {"folder": str(home.root), "port": where.port}, remedy, hint=True)


def data_version(home: Home) -> Check:
    """Data of another major version cannot be opened."""
    found = data_major(home)
    if found is None:
        return Check("data", True, _("There are no data yet; the first start makes the database."))
    message = _("The data belong to PostgreSQL %(found)s; this is PostgreSQL %(ours)s.")
    return Check("data", found == str(MAJOR), message, {"found": found, "ours": MAJOR}, BY_DUMP_AND_RESTORE)


def database(home: Home) -> Check:
    """Does it take connections? A stopped installation is not ill."""
    cluster = Cluster(home)
    if not cluster.is_running():
        return Check("database", True, _("PostgreSQL is stopped."), {}, hint=True)
    ready = cluster.is_ready()
    message = _("PostgreSQL takes connections.") if ready else _("PostgreSQL runs, but takes no connections.")
    params = {"logs": str(home.pg_logs)}
    return Check("database", ready, message, params, _("See the files in %(logs)s."))


def listening(port: int) -> bool:
    """Does somebody accept connections on this port of 127.0.0.1? For the readiness of a web server."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _version_of(program: Path) -> str:
    return _output([str(program), "--version"])


def _output(argv: list[str]) -> str:
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=10).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _nearest(folder: Path) -> Path:
    """The folder itself or the first one above it that exists."""
    return next(candidate for candidate in (folder, *folder.parents) if candidate.exists())
