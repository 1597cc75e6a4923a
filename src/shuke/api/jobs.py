"""The worker's way to what the API keeps."""

from django.utils.timezone import now
from procrastinate.contrib.django import app

from shuke.api import services


@app.periodic(cron="17 * * * *")
@app.task(name="api.sweep", queueing_lock="api.sweep")
def sweep(timestamp: int) -> None:
    """Every hour: forget what was answered more than a day ago."""
    services.sweep(at=now())
