"""When a pull is due next: by the clock of the installation, once after a pause however long it was."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from shuke.pulls.schedule import following

SHANGHAI, BERLIN, KATHMANDU = (ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "Asia/Kathmandu"))


def moment(words):
    return datetime.fromisoformat(words).astimezone(UTC)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        pytest.param("2026-11-22 02:29+08:00", "2026-11-22 02:30+08:00", id="later-today"),
        pytest.param("2026-11-22 02:30+08:00", "2026-11-23 02:30+08:00", id="at-that-very-moment"),
        pytest.param("2026-11-21 17:00+00:00", "2026-11-22 02:30+08:00", id="by-the-shops-clock"),
        pytest.param("2026-12-31 23:00+08:00", "2027-01-01 02:30+08:00", id="new-year"),
    ],
)
def test_daily_is_the_next_time_the_clock_shows_it(after, due):
    assert following(time(2, 30), after=moment(after), zone=SHANGHAI) == moment(due)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        pytest.param("2026-03-28 12:00+01:00", "2026-03-29 03:30+02:00", id="skipped-in-spring"),
        pytest.param("2026-03-29 03:30+02:00", "2026-03-30 02:30+02:00", id="day-after"),
        pytest.param("2026-10-24 12:00+02:00", "2026-10-25 02:30+02:00", id="first-of-two-in-autumn"),
        pytest.param("2026-10-25 02:30+02:00", "2026-10-26 02:30+01:00", id="not-twice"),
    ],
)
def test_a_day_of_summer_time_has_one_such_moment(after, due):
    assert following(time(2, 30), after=moment(after), zone=BERLIN) == moment(due)


@pytest.mark.parametrize(
    ("zone", "after", "due"),
    [
        pytest.param(SHANGHAI, "2026-11-22 10:00:01+08:00", "2026-11-22 11:00+08:00", id="within"),
        pytest.param(SHANGHAI, "2026-11-22 10:00+08:00", "2026-11-22 11:00+08:00", id="on-the-hour"),
        pytest.param(KATHMANDU, "2026-11-22 10:20+05:45", "2026-11-22 11:00+05:45", id="quarter-zone"),
        pytest.param(BERLIN, "2026-10-25 02:59+02:00", "2026-10-25 02:00+01:00", id="hour-that-comes-twice"),
    ],
)
def test_hourly_is_the_next_full_hour(zone, after, due):
    assert following(None, after=moment(after), zone=zone) == moment(due)
