"""The worker's way to pulls."""

from django.db import close_old_connections
from django.utils.timezone import now
from procrastinate import JobContext
from procrastinate.contrib.django import app

from shuke.core.jobs import RETRY, is_last_try
from shuke.pulls import services


@app.periodic(cron="* * * * *")
@app.task(name="pulls.start_due", queueing_lock="pulls.start_due")
def start_due(timestamp: int) -> None:
    """Every minute: what is due, or became due while the machine was off."""
    services.start_due(at=now())


@app.task(name="pulls.run", lock="pulls.run", retry=RETRY, pass_context=True)
def run(context: JobContext, run_id: int) -> None:
    """Fetch once, or take up what a killed worker has begun. One at a time: slow servers must not take all places."""
    try:
        services.run(run_id=run_id)
    except Exception:
        if is_last_try(context):
            close_old_connections()  # the error may have been the end of ours
            services.give_up(run_id=run_id)
        raise


@app.periodic(cron="47 3 * * *")
@app.task(name="pulls.sweep", queueing_lock="pulls.sweep")
def sweep(timestamp: int) -> None:
    services.sweep(at=now())
