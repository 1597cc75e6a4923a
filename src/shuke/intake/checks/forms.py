"""How the text of a cell becomes a value: one SQL expression for each form, over whole columns at once.

Every form has three: `tidy` of the cleaned text `@t` (run only where the quick reading fails, so that well-kept files
pay nothing for it), `value` of `@t` and its tidied text `@n` (NULL: unreadable), and `trouble`, the problem's code.
"""

import re
from dataclasses import dataclass

from phonenumbers import PhoneMetadata

from shuke.core.cells import FORMULA_STARTS, GUARD
from shuke.intake.fields import Form
from shuke.intake.mapping import DayOrder

BLANKS = " \t\r\n\u3000\u00a0\ufeff\u200b"
NOBODY = ("-", "--", "/", "无", "暂无", "没有", "未知", "n/a", "null", "none", "nil", "nan")
"""What people and programs write where there is no number."""

OWN_GUARD = (f"^{GUARD}([{re.escape(''.join(FORMULA_STARTS))}])", r"\1")
"""What our exports put before a text that a spreadsheet would take for a formula."""

ISO_TIME = r"(\d{4}[-/]\d{1,2}[-/]\d{1,2})([ T]+\d{1,2}:\d{1,2}(:\d{1,2}(\.\d+)?)?)?"
ZONED_TIME = r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})"
VARIABLE = re.compile(r"@[tnv]\b")
LIKE_A_DATE = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}|^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
FIRST_YEAR, LAST_YEAR = 1900, 2100
WORD_DATES = [
    f"{day}{time}"
    for day in ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d %Y")
    for time in ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
]
HALF_DAY_TIMES = ["%Y-%m-%d %I:%M %p", "%Y-%m-%d %I:%M:%S %p"]
NUMBER = r"[-+]?\d+\.?\d*([eE]\+?\d+)?"
CURRENCY = r"(?:RMB|CNY|USD|GBP|EUR|HKD|US\$|HK\$|[¥$€£])"

RATINGS = {
    "非常满意": 5,
    "很满意": 5,
    "满意": 4,
    "比较满意": 4,
    "一般": 3,
    "不满意": 2,
    "很不满意": 1,
    "非常不满意": 1,
    "very satisfied": 5,
    "satisfied": 4,
    "neutral": 3,
    "dissatisfied": 2,
    "very dissatisfied": 1,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The SQL of one form."""

    value: str
    trouble: str
    tidy: str = "NULL"
    within: str = "@v"
    """The value again, NULL where it lies outside of what can be meant."""
    guarded: bool = True
    """Whether a leading apostrophe always is a spreadsheet's guard; else only before what looks like a formula."""
    nothing: tuple[str, ...] = ()
    """Words that mean a blank cell."""


def literal(text: str) -> str:
    """`text` as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def cleaned(column: str, reading: Reading) -> str:
    """The cell without blanks around it and spreadsheets' guards, blank where its words mean nothing."""
    nothing = f"^(?i:{'|'.join(map(re.escape, reading.nothing))})$"
    suspect = [f"^['={BLANKS}]|[{BLANKS}]$"] + [nothing] * bool(reading.nothing)
    blanks = (f"^[{BLANKS}]+|[{BLANKS}]+$", "")
    guard = [("^'", ""), blanks] if reading.guarded else [OWN_GUARD]
    steps = [blanks, ('(?s)^="(.*)"$', r"\1"), *guard]
    steps += [(nothing, "")] * bool(reading.nothing)
    return f"""CASE WHEN regexp_matches({column}, {literal("|".join(suspect))}) THEN {_replaced(column, *steps)}
        ELSE {column} END"""


def readings(*, zone: str, day_order: DayOrder, region: str) -> dict[Form, Reading]:
    """The SQL of every form for files from `zone` and `region` that write short dates in `day_order`."""
    time = _time(zone, day_order)
    return {
        Form.KEY: Reading(KEY, "'number_shortened'", nothing=NOBODY),
        Form.TEXT: Reading("@t", "NULL", guarded=False),
        Form.TIME: Reading(time, TIME_TROUBLE, TIDY_TIME, POSSIBLE_TIME),
        Form.DAY: Reading(f"(({time}) AT TIME ZONE {literal(zone)})::DATE", TIME_TROUBLE, TIDY_TIME, POSSIBLE_TIME),
        Form.PERIOD: Reading(
            f"(({time}) AT TIME ZONE {literal(zone)})::DATE", TIME_TROUBLE, TIDY_PERIOD, POSSIBLE_TIME
        ),
        Form.BIRTHDAY: Reading(BIRTHDAY, TIME_TROUBLE, TIDY_BIRTHDAY),
        Form.MONEY: _number("DECIMAL(14, 2)", 100),
        Form.PRICE: _number("DECIMAL(14, 4)", 10_000),
        Form.QUANTITY: _number("DECIMAL(12, 3)", 1_000),
        Form.SHARE: Reading(SHARE, "'share_unreadable'", TIDY_SHARE, nothing=NOBODY),
        Form.PHONE: Reading(_phone(region), PHONE_TROUBLE, TIDY_PHONE),
        Form.EMAIL: Reading(EMAIL, "'email_unreadable'"),
        Form.RATING: Reading(RATING, "'rating_unreadable'"),
        Form.SECONDS: Reading(SECONDS, "'number_unreadable'"),
    }


def _replaced(text: str, *steps: tuple[str, str]) -> str:
    """`text` after each (pattern, replacement) in turn."""
    for pattern, replacement in steps:
        text = f"regexp_replace({text}, {literal(pattern)}, {literal(replacement)}, 'g')"
    return text


def _half_width(text: str) -> str:
    return f"translate({text}, '０１２３４５６７８９．，－−（）＋￥：／　', '0123456789.,--()+¥:/ ')"


# A number of goods or a customer number may have been through a spreadsheet: 17850.0 is 17850, 1.2E+5 is 120000,
# and 4.82826E+17 has lost digits for good.
KEY = r"""CASE WHEN NOT contains(@t, '.') THEN @t
    WHEN regexp_full_match(@t, '\d+\.0+') THEN regexp_extract(@t, '^\d+')
    WHEN NOT regexp_full_match(@t, '\d\.\d+[eE]\+?\d{1,2}') THEN @t
    WHEN regexp_extract(@t, '[eE]\+?(\d+)$', 1)::INT <= length(regexp_extract(@t, '\.(\d+)', 1))
        THEN try_cast(try_cast(@t AS DECIMAL(38, 0)) AS VARCHAR) END"""

TIDY_NUMBER = _replaced(
    _half_width("@t"),
    (r"^\((.*)\)$", r"-\1"),
    (rf"(?i)^([-+]?)\s*{CURRENCY}\s*", r"\1"),
    (rf"(?i)\s*(?:元|圆|块|件|个|{CURRENCY})$", ""),
    (r"^([-+]?\d{1,3}),(\d{3})(?:,(\d{3}))?(?:,(\d{3}))?(\.\d*)?$", r"\1\2\3\4\5"),
    (r"^([-+]?\d{1,3})\.(\d{3})(?:\.(\d{3}))?(?:\.(\d{3}))?,(\d{1,2})$", r"\1\2\3\4.\5"),
    (r"^([-+]?\d+),(\d{1,2})$", r"\1.\2"),
)


def _number(decimal: str, scale: int) -> Reading:
    """A number as whole units of 1/`scale`, halves rounded away from zero; too large where `decimal` cannot hold it."""
    value = f"(coalesce(try_cast(@t AS {decimal}), try_cast(@n AS {decimal})) * {scale})::BIGINT"
    trouble = f"CASE WHEN regexp_full_match(@n, '{NUMBER}') THEN 'number_too_large' ELSE 'number_unreadable' END"
    return Reading(value, trouble, f"CASE WHEN try_cast(@t AS {decimal}) IS NULL THEN {TIDY_NUMBER} END")


TIDY_SHARE = _replaced(_half_width("@t"), ("％", "%"), (r"\s", ""))
# A share in basis points, written 35%, 0.35 or 35.
SHARE = r"""CASE WHEN regexp_full_match(@n, '-?\d{1,4}(\.\d+)?%') THEN round(rtrim(@n, '%')::DOUBLE * 100)
    WHEN regexp_full_match(@n, '-?([01](\.\d+)?|\.\d+)') AND abs(@n::DOUBLE) <= 1 THEN round(@n::DOUBLE * 10000)
    WHEN regexp_full_match(@n, '-?\d{1,4}(\.\d+)?') THEN round(@n::DOUBLE * 100) END::BIGINT"""

_PLAIN_TIME = _replaced(
    _half_width("@t"),
    (r"[年月](\d)", r"-\1"),
    (r"日\s*", " "),
    (r"[时時点點分](\d)", r":\1"),
    (r"[时時点點]\s*$", ":00"),
    (r"[分秒]\s*$", ""),
    (r"^(\d{4})\.(\d{1,2})\.(\d{1,2})", r"\1-\2-\3"),
    (r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3"),
    (r"^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?$", r"\1-\2-\3 \4:\5:\6"),
    (r":$", ""),
    (r"(?i)^(\S+)\s+(?:上午|am)\s*(\S+)$", r"\1 \2 AM"),
    (r"(?i)^(\S+)\s+(?:下午|晚上|pm)\s*(\S+)$", r"\1 \2 PM"),
    (r"^(\d{4})/(\d{1,2})/(\d{1,2}) ", r"\1-\2-\3 "),
    (r"(:\d{2}(?:\.\d+)?) ?([+-](?:0\d|1[0-4])):?(\d{2})$", r"\1\2:\3"),
)
TIDY_TIME = f"CASE WHEN NOT regexp_full_match(@t, {literal(ISO_TIME)}) THEN trim({_PLAIN_TIME}) END"

MONTH = r"^(\d{4})(?:[-/.年](0?[1-9]|1[0-2])|(0[1-9]|1[0-2]))月?$"
TIDY_PERIOD = f"""CASE WHEN regexp_matches({_half_width("@t")}, {literal(MONTH)})
    THEN regexp_replace({_half_width("@t")}, {literal(MONTH)}, '\\1-\\2\\3-01')
    ELSE ({TIDY_TIME}) END"""

POSSIBLE_TIME = f"CASE WHEN @v >= DATE '{FIRST_YEAR}-01-01' AND @v < DATE '{LAST_YEAR + 1}-01-01' THEN @v END"
TIME_TROUBLE = f"""CASE WHEN regexp_matches(coalesce(@n, @t), {literal(LIKE_A_DATE)})
    THEN 'date_impossible' ELSE 'time_unreadable' END"""


def _time(zone: str, day_order: DayOrder) -> str:
    """A moment: as its own zone says, else in `zone`."""
    day, month = (1, 2) if day_order == DayOrder.DAY_FIRST else (2, 1)
    short = rf"regexp_replace(@n, '^(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}})', '\3-\{month}-\{day}')"
    words = ", ".join(map(literal, HALF_DAY_TIMES + WORD_DATES))
    local = rf"""CASE
        WHEN @n IS NULL THEN try_cast(@t AS TIMESTAMP)
        WHEN regexp_full_match({short}, {literal(ISO_TIME)}) THEN try_cast({short} AS TIMESTAMP)
        WHEN regexp_full_match(@n, '[2-6]\d{{4}}(\.\d+)?')
            THEN TIMESTAMP '1899-12-30' + to_seconds(round(@n::DOUBLE * 86400))
        ELSE try_strptime({short}, [{words}]) END"""
    return rf"""CASE
        WHEN @n IS NOT NULL AND regexp_full_match(@n, {literal(ZONED_TIME)}) THEN try_cast(@n AS TIMESTAMPTZ)
        WHEN @n IS NOT NULL AND regexp_full_match(@n, '1\d{{9}}(\d{{3}})?')
            THEN to_timestamp(@n::BIGINT / CASE WHEN length(@n) = 13 THEN 1000 ELSE 1 END)
        ELSE ({local}) AT TIME ZONE {literal(zone)} END"""


LUNAR = "^(?:农历|阴历|lunar)[:： ]*"
TIDY_BIRTHDAY = _replaced(
    _half_width("@t"),
    (rf"(?i){LUNAR}", ""),
    (r"[ T]\d{1,2}:.*$", ""),
    (r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3"),
    (r"[年月/.]", "-"),
    (r"日$", ""),
    (r"^(\d{1,2}-\d{1,2})$", r"0-\1"),
)

# A birthday is text: YYYY-MM-DD, --MM-DD where the year is not told, "lunar " before either. 2000 knows 29 February.
BIRTHDAY = rf"""CASE
    WHEN NOT regexp_full_match(@n, '(0|\d{{4}})-\d{{1,2}}-\d{{1,2}}') THEN NULL
    WHEN regexp_matches(@t, {literal("(?i)" + LUNAR)})
        THEN CASE WHEN split_part(@n, '-', 2)::INT BETWEEN 1 AND 12 AND split_part(@n, '-', 3)::INT BETWEEN 1 AND 30
            THEN 'lunar ' || replace(format('{{:04d}}-{{:02d}}-{{:02d}}', split_part(@n, '-', 1)::INT,
                split_part(@n, '-', 2)::INT, split_part(@n, '-', 3)::INT), '0000-', '--') END
    WHEN @n[1:2] = '0-' THEN '--' || strftime(try_cast('2000' || @n[2:] AS DATE), '%m-%d')
    WHEN year(try_cast(@n AS DATE)) BETWEEN {FIRST_YEAR} AND {LAST_YEAR} THEN strftime(try_cast(@n AS DATE), '%Y-%m-%d')
    END"""

TIDY_PHONE = _replaced(
    _half_width("@t"),
    (r"^(\d{11,13})\.0+$", r"\1"),
    (r"[\s()\-.·]", ""),
    (r"^(?:\+|00)?86(1[3-9]\d{9})$", r"\1"),
)
ASSIGNED_MOBILE = PhoneMetadata.metadata_for_region("CN").mobile.national_number_pattern
MAINLAND_MOBILE = r"1[3-9]\d{9}"
PHONE_TROUBLE = "CASE WHEN regexp_matches(@t, '[*＊xX]{2,}') THEN 'phone_masked' ELSE 'phone_unreadable' END"


def _phone(region: str) -> str:
    """A number in E.164; `odd_phone` asks the numbering plan about those that no Chinese mobile number is."""
    if region != "CN":
        return "odd_phone(@t)"
    return f"CASE WHEN regexp_full_match(@n, '{MAINLAND_MOBILE}') THEN '+86' || @n ELSE odd_phone(@t) END"


UNASSIGNED_PHONE = (
    rf"regexp_full_match(@v, '\+86{MAINLAND_MOBILE}') AND NOT regexp_full_match(@v[4:], '{ASSIGNED_MOBILE}')"
)

EMAIL = r"CASE WHEN regexp_full_match(lower(@t), '[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+') THEN lower(@t) END"

_RATING_WORDS = " ".join(f"WHEN lower(@t) = {literal(words)} THEN {rating}" for words, rating in RATINGS.items())
RATING = rf"(CASE {_RATING_WORDS} WHEN regexp_full_match(@t, '[1-5](\.0+)?[分星]?') THEN @t[1]::INT END)::SMALLINT"

SECONDS = r"""CASE WHEN regexp_full_match(@t, '\d{1,6}(\.0+)?') THEN @t::DECIMAL(9, 2)::INT
    WHEN regexp_full_match(@t, '(\d{1,2}:)?\d{1,2}:\d{2}')
        THEN list_reduce(list_transform(string_split(@t, ':'), lambda x: x::INT), lambda a, b: a * 60 + b)::INT END"""
