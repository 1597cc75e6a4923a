"""The worker: jobs, the sealing of the audit trail, and a heart that beats only while the database answers."""

import asyncio
from pathlib import Path

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from procrastinate.contrib.django import app
from structlog.typing import FilteringBoundLogger

from shuke.core import audit
from shuke.runtime import logs
from shuke.runtime.home import Home

SEAL_EVERY = 0.5
BEAT_EVERY = 5.0


def run(heartbeat: Path | None) -> None:
    """Work until a signal ends it; whoever started it starts it again on any exit."""
    asyncio.run(_work(heartbeat))


async def _work(heartbeat: Path | None) -> None:
    connector = app.connector.get_worker_connector()
    log = logs.logger(Home(settings.SHUKE.home), "sealer")
    with app.replace_connector(connector) as working:
        async with working.open_async():
            beside = [asyncio.create_task(seal(log)), asyncio.create_task(_beat(working, heartbeat))]
            try:
                await working.run_worker_async(concurrency=2, delete_jobs="successful", fetch_job_polling_interval=5)
            finally:
                for each in beside:
                    each.cancel()


async def seal(log: FilteringBoundLogger) -> None:
    """Seal for as long as the worker lives; what fails is told once, until it works again."""
    fails = False
    while True:
        try:
            await sync_to_async(_seal_once)()
        except Exception:
            if not fails:
                log.exception("sealing fails")
            fails = True
        else:
            if fails:
                log.info("sealing again")
            fails = False
        await asyncio.sleep(SEAL_EVERY)


def _seal_once() -> None:
    try:
        audit.seal()
    finally:
        close_old_connections()


async def _beat(working, heartbeat: Path | None) -> None:
    while heartbeat is not None:
        await working.connector.execute_query_async("SELECT 1")
        heartbeat.touch()
        await asyncio.sleep(BEAT_EVERY)
