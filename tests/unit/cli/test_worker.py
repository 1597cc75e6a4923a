"""The worker's sealer: no error ends it, and each trouble is told once."""

import asyncio
from contextlib import suppress

from structlog.testing import CapturingLogger

import queue_of_jobs
from shuke.cli import worker


def test_the_sealer_goes_on_after_errors_and_tells_them_once(monkeypatch):
    outcomes = iter([ZeroDivisionError, OSError, None, None, OSError, None])

    def once():
        outcome = next(outcomes, asyncio.CancelledError)
        if outcome:
            raise outcome

    monkeypatch.setattr(worker, "_seal_once", once)
    monkeypatch.setattr(worker, "SEAL_EVERY", 0)
    log = CapturingLogger()
    with suppress(asyncio.CancelledError):
        queue_of_jobs.run(lambda: worker.seal(log))
    said = [(call.method_name, *call.args) for call in log.calls]
    trouble = [("exception", "sealing fails"), ("info", "sealing again")]
    assert said == 2 * trouble
