"""The other end of the parser's pipe."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

from shuke.core.words import mark as _
from shuke.intake.checks import Checked
from shuke.intake.parsing.wire import Plan, receive
from shuke.intake.reading import Unusable

KEPT_ENVIRONMENT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR")
"""The parser handles what strangers wrote: it gets no password, address or key of ours."""

SMALL = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1"}
"""One thread works there, so memory goes back at once; what pools keep for many threads would be 40 MB."""


class ParserDied(Unusable):
    code = "parser_died"
    message = _("%(file)s could not be read to its end: the reader ran out of memory or was stopped.")


def parsed(plan: Plan) -> Iterator[Checked]:
    """The chunks of a file, checked one ahead on another core; the file's refusal, or ParserDied."""
    environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "shuke.intake.parsing.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment | SMALL,
    )
    try:
        with suppress(BrokenPipeError):  # it is dead already: its exit code says so below
            process.stdin.write(plan.as_json().encode())
            process.stdin.close()
        yield from receive(process.stdout)
        if process.wait() != 0:
            raise ParserDied(file=plan.survey.name)
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
