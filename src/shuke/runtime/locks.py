"""Locks between processes: held by an open file, so they end with their holder however it ends."""

import fcntl
import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shuke.core.words import mark as _
from shuke.runtime.problems import Problem


class Busy(Problem):
    """Somebody else holds the lock; `pid` is what the holder wrote into it, 0 when unknown."""

    code = "busy"
    message = _("Another process (%(pid)s) holds %(path)s.")


@contextmanager
def held(path: Path, *, patience: float = math.inf, shared: bool = False) -> Iterator[None]:
    """Hold the lock `path` for the block. Busy when somebody else still has it after `patience` seconds."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(handle, path, patience=patience, shared=shared)
        if not shared:
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def is_held(path: Path) -> bool:
    """Does anybody hold this lock right now, alone or shared?"""
    if not path.exists():
        return False
    handle = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def holder(path: Path) -> int:
    """The process id last written into the lock, 0 when there is none."""
    try:
        return int(path.read_text(encoding="ascii") or 0)
    except (OSError, ValueError):
        return 0


def _take(handle: int, path: Path, *, patience: float, shared: bool) -> None:
    mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    end = time.monotonic() + patience
    while True:
        try:
            return fcntl.flock(handle, mode if patience == math.inf else mode | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise Busy(path=str(path), pid=holder(path)) from None
            time.sleep(0.05)
