"""A generated shop of any size, straight into PostgreSQL: for figures, not for truth. Seeded by row numbers only."""

import time
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from django.db import connection, connections, transaction

if TYPE_CHECKING:
    from shuke.scoring.models import Run

FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚文华玉英慧"
PINYIN_FAMILY = "wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo"
PINYIN_GIVEN = (
    "wei fang na min jing li qiang lei jun yang yong yan jie juan tao ming chao xia ping gang wen hua yu ying hui"
)

CUSTOMERS = """
WITH words AS (
    SELECT string_to_array(%(family_pinyin)s, ' ') AS families, string_to_array(%(given_pinyin)s, ' ') AS givens
)
INSERT INTO customer (name, pinyin, initials, birth_calendar, birth_leap_month, created_at, version)
SELECT substr(%(family)s, f + 1, 1) || substr(%(given)s, g + 1, 1) || substr(%(given)s, h + 1, 1),
    families[f + 1] || ' ' || givens[g + 1] || ' ' || givens[h + 1],
    left(families[f + 1], 1) || left(givens[g + 1], 1) || left(givens[h + 1], 1),
    'solar', false, now(), 1
FROM (
    SELECT (n * 7919 %% 20)::integer AS f, (n * 104729 %% 25)::integer AS g, (n / 25 * 1299709 %% 25)::integer AS h
    FROM generate_series(1::bigint, %(customers)s) AS n
) AS parts, words
"""
TOLD = {
    "churn_parts": 10,
    "churn_numbers": 10,
    "relationship_parts": 3,
    "relationship_numbers": 9,
    "radar": 6,
    "health_points": 9,
    "health_numbers": 9,
    "value_card": 5,
    "value_numbers": 5,
}
"""How many numbers a score has of these."""
IDENTITIES = """
INSERT INTO identity (source_id, source_key, customer_id)
SELECT %(source)s, 'C' || id, id FROM customer
"""


def make(customers: int, *, alias: str = "default") -> None:
    """Add `customers` customers, each with one identity."""
    from shuke.customers.models import Source

    source = Source.objects.using(alias).get_or_create(code="bench", defaults={"name": "bench"})[0]
    values = {
        "customers": customers,
        "family": FAMILY,
        "given": GIVEN,
        "family_pinyin": PINYIN_FAMILY,
        "given_pinyin": PINYIN_GIVEN,
        "source": source.pk,
    }
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(CUSTOMERS, values)
        cursor.execute(IDENTITIES, values)


def score(customers: int, *, as_of: date) -> "tuple[Run, float]":
    """Write invented scores of everybody through the real way back, and switch; the run and the seconds it took."""
    from django.utils.timezone import now

    from shuke.scoring import partitions, queries
    from shuke.scoring.engines.duckdb import BATCH_ROWS
    from shuke.scoring.mirror import Refreshed
    from shuke.scoring.models import Run
    from shuke.scoring.services import runs

    columns = queries.columns()
    rows = _scores(columns.remove(0), as_of, batch=BATCH_ROWS)
    run = Run.objects.create(kind=Run.Kind.NIGHTLY, as_of=as_of, started_at=now())
    begun = time.perf_counter()
    run.counts = {"customers": partitions.write(run, rows, columns)}
    runs._switch(run, lambda run: None, Refreshed((), 0))
    return run, time.perf_counter() - begun


def _scores(columns: pa.Schema, as_of: date, *, batch: int) -> pa.RecordBatchReader:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM customer")
        first, last = cursor.fetchone()
    count = last - first + 1
    chance = np.random.default_rng(1)
    ordered = np.datetime64("2026-01-01") - chance.integers(1, 900, count).astype("timedelta64[D]")
    days = (np.datetime64(as_of) - ordered).astype(int)
    money, leaving = chance.integers(1_000, 10_000_000, count), chance.random(count)
    letters, shares = np.array(list("ABC")), np.array(["gold", "silver", "silver", "bronze", "bronze", "bronze"])
    values = {
        "customer_id": chance.permutation(np.arange(first, last + 1)),
        "days_since_last": days,
        "days_since_first": days + 100,
        "orders": chance.integers(1, 60, count),
        "first_ordered_on": ordered - np.timedelta64(100, "D"),
        "last_ordered_on": ordered,
        "value_at_risk": money * np.minimum(days, 200) // 200,
        "churn_probability": leaving,
        "at_risk": (days <= 90) & (leaving > 0.8),
        "activity": np.select([days < 300, days < 500, days < 700], ["new", "active", "dormant"], "lost"),
        **{name: shares[chance.integers(0, 6, count)] for name in ("tier", "recency_line", "money_line")},
        **{name: letters[chance.integers(0, 3, count)] for name in "rfmt"},
        **{f"{name}_quintile": chance.integers(1, 6, count) for name in "rfm"},
        "cluster": chance.integers(1, 6, count),
        "emotion": chance.integers(0, 101, count),
        **{name: chance.random(count) * 100 for name in ("relationship", "health", "loyalty")},
        "stage": np.array(["acquire", "grow", "mature", "decline"])[chance.integers(0, 4, count)],
        "journey": np.array(["aware", "consider", "decide", "loyal"])[chance.integers(0, 4, count)],
        "value_quadrant": np.array(["friend", "butterfly", "regular", "passer_by"])[chance.integers(0, 4, count)],
        "is_expert": chance.random(count) < 0.1,
    }
    arrays = [
        pa.array(values[each.name]).cast(each.type) if each.name in values else _other(each, money) for each in columns
    ]
    return pa.RecordBatchReader.from_batches(columns, pa.table(arrays, schema=columns).to_batches(batch))


def _other(field: pa.Field, money: np.ndarray) -> pa.Array:
    """Of a column that nothing above is about: as many numbers as it takes, money if it is wide enough, or nothing."""
    if field.name in TOLD:
        ends = np.arange(0, (len(money) + 1) * TOLD[field.name], TOLD[field.name], dtype="int32")
        return pa.ListArray.from_arrays(ends, np.ones(ends[-1], dtype="float32")).cast(field.type)
    is_wide = pa.types.is_int64(field.type) or pa.types.is_float64(field.type)
    return pa.array(money).cast(field.type) if is_wide else pa.nulls(len(money), field.type)


def tidy() -> None:
    """What the server's own housekeeping would do within minutes."""
    for table in ("customer", "identity", "customer_list", "membership"):
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"VACUUM ANALYZE {table}")
