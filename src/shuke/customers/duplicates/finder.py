"""How likely two customers are one person: the model of Fellegi and Sunter over DuckDB, without Django.

Each thing that two customers have in common or do not adds its weight, log2(m / u): m is how often it is so of one
person's two records, u how often of two strangers'. What many share weighs little: u of a name, a birthday, a phone is
its own share of all customers. The weights are added to the prior; the sum is the log2 of the odds.
Source: I. P. Fellegi, A. B. Sunter, A Theory for Record Linkage, JASA 64 (1969); W. E. Winkler, Frequency-Based
Matching in the Fellegi-Sunter Model (2000). `docs/concepts/one-person-once.md` has worked numbers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import log2
from typing import Any

import duckdb
import pyarrow as pa

__all__ = ["CONTACTS", "PEOPLE", "Found", "find", "load_contacts", "load_people"]

PEOPLE = pa.schema(
    [
        ("id", pa.int64()),
        ("name", pa.string()),
        ("pinyin", pa.string()),
        ("birthday", pa.string()),
        ("registered_on", pa.date32()),
        ("store", pa.int64()),
        ("sources", pa.string()),
    ]
)
"""A row per customer; `birthday` as 1990-05-31, --05-31 without a year, a leading L for the lunar calendar; `sources`
are ids between commas. Empty text and null both mean unknown."""

CONTACTS = pa.schema([("id", pa.int64()), ("kind", pa.string()), ("value", pa.int64())])
"""A row per contact of a customer; `value` is a number made of its blind index."""

DOUBLES = 0.05
"""The prior: how many customers in a hundred stand twice, before anything is known of them."""
SHARED_BY = 50
"""A phone that more customers than this give belongs to a store or to nobody."""
RARE = 6
"""A name with at most so many bearers is by itself a reason to look at two of them."""
SAME_DAY_GROUP = 30
"""People of one sound who registered on one day are compared unless there are more of them than this."""

# m: of one person's two records, in how many is it so? By judgement, from what shops' own duplicates look like; u of
# whatever is not counted in the data is that of two strangers.
M_NAME, M_SOUND, M_NEARLY_SOUND, M_SWAPPED, M_LIKE = 0.80, 0.07, 0.04, 0.03, 0.04
U_LIKE_LATIN, U_LIKE_CHINESE = 0.003, 0.5
"""Sisters and brothers often share one character of their given names: there, one other character is no typo."""
M_NAME_DIFFERS = 0.02
M_PHONE, M_PHONE_DIFFERS = 0.55, 0.40
M_EMAIL, M_EMAIL_DIFFERS = 0.50, 0.40
M_BIRTHDAY, M_BIRTHDAY_NEAR, M_BIRTHDAY_DIFFERS = 0.92, 0.06, 0.02
U_BIRTHDAY_NEAR = 0.012
M_STORE, M_STORE_DIFFERS = 0.60, 0.40
M_REGISTERED = 0.30
M_SAME_SOURCE = 0.30
LEAST_SHARED_PHONES, LEAST_SHARED_EMAILS = 0.01, 0.002
"""At least this share of all customers has a contact in common with somebody else, family mostly, seen or not."""


@dataclass(frozen=True, slots=True)
class Found:
    """Two customers (`first` < `second`), how likely they are one person, why, and whether something contradicts."""

    first: int
    second: int
    probability: float
    evidence: tuple[dict[str, Any], ...]
    contradicted: bool
    birthdays: tuple[str, str]
    known: tuple[int, int]


# The names of a person in four spellings: as written, as heard, as heard in the south, and its characters in order.
PERSON = """
CREATE TABLE person AS
SELECT id, name, pinyin, birthday, registered_on, store,
    CASE WHEN birthday LIKE 'L%' THEN 'L' ELSE '' END || right(birthday, 5) AS day_of_year,
    regexp_matches(name, '[\\x{3400}-\\x{9fff}]') AS is_chinese,
    regexp_replace(regexp_replace(regexp_replace(pinyin, '([zcs])h', '\\1', 'g'), 'ng\\b', 'n', 'g'),
        '\\bl', 'n', 'g') AS nearly,
    array_to_string(list_sort(string_split(name, '')), '') AS letters,
    string_split(coalesce(sources, ''), ',') AS sources
FROM (
    SELECT id, nullif(lower(regexp_replace(nfc_normalize(coalesce(name, '')), '[\\s·•.,\\-]+', '', 'g')), '') AS name,
        nullif(pinyin, '') AS pinyin, nullif(birthday, '') AS birthday, registered_on, store, sources
    FROM people
)
"""
REACH = """
CREATE TABLE reach AS
SELECT DISTINCT id, kind, value, count(*) OVER (PARTITION BY kind, value) AS sharers
FROM (SELECT DISTINCT id, kind, value FROM contacts)
"""
REACHED = """
CREATE TABLE reached AS SELECT id, bool_or(kind = 'phone') AS phone, bool_or(kind = 'email') AS email
FROM reach GROUP BY id
"""
COUNTED = "CREATE TABLE by_{what} AS SELECT {what}, count(*) AS n FROM person WHERE {what} IS NOT NULL GROUP BY 1"
SHARED = """
CREATE TABLE shared_{kind} AS
SELECT one.id AS a, two.id AS b, min(one.sharers) AS sharers
FROM reach AS one JOIN reach AS two ON two.value = one.value AND two.kind = '{kind}' AND one.id < two.id
WHERE one.kind = '{kind}' AND one.sharers BETWEEN 2 AND {most} GROUP BY ALL
"""
PAIR = """
CREATE TABLE pair AS
SELECT a, b FROM shared_phone
UNION SELECT a, b FROM shared_email
UNION SELECT one.id, two.id FROM person AS one JOIN person AS two
    ON one.name = two.name AND one.day_of_year = two.day_of_year AND one.id < two.id
UNION SELECT one.id, two.id FROM person AS one JOIN person AS two
    ON one.nearly = two.nearly AND one.birthday = two.birthday AND one.id < two.id
UNION SELECT one.id, two.id FROM person AS one JOIN person AS two
    ON one.letters = two.letters AND one.birthday = two.birthday AND one.id < two.id
UNION SELECT one.id, two.id FROM person AS one JOIN by_name USING (name) JOIN person AS two
    ON one.name = two.name AND one.id < two.id WHERE n <= {rare}
UNION SELECT one.id, two.id FROM person AS one
    JOIN (SELECT nearly, registered_on FROM person GROUP BY ALL HAVING count(*) BETWEEN 2 AND {group}) AS day
        USING (nearly, registered_on)
    JOIN person AS two ON two.nearly = one.nearly AND two.registered_on = one.registered_on AND one.id < two.id
"""
COMPARED = """
CREATE TABLE compared AS
SELECT pair.a, pair.b,
    CASE WHEN one.name IS NULL OR two.name IS NULL THEN 'unknown'
        WHEN one.name = two.name THEN 'same'
        WHEN one.pinyin = two.pinyin THEN 'sound'
        WHEN one.letters = two.letters THEN 'swapped'
        WHEN one.nearly = two.nearly THEN 'nearly'
        WHEN length(one.name) >= 3 AND abs(length(one.name) - length(two.name)) <= 1
            AND damerau_levenshtein(one.name, two.name) <= CASE WHEN length(one.name) > 7 THEN 2 ELSE 1 END
            AND (one.is_chinese OR length(one.name) > 4) THEN 'like'
        ELSE 'differs' END AS name,
    one.is_chinese AS is_chinese,
    CASE WHEN one.birthday IS NULL OR two.birthday IS NULL THEN 'unknown'
        WHEN (one.birthday LIKE 'L%') <> (two.birthday LIKE 'L%') THEN 'unknown'
        WHEN one.birthday = two.birthday THEN 'same'
        WHEN one.day_of_year = two.day_of_year AND contains(one.birthday || ' ' || two.birthday, '--') THEN 'day'
        WHEN damerau_levenshtein(one.birthday, two.birthday) <= 1
            OR (left(one.birthday, 4) = left(two.birthday, 4)
                AND one.day_of_year = right(two.birthday, 2) || '-' || substr(two.day_of_year, 1, 2)) THEN 'near'
        ELSE 'differs' END AS birthday,
    CASE WHEN phone.a IS NOT NULL THEN 'same' WHEN can_one.phone AND can_two.phone THEN 'differs'
        ELSE 'unknown' END AS phone,
    CASE WHEN email.a IS NOT NULL THEN 'same' WHEN can_one.email AND can_two.email THEN 'differs'
        ELSE 'unknown' END AS email,
    CASE WHEN one.store IS NULL OR two.store IS NULL THEN 'unknown'
        WHEN one.store = two.store THEN 'same' ELSE 'differs' END AS store,
    CASE WHEN one.registered_on IS NULL OR two.registered_on IS NULL THEN 'unknown'
        WHEN one.registered_on = two.registered_on THEN 'same' ELSE 'differs' END AS registered,
    CASE WHEN list_has_any(one.sources, two.sources) THEN 'same' ELSE 'differs' END AS source,
    phone.sharers AS phone_sharers, email.sharers AS email_sharers,
    by_name.n AS name_n, by_pinyin.n AS pinyin_n, by_nearly.n AS nearly_n, by_letters.n AS letters_n,
    by_birthday.n AS birthday_n, by_day_of_year.n AS day_n, by_store.n AS store_n, by_registered_on.n AS registered_n,
    coalesce(one.birthday, '') AS birthday_a, coalesce(two.birthday, '') AS birthday_b,
    (one.name IS NOT NULL)::INT + (one.birthday IS NOT NULL)::INT + coalesce(can_one.phone, false)::INT
        + coalesce(can_one.email, false)::INT AS known_a,
    (two.name IS NOT NULL)::INT + (two.birthday IS NOT NULL)::INT + coalesce(can_two.phone, false)::INT
        + coalesce(can_two.email, false)::INT AS known_b
FROM pair JOIN person AS one ON one.id = pair.a JOIN person AS two ON two.id = pair.b
LEFT JOIN shared_phone AS phone ON phone.a = pair.a AND phone.b = pair.b
LEFT JOIN shared_email AS email ON email.a = pair.a AND email.b = pair.b
LEFT JOIN reached AS can_one ON can_one.id = pair.a LEFT JOIN reached AS can_two ON can_two.id = pair.b
LEFT JOIN by_name ON by_name.name = one.name LEFT JOIN by_pinyin ON by_pinyin.pinyin = one.pinyin
LEFT JOIN by_nearly ON by_nearly.nearly = one.nearly LEFT JOIN by_letters ON by_letters.letters = one.letters
LEFT JOIN by_birthday ON by_birthday.birthday = one.birthday
LEFT JOIN by_day_of_year ON by_day_of_year.day_of_year = one.day_of_year
LEFT JOIN by_store ON by_store.store = one.store
LEFT JOIN by_registered_on ON by_registered_on.registered_on = one.registered_on
"""
# How often strangers share a contact: those who do and are called otherwise. A value that n customers give counts once.
STRANGERS = """
SELECT coalesce(sum(1.0 / ({kind}_sharers - 1)) FILTER (WHERE name IN ('differs', 'like')), 0)::DOUBLE
FROM compared WHERE {kind} = 'same'
"""
SAME_SOURCE = """
SELECT coalesce(sum(share * share), 1)::DOUBLE FROM (
    SELECT count(*) / (SELECT count(*) FROM person) AS share FROM (SELECT unnest(sources) AS source FROM person)
    GROUP BY source)
"""
WEIGHED = """
SELECT *, {prior} + name_bits + birthday_bits + phone_bits + email_bits + store_bits + registered_bits + source_bits
    AS bits
FROM (
    SELECT *,
        CASE name WHEN 'same' THEN log2({m_name} * {n} / name_n) WHEN 'sound' THEN log2({m_sound} * {n} / pinyin_n)
            WHEN 'nearly' THEN log2({m_nearly} * {n} / nearly_n) WHEN 'swapped' THEN log2({m_swapped} * {n} / letters_n)
            WHEN 'like' THEN CASE WHEN is_chinese THEN {like_chinese} ELSE {like_latin} END
            WHEN 'differs' THEN {name_differs} ELSE 0 END AS name_bits,
        CASE birthday WHEN 'same' THEN log2({m_birthday} * {n} / greatest(birthday_n, {n} / 20000))
            WHEN 'day' THEN log2({m_birthday} * {n} / greatest(day_n, {n} / 366))
            WHEN 'near' THEN {birthday_near} WHEN 'differs' THEN {birthday_differs} ELSE 0 END AS birthday_bits,
        CASE phone WHEN 'same' THEN {phone} - log2(phone_sharers - 1) WHEN 'differs' THEN {phone_differs}
            ELSE 0 END AS phone_bits,
        CASE email WHEN 'same' THEN {email} - log2(email_sharers - 1) WHEN 'differs' THEN {email_differs}
            ELSE 0 END AS email_bits,
        CASE store WHEN 'same' THEN log2({m_store} * {n} / store_n) WHEN 'differs' THEN {store_differs}
            ELSE 0 END AS store_bits,
        -- A family registers on one day too, so the day speaks only where the name does.
        CASE WHEN registered = 'same' AND name NOT IN ('differs', 'like')
            THEN greatest(log2({m_registered} * {n} / registered_n), 0) ELSE 0 END AS registered_bits,
        CASE source WHEN 'same' THEN {same_source} ELSE {other_source} END AS source_bits
    FROM compared
) WHERE bits >= {least} ORDER BY bits DESC, a, b
"""

WHAT = ("name", "birthday", "phone", "email", "store", "registered", "source")
COUNT_OF = {
    ("name", "same"): "name_n",
    ("name", "sound"): "pinyin_n",
    ("name", "nearly"): "nearly_n",
    ("name", "swapped"): "letters_n",
    ("birthday", "same"): "birthday_n",
    ("phone", "same"): "phone_sharers",
    ("email", "same"): "email_sharers",
}


def load_people(engine: duckdb.DuckDBPyConnection, *, people: pa.RecordBatchReader) -> None:
    """Take in the customers, as `PEOPLE`."""
    engine.register("people", people)
    engine.execute(PERSON)
    engine.unregister("people")


def load_contacts(engine: duckdb.DuckDBPyConnection, *, contacts: pa.RecordBatchReader) -> None:
    """Take in what they can be reached by, as `CONTACTS`."""
    engine.register("contacts", contacts)
    engine.execute(REACH)
    engine.unregister("contacts")
    engine.execute(REACHED)


def find(engine: duckdb.DuckDBPyConnection, *, least: float) -> Iterator[Found]:
    """All pairs that are one person with at least the probability `least`, the surest first."""
    customers = _one(engine, "SELECT count(*) FROM person")
    if customers < 2:
        return
    _compare(engine)
    reader = engine.sql(WEIGHED.format(**_weights(engine, customers), least=_bits(least))).to_arrow_reader(20_000)
    for batch in reader:
        yield from map(_told, batch.to_pylist())


def _compare(engine: duckdb.DuckDBPyConnection) -> None:
    for what in ("name", "pinyin", "nearly", "letters", "birthday", "day_of_year", "store", "registered_on"):
        engine.execute(COUNTED.format(what=what))
    for kind in ("phone", "email"):
        engine.execute(SHARED.format(kind=kind, most=SHARED_BY))
    engine.execute("DROP TABLE reach")
    engine.execute(PAIR.format(rare=RARE, group=SAME_DAY_GROUP))
    engine.execute(COMPARED)


def _weights(engine: duckdb.DuckDBPyConnection, customers: int) -> dict[str, float]:
    """The weights, in bits, of all that does not depend on a value, and what the others are made of."""
    pairs = customers * (customers - 1) / 2
    phones, emails = (_one(engine, STRANGERS.format(kind=kind)) for kind in ("phone", "email"))
    same_source = min(_one(engine, SAME_SOURCE), 1)
    return {
        "n": float(customers),
        "prior": log2(DOUBLES * customers / pairs),
        "m_name": M_NAME,
        "m_sound": M_SOUND,
        "m_nearly": M_NEARLY_SOUND,
        "m_swapped": M_SWAPPED,
        "like_chinese": log2(M_LIKE / U_LIKE_CHINESE),
        "like_latin": log2(M_LIKE / U_LIKE_LATIN),
        "name_differs": log2(M_NAME_DIFFERS),
        "m_birthday": M_BIRTHDAY,
        "birthday_near": log2(M_BIRTHDAY_NEAR / U_BIRTHDAY_NEAR),
        "birthday_differs": log2(M_BIRTHDAY_DIFFERS),
        "phone": log2(M_PHONE * pairs / max(phones, LEAST_SHARED_PHONES * customers)),
        "phone_differs": log2(M_PHONE_DIFFERS),
        "email": log2(M_EMAIL * pairs / max(emails, LEAST_SHARED_EMAILS * customers)),
        "email_differs": log2(M_EMAIL_DIFFERS),
        "m_store": M_STORE,
        "store_differs": log2(M_STORE_DIFFERS),
        "m_registered": M_REGISTERED,
        "same_source": log2(M_SAME_SOURCE / max(same_source, M_SAME_SOURCE)),
        "other_source": log2((1 - M_SAME_SOURCE) / max(1 - same_source, 1 - M_SAME_SOURCE)),
    }


def _one(engine: duckdb.DuckDBPyConnection, query: str) -> Any:
    ((value,),) = engine.sql(query).fetchall()
    return value


def _bits(probability: float) -> float:
    return log2(probability / (1 - probability))


def _told(row: dict[str, Any]) -> Found:
    evidence = tuple(_evidence(row, what) for what in WHAT if row[what] != "unknown" and _matters(row, what))
    return Found(
        first=row["a"],
        second=row["b"],
        probability=1 / (1 + 2 ** -min(max(float(row["bits"]), -60), 60)),
        evidence=evidence,
        contradicted=row["name"] in {"differs", "like"} or row["birthday"] == "differs",
        birthdays=(row["birthday_a"], row["birthday_b"]),
        known=(row["known_a"], row["known_b"]),
    )


def _matters(row: dict[str, Any], what: str) -> bool:
    """Different days of registration and different sources are what one expects, and say nothing to people."""
    if what == "registered":
        return row["registered_bits"] > 0
    return what != "source" or row[what] == "same"


def _evidence(row: dict[str, Any], what: str) -> dict[str, Any]:
    told = {"code": f"{what}_{row[what]}", "bits": round(float(row[f"{what}_bits"]), 1)}
    count = COUNT_OF.get((what, row[what]))
    return told | ({"others": max(row[count] - 2, 0)} if count else {})
