"""The worker's part: what was taken becomes facts, by the statements of the API and with its answers counted."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction

from shuke.beacon.models import Ending, Pace, Site, Tally, Waiting
from shuke.beacon.services.tallies import count
from shuke.intake import live
from shuke.intake.fields import Kind

__all__ = ["sweep", "write"]

MESSAGES_AT_ONCE = 20
KEPT_FOR = timedelta(days=90)
PACE_KEPT_FOR = timedelta(hours=1)
ENDINGS = {live.Result.INSERTED: Ending.WRITTEN, live.Result.UNCHANGED: Ending.KNOWN}


def write(*, at: datetime) -> int:
    """Write what waits; returns how many events are new. A source that an import is writing to is left for later."""
    written, failures = 0, []
    for site in Site.objects.filter(pk__in=Waiting.objects.values("site")):
        try:
            written += _write_all(site, at)
        except Exception as failure:  # one site's trouble is no other's
            failures.append(failure)
    if failures:
        raise ExceptionGroup("sites whose events could not be written", failures)
    return written


def sweep(*, at: datetime) -> None:
    """Forget how fast customers were an hour ago, and counts of three months ago."""
    Pace.objects.filter(minute__lte=at - PACE_KEPT_FOR).delete()
    Tally.objects.filter(day__lte=(at - KEPT_FOR).date()).delete()


def _write_all(site: Site, at: datetime) -> int:
    written = 0
    while (new := _write_some(site, at)) is not None:
        written += new
    return written


@transaction.atomic
def _write_some(site: Site, at: datetime) -> int | None:
    """Write a few messages, however often this is killed each once; None where there is nothing to be done now."""
    if not live.is_free(source=site.source):
        return None
    waiting = Waiting.objects.filter(site=site).order_by("pk")
    messages = list(waiting.select_for_update(skip_locked=True)[:MESSAGES_AT_ONCE])
    if not messages:
        return None
    sent = [record for message in messages for record in message.records]
    records = [live.read(record, index=index, kind=Kind.BEHAVIOURS) for index, record in enumerate(sent)]
    answers = live.receive(source=site.source, records=records, token=f"beacon {site.key}", at=at)
    endings = Counter(ENDINGS.get(answer.result, Ending.UNUSABLE) for answer in answers)
    count(site, endings, at=at)
    Waiting.objects.filter(pk__in=[message.pk for message in messages]).delete()
    return endings[Ending.WRITTEN]
