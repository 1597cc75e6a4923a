"""What becomes of events, counted by day."""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection
from django.utils.timezone import localdate

from shuke.beacon.models import Ending, Site

__all__ = ["count"]

COUNT = """
INSERT INTO beacon_tally (site_id, day, ending, events) VALUES (%(site)s, %(day)s, %(ending)s, %(events)s)
ON CONFLICT (site_id, day, ending) DO UPDATE SET events = beacon_tally.events + excluded.events
"""


def count(site: Site, endings: Mapping[Ending, int], *, at: datetime) -> None:
    """Add to the site's counts of the day."""
    with connection.cursor() as cursor:
        for ending, events in sorted(endings.items()):
            cursor.execute(COUNT, {"site": site.pk, "day": localdate(at), "ending": ending.value, "events": events})
