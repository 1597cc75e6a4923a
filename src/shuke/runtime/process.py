"""Processes: starting them tied to us, finding them, and going with our own parent."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from shuke.runtime import launch

SAME_USER = "same"


def launcher(*argv: str | Path, tied_by: int = 0, identity: str = SAME_USER) -> list[str]:
    """The command line that becomes `argv`, gets the signal `tied_by` when we die and runs as `identity`."""
    ours = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), str(int(tied_by)), identity]
    return [*ours, *map(str, argv)]


def spawn(
    *argv: str | Path,
    log: IO[bytes] | int,
    tied_by: int = 0,
    identity: str = SAME_USER,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in its own process group, writing to `log`.

    A tied program is started from the main thread: the kernel watches the thread that forks, not the process.
    """
    if tied_by and threading.current_thread() is not threading.main_thread():
        raise RuntimeError("a program that dies with us is started from the main thread")
    return subprocess.Popen(
        launcher(*argv, tied_by=tied_by, identity=identity),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=None if env is None else dict(env),
        cwd=cwd,
        process_group=0,
    )


def die_with_parent(death_signal: int = signal.SIGKILL) -> None:
    """End when our parent ends, however it ends. Call it from the main thread.

    For processes that our supervisor does not start itself, such as a web server's workers: the kernel tells
    only direct children.
    """
    launch.die_with(os.getppid(), death_signal)
    forked_by = multiprocessing.parent_process()
    if forked_by is not None and not forked_by.is_alive():
        os.kill(os.getpid(), death_signal)


def signal_group(leader: int, number: int) -> None:
    """Send a signal to a process group; fine when nobody is left in it."""
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):  # macOS refuses a group of zombies
        return


def signal_process(pid: int, number: int) -> None:
    """Send a signal to a process; fine when it is gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def is_postgres_in(folder: Path, pid: int) -> bool:
    """Is this a PostgreSQL working in `folder`? Numbers are reused, so existing is not enough."""
    if not Path("/proc/self").exists():
        return _exists(pid)
    try:
        works_in = os.readlink(f"/proc/{pid}/cwd")
        program = os.readlink(f"/proc/{pid}/exe")
    except OSError:  # gone, a zombie, or not ours to look at
        return False
    return Path(program.removesuffix(" (deleted)")).name == "postgres" and works_in == os.path.realpath(folder)


def postgres_in(folder: Path) -> Iterator[int]:
    """All PostgreSQL processes that work in `folder`, server and sessions; none where there is no /proc."""
    for entry in Path("/proc").glob("[0-9]*"):
        if is_postgres_in(folder, int(entry.name)):
            yield int(entry.name)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
