"""One program under supervision: started, watched, stopped, and when to try again."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from structlog.typing import FilteringBoundLogger

from shuke.runtime import process
from shuke.runtime.home import Home

HEALTHY_AFTER = 60.0  # seconds; who lived that long starts with a clean record
LOADS_WITHIN = 10.0  # seconds; after that others do not wait for it
LOG_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Program:
    """A program that has to be running: restarted on any exit, and when its heartbeat stops.

    `argv[0]` is an absolute path. `heartbeat` is a file that the program touches; `grace` is the time in seconds
    between `stop_signal` and SIGKILL; `ready` says, quickly, whether it does its work yet.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    grace: float = 5.0
    heartbeat: Path | None = None
    heartbeat_within: float = 90.0
    ready: Callable[[], bool] | None = None


@dataclass(slots=True)
class Backoff:
    """How long to wait before the next try: doubling with every failure, up to `longest` seconds."""

    first: float = 0.25
    longest: float = 10.0
    failures: int = 0

    def next_delay(self) -> float:
        """Count a failure and return the wait it costs."""
        self.failures += 1
        return float(min(self.first * 2 ** (self.failures - 1), self.longest))

    def forgive(self) -> None:
        """The next failure is the first again."""
        self.failures = 0


class Child:
    """The life of one `Program`. All times are seconds of the monotonic clock, passed in as `now`."""

    def __init__(self, program: Program, home: Home, log: FilteringBoundLogger) -> None:
        self.program = program
        self.is_ready = False
        self._home = home
        self._log = log.bind(program=program.name)
        self._backoff = Backoff()
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._not_before = 0.0
        self._kill_at: float | None = None
        self._beat = (0.0, 0.0)  # the file's time when we last looked, and our time when it last changed

    @property
    def is_alive(self) -> bool:
        return self._process is not None

    def watch(self, now: float) -> None:
        """Notice its end, the end of its patience with a stop, a missing heartbeat, and that it is ready."""
        if self._process is None:
            return
        if _has_exited(self._process):
            self._bury(self._process, now)
        elif self._kill_at is not None:
            if now >= self._kill_at:
                process.signal_group(self._process.pid, signal.SIGKILL)
        elif self._is_silent(now):
            self._log.warning("heartbeat missing", seconds=self.program.heartbeat_within)
            self.ask_to_stop(now)
        else:
            self._note_health(now)

    def start_if_due(self, now: float) -> None:
        """Start it unless it runs or waits for its next try."""
        if self._process is None and now >= self._not_before:
            self._start(now)

    def is_loading(self, now: float) -> bool:
        """Was it started a moment ago, and does not do its work yet?"""
        return self.is_alive and not self.is_ready and now - self._started < LOADS_WITHIN

    def ask_to_stop(self, now: float) -> None:
        """Send the stop signal once; the group is killed after the grace time."""
        if self._process is not None and self._kill_at is None:
            self._kill_at = now + self.program.grace
            process.signal_group(self._process.pid, self.program.stop_signal)

    def kill(self) -> None:
        """End the whole group now."""
        if self._process is not None:
            process.signal_group(self._process.pid, signal.SIGKILL)

    def forgive(self) -> None:
        """Failures while the database was away do not count."""
        self._backoff.forgive()
        self._not_before = 0.0

    def trim_log(self) -> None:
        """Keep the log file below its limit. The program appends, so the file may be emptied under its hands."""
        if self._log_file.exists() and self._log_file.stat().st_size > LOG_BYTES:
            shutil.copyfile(self._log_file, self._log_file.with_suffix(".log.1"))
            os.truncate(self._log_file, 0)

    @property
    def _log_file(self) -> Path:
        return self._home.logs / f"{self.program.name}.log"

    def _start(self, now: float) -> None:
        with self._log_file.open("ab") as log:
            self._process = process.spawn(
                *self.program.argv,
                log=log.fileno(),
                # SIGKILL: a graceful end has nobody left to wait for it, and nothing may outlive us.
                tied_by=signal.SIGKILL,
                env={**os.environ, **self.program.env},
            )
        self._started, self._kill_at, self.is_ready = now, None, False
        self._beat = (self._beat[0], now)
        self._log.info("started", pid=self._process.pid)

    def _bury(self, dead: subprocess.Popen[bytes], now: float) -> None:
        process.signal_group(dead.pid, signal.SIGKILL)
        code = dead.wait()
        self._process, self.is_ready = None, False
        if self._kill_at is not None:
            self._log.info("stopped", code=code)
            return
        if now - self._started >= HEALTHY_AFTER:
            self._backoff.forgive()
        delay = self._backoff.next_delay()
        self._not_before = now + delay
        self._log.warning("ended", code=code, next_try_seconds=delay, log=str(self._log_file))

    def _is_silent(self, now: float) -> bool:
        """Measured on our own clock: the clock on the wall jumps when a laptop wakes up."""
        if self.program.heartbeat is None:
            return False
        touched = self.program.heartbeat.stat().st_mtime if self.program.heartbeat.exists() else 0.0
        if touched != self._beat[0]:
            self._beat = (touched, now)
        return now - self._beat[1] > self.program.heartbeat_within

    def _note_health(self, now: float) -> None:
        if not self.is_ready and (self.program.ready is None or self.program.ready()):
            self.is_ready = True
            self._log.info("ready", seconds=round(now - self._started, 1))


def _has_exited(running: subprocess.Popen[bytes]) -> bool:
    """Without reaping: while the zombie stays, the number of its group is not given to others."""
    return os.waitid(os.P_PID, running.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None
