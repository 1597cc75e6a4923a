"""Queue work for the machine in the transaction that needs it, and take up what a killed worker left."""

from django.db import transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

DEAD_AFTER = 30
"""Seconds without a heartbeat after which a worker counts as dead."""


def enqueue(name: str, *, key: str | None = None, **ids: int | str) -> None:
    """Queue a job by name. With `key`, one waiting job each: only for work that a later run repeats anyway."""
    job = app.configure_task(name, allow_unknown=False, queueing_lock=key)
    try:
        with transaction.atomic():  # a savepoint, or the refused row would cost us the whole transaction
            job.defer(**ids)
    except AlreadyEnqueued:
        pass


@app.periodic(cron="* * * * *")
@app.task(name="core.take_up_stalled", pass_context=True)
async def take_up_stalled(context: JobContext, timestamp: int) -> None:
    """Put the jobs of dead workers back into the queue; a job may run twice, and must not hurt."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
        await manager.retry_job(job)
