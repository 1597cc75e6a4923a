"""What a test kills: one piece of work after the other, each in a process of its own, past its start-up.

To load the program takes longer than most of what is killed. So one process loads it, and a copy of it does the work.
"""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def serve(work: Callable[[int], object]) -> None:
    """Do what is asked for on standard input, a number a line, each in a fork; tells its process, then how it ended."""
    for line in sys.stdin:
        process = os.fork()
        if not process:
            work(int(line))
            sys.exit()
        print(process, flush=True)
        _, status = os.waitpid(process, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


class Forks:
    """The other end of `serve`."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def work(self, number: int, *, after: float | None = None) -> bool:
        """Have the work done, killed `after` some seconds; says whether it came to its end before that."""
        self._process.stdin.write(b"%d\n" % number)
        worker = int(self._process.stdout.readline())
        if not select.select([self._process.stdout], [], [], after)[0]:
            os.kill(worker, signal.SIGKILL)
        code = int(self._process.stdout.readline())
        assert code in (0, -signal.SIGKILL)
        return code == 0


@contextmanager
def forks(script: Path, *words: str) -> Iterator[Forks]:
    """The script, which calls `serve`, for as long as the block lasts."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "bufsize": 0}
    with subprocess.Popen([sys.executable, script, *words], env=environment, **pipes) as process:
        yield Forks(process)
