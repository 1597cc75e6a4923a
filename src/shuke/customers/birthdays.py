"""When a birthday comes next, by the sun or by the moon.

Lunar years are read from the tables of cnlunar (1901 to 2100): a year has twelve months of 29 or 30 days, and
sometimes a leap month behind the month of the same number.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from cnlunar.config import LEAPMONTH_NUM_BIT, MONTH_DAY_BIT, START_YEAR, lunarMonthData, lunarNewYearList

LAST_YEAR = START_YEAR + min(len(lunarMonthData), len(lunarNewYearList)) - 1


def next_solar(month: int, day: int, *, on: date) -> date:
    """The next birthday from `on`; 29 February is kept on the 28th where the year has none."""
    return min(found for year in (on.year, on.year + 1) if (found := _clipped(year, month, day)) >= on)


def next_lunar(month: int, day: int, *, leap: bool, on: date) -> date | None:
    """The solar date of the next lunar birthday; None beyond the tables.

    A leap month that the year lacks is kept in the month of the same number, a 30th that it lacks on the 29th.
    """
    for year in (on.year - 1, on.year, on.year + 1):
        if START_YEAR <= year <= LAST_YEAR:
            found = lunar_date(year, month, day, leap=leap)
            if found >= on:
                return found
    return None


def lunar_date(year: int, month: int, day: int, *, leap: bool) -> date:
    """The solar date of a day of lunar `year`, clipped to what that year has."""
    months = list(_months(year))
    wanted = (
        (month, leap) if any((number, is_leap) == (month, leap) for number, is_leap, _ in months) else (month, False)
    )
    start = _new_year(year)
    for number, is_leap, length in months:
        if (number, is_leap) == wanted:
            return start + timedelta(days=min(day, length) - 1)
        start += timedelta(days=length)
    raise ValueError(f"there is no lunar month {month}")


def _months(year: int) -> Iterator[tuple[int, bool, int]]:
    """Number, leap or not, and length of each month of a lunar year."""
    code = lunarMonthData[year - START_YEAR]
    leap_month = (code >> LEAPMONTH_NUM_BIT) & 0xF
    for month in range(1, 13):
        yield month, False, 30 if code & (1 << (month - 1)) else 29
        if month == leap_month:
            yield month, True, 30 if code & (1 << MONTH_DAY_BIT) else 29


def _new_year(year: int) -> date:
    code = lunarNewYearList[year - START_YEAR]
    return date(year, (code >> 5) & 0x3, code & 0x1F)


def _clipped(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))
