"""When a pull is due next. What was missed while the machine was off is done once, not as often as it was missed."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def following(daily_at: time | None, *, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment behind `after` at which a day's clock in `zone` shows `daily_at`; of none, the next full hour.

    A time that a day skips for summer is taken where the clock would have stood, one that comes twice is taken once.
    """
    here = after.astimezone(zone)
    if daily_at is None:
        passed = timedelta(minutes=here.minute, seconds=here.second, microseconds=here.microsecond)
        return after - passed + timedelta(hours=1)
    days = (datetime.combine(here.date() + timedelta(number), daily_at, zone) for number in range(3))
    moments = (moment.astimezone(after.tzinfo) for moment in days)
    return next(moment for moment in moments if moment > after)
