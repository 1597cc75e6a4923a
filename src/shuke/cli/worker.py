"""The worker: jobs, and beside them what must not wait for a free place among the jobs.

That is the sealing of the audit trail, the writing of what shops' pages have sent, the scoring of customers of whom
something has become known, and a heart that beats only while the database answers.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from django.utils.timezone import now
from procrastinate.contrib.django import app
from structlog.typing import FilteringBoundLogger

from shuke.beacon.services import writing as beacon
from shuke.core import audit
from shuke.runtime import logs
from shuke.runtime.home import Home
from shuke.scoring import services as scoring

SEAL_EVERY = 0.5
LOOK_EVERY = 1.0
BEAT_EVERY = 5.0


def run(heartbeat: Path | None) -> None:
    """Work until a signal ends it; whoever started it starts it again on any exit."""
    asyncio.run(_work(heartbeat))


async def _work(heartbeat: Path | None) -> None:
    connector = app.connector.get_worker_connector()
    log = logs.logger(Home(settings.SHUKE.home), "worker")
    with app.replace_connector(connector) as working:
        async with working.open_async():
            acts = (seal(log), write_events(log), rescore(log), _beat(working, heartbeat))
            beside = [asyncio.create_task(act) for act in acts]
            try:
                await working.run_worker_async(concurrency=2, delete_jobs="successful", fetch_job_polling_interval=5)
            finally:
                for each in beside:
                    each.cancel()


async def seal(log: FilteringBoundLogger) -> None:
    """Seal for as long as the worker lives."""
    await _again_and_again(audit.seal, "sealing", log, every=SEAL_EVERY)


async def write_events(log: FilteringBoundLogger) -> None:
    """Write what the beacon has taken for as long as the worker lives; behind a file of the same source, later."""
    await _again_and_again(lambda: beacon.write(at=now()), "writing events of pages", log, every=LOOK_EVERY)


async def rescore(log: FilteringBoundLogger) -> None:
    """Score who is marked for as long as the worker lives: all that was marked in a pause is one pass."""
    await _again_and_again(scoring.rescore_marked, "scoring in the day", log, every=LOOK_EVERY)


async def _again_and_again(act: Callable[[], object], what: str, log: FilteringBoundLogger, *, every: float) -> None:
    """Act and pause; what fails is told once, until it works again. One kind of work never waits for another."""
    fails = False
    while True:
        try:
            await sync_to_async(_on_a_connection, thread_sensitive=False)(act)
        except Exception:
            if not fails:
                log.exception(f"{what} fails")
            fails = True
        else:
            if fails:
                log.info(f"{what} again")
            fails = False
        await asyncio.sleep(every)


def _on_a_connection(act: Callable[[], object]) -> None:
    try:
        act()
    finally:
        close_old_connections()


async def _beat(working, heartbeat: Path | None) -> None:
    while heartbeat is not None:
        await working.connector.execute_query_async("SELECT 1")
        heartbeat.touch()
        await asyncio.sleep(BEAT_EVERY)
