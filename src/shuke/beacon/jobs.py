"""What is cleared away of the beacon's counts; its events are written beside the jobs."""

from django.utils.timezone import now
from procrastinate.contrib.django import app

from shuke.beacon.services import writing


@app.periodic(cron="41 * * * *")
@app.task(name="beacon.sweep", queueing_lock="beacon.sweep")
def sweep(timestamp: int) -> None:
    writing.sweep(at=now())
