"""Finding people twice: each night before the scores are computed, and whenever somebody asks."""

from datetime import datetime, time

from django.utils.timezone import localdate, localtime, make_aware, now
from procrastinate.contrib.django import app

from shuke.core.jobs import RETRY, enqueue
from shuke.customers.duplicates import queries, services

NIGHTLY_FROM_HOUR = 1


@app.periodic(cron="*/10 * * * *")
@app.task(name="customers.find_duplicates_if_due", queueing_lock="customers.find_duplicates_if_due")
def find_duplicates_if_due(timestamp: int) -> None:
    """Every ten minutes: has today's search been done? Asking by business date catches up after any outage."""
    midnight = make_aware(datetime.combine(localdate(), time.min))
    if localtime().hour >= NIGHTLY_FROM_HOUR and not queries.searched_since(midnight):
        enqueue("customers.find_duplicates", key="customers.find_duplicates")


@app.task(name="customers.find_duplicates", queueing_lock="customers.find_duplicates", retry=RETRY)
def find_duplicates() -> None:
    """Search all customers; a second search finds what the first has left."""
    services.search(at=now())
