"""The other end of the parser's pipe."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from typing import BinaryIO

from django.conf import settings

from shuke.core.words import mark as _
from shuke.intake.checks import Checked
from shuke.intake.parsing.wire import (
    Cells,
    Copy,
    Look,
    Plan,
    Question,
    Trial,
    Wanted,
    receive,
    receive_cells,
    receive_look,
)
from shuke.intake.reading import Unusable
from shuke.runtime.home import Home
from shuke.runtime.logs import logger

KEPT_ENVIRONMENT = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR")
"""The parser handles what strangers wrote: it gets no password, address or key of ours."""

SMALL = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1"}
"""One thread works there, so memory goes back at once; what pools keep for many threads would be 40 MB."""


LAST_WORDS = 4000
"""Characters of its standard error that are kept when it dies."""


class ParserDied(Unusable):
    code = "parser_died"
    message = _("%(file)s could not be read to its end: the reader ran out of memory or was stopped.")


class NoRows(Unusable):
    code = "file_without_rows"
    message = _("%(file)s has column names, but no row below them.")


def looked(question: Question, *, may_be_empty: bool = False) -> Look:
    """What a file is and where its table stands; FileNotFoundError, the file's refusal, or ParserDied.

    NoRows if there is nothing below the header, unless it `may_be_empty`: what a shop sends by the clock may be.
    """
    question.path.stat()
    with TemporaryFile() as last_words, _started(question, last_words) as process:
        look = receive_look(process.stdout)
        _see_off(process, last_words, question.name)
    if not (may_be_empty or look.has_rows):
        raise NoRows(file=question.name)
    return look


def parsed(plan: Plan) -> Iterator[Checked]:
    """The chunks of a file, checked one ahead on another core; the file's refusal, or ParserDied."""
    with TemporaryFile() as last_words, _started(plan, last_words) as process:
        yield from receive(process.stdout)
        _see_off(process, last_words, plan.look.survey.name)


def tried(trial: Trial) -> Checked:
    """Rows that somebody has written, checked as if they stood in a file."""
    with TemporaryFile() as last_words, _started(trial, last_words) as process:
        (checked,) = receive(process.stdout)
    return checked


def copied(look: Look) -> Iterator[Cells]:
    """The rows of a file as they stand; the file's refusal, or ParserDied."""
    with TemporaryFile() as last_words, _started(Copy(look), last_words) as process:
        yield from receive_cells(process.stdout)
        _see_off(process, last_words, look.survey.name)


def _see_off(process: subprocess.Popen[bytes], last_words: BinaryIO, name: str) -> None:
    if process.wait() != 0:
        _note(process.returncode, last_words)
        raise ParserDied(file=name)


@contextmanager
def _started(wanted: Wanted, last_words: BinaryIO) -> Iterator[subprocess.Popen[bytes]]:
    """The parser at work, for as long as somebody listens to it."""
    environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "shuke.intake.parsing.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=last_words,
        env=environment | SMALL,
    )
    try:
        with suppress(BrokenPipeError):  # it is dead already, as its exit code says
            process.stdin.write(wanted.as_json().encode())
            process.stdin.close()
        yield process
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def _note(exit_code: int, last_words: BinaryIO) -> None:
    """Keep what the parser said last for those who look after the installation."""
    last_words.seek(0)
    said = last_words.read().decode(errors="replace")[-LAST_WORDS:]
    home = Home(settings.SHUKE.home)
    home.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
    logger(home, "parser", console=False).error("died", exit_code=exit_code, said=said)
