"""The worker's way to what the beacon takes."""

from django.utils.timezone import now
from procrastinate.contrib.django import app

from shuke.beacon.services import writing
from shuke.core.jobs import RETRY


@app.task(name="beacon.write", queueing_lock="beacon.write", retry=RETRY)
def write() -> None:
    """Write what has been taken."""
    writing.write(at=now())


@app.periodic(cron="* * * * *")
@app.task(name="beacon.write_left", queueing_lock="beacon.write_left")
def write_left(timestamp: int) -> None:
    """Every minute: what was left because a file of the same source was being written."""
    writing.write(at=now())


@app.periodic(cron="41 * * * *")
@app.task(name="beacon.sweep", queueing_lock="beacon.sweep")
def sweep(timestamp: int) -> None:
    writing.sweep(at=now())
