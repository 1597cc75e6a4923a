from datetime import date, datetime, timedelta

import cnlunar
import pytest

from shuke.customers import birthdays


def test_lunar_dates_agree_with_the_calendar_of_cnlunar_day_by_day():
    wrong = []
    for distance in range(0, 365 * 12, 3):
        day = datetime(2020, 1, 1) + timedelta(days=distance)  # noqa: DTZ001  cnlunar wants it so
        lunar = cnlunar.Lunar(day)
        leap = bool(lunar.isLunarLeapMonth)
        if birthdays.lunar_date(lunar.lunarYear, lunar.lunarMonth, lunar.lunarDay, leap=leap) != day.date():
            wrong.append(day)
    assert wrong == []


@pytest.mark.parametrize(
    ("month", "day", "on", "expected"),
    [
        pytest.param(11, 22, date(2026, 11, 22), date(2026, 11, 22), id="today-counts"),
        pytest.param(11, 21, date(2026, 11, 22), date(2027, 11, 21), id="yesterday-is-next-year"),
        pytest.param(2, 29, date(2027, 1, 1), date(2027, 2, 28), id="leap-day-in-a-common-year"),
        pytest.param(2, 29, date(2028, 1, 1), date(2028, 2, 29), id="leap-day-in-a-leap-year"),
    ],
)
def test_next_solar_birthday(month, day, on, expected):
    assert birthdays.next_solar(month, day, on=on) == expected


@pytest.mark.parametrize(
    ("month", "day", "leap", "on", "expected"),
    [
        pytest.param(1, 1, False, date(2026, 11, 22), date(2027, 2, 6), id="new-year"),
        pytest.param(12, 30, False, date(2026, 11, 22), date(2027, 2, 5), id="the-30th-that-2026-lacks"),
        pytest.param(6, 15, True, date(2026, 1, 1), date(2026, 7, 28), id="a-leap-month-that-2026-lacks"),
        pytest.param(6, 15, True, date(2025, 1, 1), date(2025, 8, 8), id="the-leap-month-of-2025"),
        pytest.param(12, 1, False, date(2026, 1, 5), date(2026, 1, 19), id="of-the-lunar-year-before"),
    ],
)
def test_next_lunar_birthday(month, day, leap, on, expected):
    assert birthdays.next_lunar(month, day, leap=leap, on=on) == expected


def test_beyond_the_tables_no_lunar_birthday_is_invented():
    assert birthdays.next_lunar(1, 1, leap=False, on=date(2150, 1, 1)) is None
