"""How the values of a record are written: the strict forms of what files write in many ways.

Bounds and rounding are those of files (`intake.checks.forms`): a record and a row that say the same are the same.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.conf import settings
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from shuke.intake.checks.forms import FIRST_YEAR, LAST_YEAR, MAINLAND_MOBILE, NOBODY
from shuke.intake.checks.phones import in_e164
from shuke.intake.live.problems import PROBLEMS

EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+")
MOBILE = re.compile(rf"(?:\+?86)?({MAINLAND_MOBILE})", re.ASCII)
BIRTHDAY = re.compile(r"(lunar )?(\d{4}-|--)(\d\d)-(\d\d)", re.ASCII)
DECIMAL = re.compile(r"[-+]?\d+(\.\d{1,9})?", re.ASCII)
LEAP_YEAR = 2000


def refusal(code: str) -> PydanticCustomError:
    return PydanticCustomError(code, PROBLEMS[code])


def _number_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _storable(text: str) -> str:
    if "\x00" in text:
        raise refusal("text_unstorable")
    return text


def text(longest: int, *, shortest: int = 0) -> Any:
    """A text without blanks around it."""
    constraints = StringConstraints(strip_whitespace=True, min_length=shortest, max_length=longest)
    return Annotated[str, constraints, AfterValidator(_storable)]


def key(longest: int = 200) -> Any:
    """A number or name by which the source knows something; whole numbers may stand without quotes."""
    return Annotated[text(longest, shortest=1), BeforeValidator(_number_as_text), Field(examples=["A-1001"])]


def _nobody(value: Any) -> Any:
    return None if isinstance(value, str) and value.strip().lower() in ("", *NOBODY) else value


Nobody = BeforeValidator(_nobody)
"""Where a program writes “null” or “无” for no customer, it means none."""


def decimal(*, digits: int, scale: int) -> Any:
    """A number in quotes as whole units of 1/`scale`, halves away from zero; at most `digits` before its point."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise refusal("wrong_type")
        plain = str(value).strip() if isinstance(value, str) or abs(value) < 10**digits else ""
        if not plain and isinstance(value, int):
            raise refusal("number_too_large")
        if not DECIMAL.fullmatch(plain):
            raise refusal("number_unreadable")
        number = Decimal(plain)
        if abs(number) >= 10**digits:
            raise refusal("number_too_large")
        return int((number * scale).quantize(Decimal(1), rounding=ROUND_HALF_UP))

    schema = {"type": "string", "pattern": r"^[-+]?\d+(\.\d{1,9})?$", "examples": ["128.50"]}
    return Annotated[int, BeforeValidator(read), WithJsonSchema(schema)]


def _moment(value: Any) -> datetime:
    if not isinstance(value, str):
        raise refusal("wrong_type")
    try:
        told = datetime.fromisoformat(value.strip())
        zoned = told if told.tzinfo else told.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
        moment = zoned.astimezone(UTC)
    except (ValueError, OverflowError):
        raise refusal("time_unreadable") from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise refusal("date_impossible")
    return moment


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-03T14:20:00+08:00"]}),
]


def _day(value: Any) -> date:
    return _moment(value).astimezone(ZoneInfo(settings.TIME_ZONE)).date()


Day = Annotated[
    date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2024-03-01"]})
]


def phone(told: str) -> str | None:
    """A phone in E.164 as files keep it; None where the numbering plan has no such number."""
    plain = re.sub(r"[\s()\-.·]", "", told)
    if settings.SHUKE.region == "CN" and (mobile := MOBILE.fullmatch(plain)):
        return f"+86{mobile[1]}"
    return _in_e164(told)


@lru_cache(maxsize=10_000)
def _in_e164(told: str) -> str | None:
    return in_e164(pa.array([told], pa.string()), region=settings.SHUKE.region)[0].as_py()


def email(told: str) -> str | None:
    return told.lower() if EMAIL.fullmatch(told.lower()) else None


def birthday(told: str) -> str | None:
    """The form that statements read: YYYY-MM-DD, --MM-DD where the year is not told, “lunar ” before either."""
    found = BIRTHDAY.fullmatch(told)
    if not found:
        return None
    lunar, year, month, day = found[1], found[2], int(found[3]), int(found[4])
    if lunar:
        return told if 1 <= month <= 12 and 1 <= day <= 30 else None
    try:
        date(LEAP_YEAR if year == "--" else int(year[:-1]), month, day)
    except ValueError:
        return None
    return told if year == "--" or FIRST_YEAR <= int(year[:-1]) <= LAST_YEAR else None


Reader = Callable[[str], str | None]
