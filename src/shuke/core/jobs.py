"""Queue work for the machine in the transaction that needs it, and take up what a killed worker left."""

from django.db import transaction
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import JobDeferrer, Status
from procrastinate.manager import JobManager

DEAD_AFTER = 30
"""Seconds without a heartbeat after which a worker counts as dead."""

RETRIES = 3
RETRY = RetryStrategy(max_attempts=RETRIES, exponential_wait=5)
"""For every job but the periodic ones: after an unforeseen error again in 5, 25 and 125 seconds, then it has failed.

The database comes back within the first two; what fails four times needs a person.
"""


_IN_OUR_TRANSACTION = JobManager(DjangoConnector())


def enqueue(name: str, *, key: str | None = None, **ids: int | str) -> None:
    """Queue a job by name. With `key`, one waiting job each: only for work that a later run repeats anyway.

    It goes through Django's connection, in the worker too, whose own would let the job out before the commit.
    """
    job = app.configure_task(name, allow_unknown=False, queueing_lock=key).job
    try:
        with transaction.atomic():  # a savepoint, or the refused row would cost us the whole transaction
            JobDeferrer(job=job, job_manager=_IN_OUR_TRANSACTION).defer(**ids)
    except AlreadyEnqueued:
        pass


def is_last_try(context: JobContext) -> bool:
    """Will a job that fails now be left alone?"""
    return context.job.attempts >= RETRIES


@app.periodic(cron="* * * * *")
@app.task(name="core.take_up_stalled", pass_context=True)
async def take_up_stalled(context: JobContext, timestamp: int) -> None:
    """Put the jobs of dead workers back into the queue; a job may run twice, and must not hurt."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER):
        try:
            await manager.retry_job(job)
        except UniqueViolation:  # one with the same key waits already and will do its work
            await manager.finish_job(job, Status.FAILED, delete_job=True)
