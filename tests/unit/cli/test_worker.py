"""What the worker does beside its jobs: no error ends it, and each trouble is told once."""

import asyncio
from contextlib import suppress

import pytest
from structlog.testing import CapturingLogger

import queue_of_jobs
from shuke.cli import worker


@pytest.mark.parametrize(
    ("loop", "act", "what"),
    [
        (worker.seal, (worker.audit, "seal"), "sealing"),
        (worker.write_events, (worker.beacon, "write"), "writing events of pages"),
        (worker.rescore, (worker.scoring, "rescore_marked"), "scoring in the day"),
    ],
)
def test_it_goes_on_after_errors_and_tells_them_once(loop, act, what, monkeypatch):
    outcomes = iter([ZeroDivisionError, OSError, None, None, OSError, None])

    def once(**_when):
        outcome = next(outcomes, asyncio.CancelledError)
        if outcome:
            raise outcome

    monkeypatch.setattr(*act, once)
    monkeypatch.setattr(worker, "SEAL_EVERY", 0)
    monkeypatch.setattr(worker, "LOOK_EVERY", 0)
    log = CapturingLogger()
    with suppress(asyncio.CancelledError):
        queue_of_jobs.run(lambda: loop(log))
    said = [(call.method_name, *call.args) for call in log.calls]
    trouble = [("exception", f"{what} fails"), ("info", f"{what} again")]
    assert said == 2 * trouble
