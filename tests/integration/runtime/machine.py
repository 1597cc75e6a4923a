"""A look at the machine: what runs, and waiting for what has to come true."""

import os
import time
from collections.abc import Callable
from pathlib import Path


def processes_of(root: Path) -> list[int]:
    """Everything that works in, was started with, or carries `root` in its environment; ourselves excepted."""
    entries = [entry for entry in Path("/proc").glob("[0-9]*") if entry.name != str(os.getpid())]
    return [int(entry.name) for entry in entries if str(root).encode() in _traces(entry)]


def _traces(entry: Path) -> bytes:
    traces = b""
    for read in (_cwd, lambda e: (e / "cmdline").read_bytes(), lambda e: (e / "environ").read_bytes()):
        try:
            traces += read(entry)
        except OSError:
            continue
    return traces


def _cwd(entry: Path) -> bytes:
    return os.fsencode(os.readlink(entry / "cwd"))


def eventually(condition: Callable[[], object], *, within: float) -> None:
    """Fails unless the condition comes true in `within` seconds."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, f"not within {within} seconds"
        time.sleep(0.1)
