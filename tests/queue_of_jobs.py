"""The queue as a test sees it: emptied, worked through by a real worker, and looked at."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob


def empty() -> None:
    """Forget what other tests have queued; Django does not know these tables as its own."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def work_through() -> None:
    """Do every job that waits, at once even if its time has not come, and what those jobs queue."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
    run(_work)


def run(act: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run an asynchronous act, in a thread of its own: the browser's tests leave an event loop running in ours."""
    with ThreadPoolExecutor(1) as apart:
        apart.submit(lambda: asyncio.run(act())).result()


async def _work() -> None:
    with app.replace_connector(app.connector.get_worker_connector()) as working:
        nothing_by_the_clock = patch.dict(working.periodic_registry.periodic_tasks, clear=True)
        async with working.open_async():
            with nothing_by_the_clock:
                await working.run_worker_async(wait=False, listen_notify=False, install_signal_handlers=False)


def states(name: str) -> list[tuple[str, int]]:
    """The jobs of a name in the order of queueing: each with its state and how often it was tried."""
    jobs = ProcrastinateJob.objects.filter(task_name=name).order_by("pk")
    return list(jobs.values_list("status", "attempts"))
