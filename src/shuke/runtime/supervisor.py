"""What `shuke up` is: PostgreSQL first, then the programs, all kept alive, all ended together."""

import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from structlog.typing import FilteringBoundLogger

from shuke.core.words import mark as _
from shuke.runtime import locks, logs
from shuke.runtime.child import HEALTHY_AFTER, Backoff, Child, Program
from shuke.runtime.cluster import Cluster, StartFailed
from shuke.runtime.home import Home
from shuke.runtime.problems import Problem

PROGRAMS_END_WITHIN = 5.0  # seconds
ALL_END_WITHIN = 9.0  # seconds, PostgreSQL included; we promise ten
TICK = 0.1
CALM_TICK = 1.0
HOUSEKEEPING = 60.0
FIRST_STARTS = 3  # tries before we say that PostgreSQL cannot start at all


class AlreadyUp(Problem):
    """Another supervisor looks after this home."""

    code = "already_up"
    message = _("This installation (%(home)s) is already running, as process %(pid)s.")
    remedy = _("Use that one, end it with Ctrl-C, or choose another SHUKE_HOME.")


class Ended(BaseException):
    """A signal asked us to end during `prepare`. Not an Exception, so that no handler of failures swallows it."""


class Supervisor:
    """Keeps PostgreSQL (unless `cluster` is None) and `programs` running until SIGTERM or Ctrl-C."""

    def __init__(
        self,
        home: Home,
        programs: Sequence[Program],
        *,
        cluster: Cluster | None = None,
        prepare: Callable[[], None] = lambda: None,
        on_ready: Callable[[], None] = lambda: None,
        console: bool = True,
    ) -> None:
        """`prepare` runs once between PostgreSQL and the programs, `on_ready` when all programs were first ready."""
        self.home = home.make()
        self._prepare = prepare
        self._on_ready = on_ready
        self._log = logs.logger(home, "supervisor", console=console)
        self._children = [Child(program, home, self._log) for program in programs]
        self._database = None if cluster is None else Database(cluster, self._log)
        self._wake, self._waker = socket.socketpair()
        self._ending = False
        self._preparing = False

    def run(self) -> int:
        """Blocks; returns 0 after an orderly end. AlreadyUp, and the failures of PostgreSQL or `prepare`."""
        with self._only_one(), self._signals():
            try:
                self._bring_up()
                self._keep_up()
            finally:
                self._ending = True
                self._bring_down()
        return 0

    @contextmanager
    def _only_one(self) -> Iterator[None]:
        try:
            with locks.held(self.home.up_lock, patience=0.5):
                yield
        except locks.Busy as busy:
            raise AlreadyUp(home=str(self.home.root), pid=busy.params["pid"]) from None

    def _bring_up(self) -> None:
        self._log.info("starting", pid=os.getpid(), home=str(self.home.root))
        if self._database is not None:
            self._database.make()
        while not self._ending and self._database is not None and not self._database.first_try(time.monotonic()):
            self._sleep(TICK)
        if not self._ending:
            self._run_prepare()

    def _run_prepare(self) -> None:
        """The one thing that may take minutes, so a signal breaks into it; elsewhere the loop sees `_ending`."""
        self._preparing = True
        try:
            self._prepare()
        except Ended:
            self._log.info("interrupted")
        finally:
            self._preparing = False

    def _keep_up(self) -> None:
        announced, tidy_at = False, time.monotonic()
        while not self._ending:
            now = time.monotonic()
            self._look_after(now)
            if not announced and all(child.is_ready for child in self._children):
                announced = True
                self._on_ready()
            if now >= tidy_at:
                tidy_at = now + HOUSEKEEPING
                for child in self._children:
                    child.trim_log()
            self._sleep(CALM_TICK if self._is_calm() else TICK)

    def _look_after(self, now: float) -> None:
        for child in self._children:
            child.watch(now)
        if self._database is not None and not self._database.look_after(now):
            for child in self._children:
                child.forgive()
            return  # nobody can start without a database
        for child in self._children:
            child.start_if_due(now)
            if child.is_loading(now):
                return  # what loads alone is there in half the time, and the pages come first

    def _is_calm(self) -> bool:
        away = self._database is not None and not self._database.is_up
        return not away and all(child.is_ready for child in self._children)

    def _bring_down(self) -> None:
        begun = time.monotonic()
        while any(child.is_alive for child in self._children):
            now = time.monotonic()
            for child in self._children:
                child.ask_to_stop(now)
                if now - begun > PROGRAMS_END_WITHIN:
                    child.kill()
                child.watch(now)
            self._sleep(TICK / 2)
        if self._database is not None:
            self._database.stop(within=ALL_END_WITHIN - (time.monotonic() - begun))
        self._log.info("ended", seconds=round(time.monotonic() - begun, 1))

    def _sleep(self, seconds: float) -> None:
        """Until a signal comes, the end of a child among them."""
        if select.select([self._wake], [], [], seconds)[0]:
            self._wake.recv(4096)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """SIGTERM, Ctrl-C and a closed terminal end us; SIGCHLD only wakes us."""
        wanted = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD]
        if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # nohup means it
            wanted.remove(signal.SIGHUP)
        self._waker.setblocking(False)
        before_waker = signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        before = {number: signal.signal(number, self._on_signal) for number in wanted}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(before_waker)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGCHLD:
            return
        self._ending = True
        if self._preparing:
            self._preparing = False
            raise Ended


class Database:
    """PostgreSQL under supervision: started, started again, or awaited when somebody else runs it."""

    def __init__(self, cluster: Cluster, log: FilteringBoundLogger) -> None:
        self.is_up = False
        self._cluster = cluster
        self._log = log.bind(program="postgresql")
        self._backoff = Backoff(longest=5.0)
        self._not_before = 0.0
        self._up_since = 0.0
        self._failure: StartFailed | None = None

    def make(self) -> None:
        """Make the data directory if there is none."""
        self._cluster.ensure()

    def first_try(self, now: float) -> bool:
        """Is it up? StartFailed after some servers that ended at once: before anybody uses it, say so and give up."""
        up = self.look_after(now)
        if not up and self._failure is not None and self._backoff.failures >= FIRST_STARTS:
            raise self._failure
        return up

    def look_after(self, now: float) -> bool:
        """Is it up? If it ended, start it when its next try is due."""
        if self._cluster.is_running():
            self._note(now, up=self._cluster.is_ready())
            return self.is_up
        self._note(now, up=False)
        if self._cluster.has_ended():
            self._bury(now)
        if now >= self._not_before:
            self._start()
        return False

    def stop(self, *, within: float) -> None:
        """Stop what we started in `within` seconds; a server that somebody else runs is theirs."""
        if self._cluster.is_ours():
            self._cluster.stop(fast=max(within - 1, 1), immediate=1)

    def _bury(self, now: float) -> None:
        self._failure = self._cluster.failure()
        self._cluster.forget()
        delay = self._backoff.next_delay()
        self._not_before = now + delay
        self._log.warning("ended", reason=str(self._failure), next_try_seconds=delay)

    def _start(self) -> None:
        try:
            self._cluster.spawn()
        except locks.Busy:
            return  # a command makes or starts it; we look again

    def _note(self, now: float, *, up: bool) -> None:
        if up and not self.is_up:
            self._up_since = now
            self._log.info("ready", pid=self._cluster.pid())
        if up and now - self._up_since >= HEALTHY_AFTER:
            self._backoff.forgive()
        self.is_up = up
