"""The worker's way to what other systems are told."""

from django.utils.timezone import now
from procrastinate.contrib.django import app

from shuke.core.jobs import RETRY
from shuke.webhooks import services


@app.task(name="webhooks.deliver", queueing_lock="webhooks.deliver", retry=RETRY)
def deliver() -> None:
    """Send what is due."""
    services.deliver()


@app.periodic(cron="* * * * *")
@app.task(name="webhooks.repeat", queueing_lock="webhooks.repeat")
def repeat(timestamp: int) -> None:
    """Every minute: what was not taken the first time."""
    services.deliver()


@app.periodic(cron="23 3 * * *")
@app.task(name="webhooks.sweep", queueing_lock="webhooks.sweep")
def sweep(timestamp: int) -> None:
    services.sweep(at=now())
