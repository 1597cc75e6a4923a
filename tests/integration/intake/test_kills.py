"""An import that is killed at any moment and started again ends with the same content as one that was left alone."""

import hashlib
import os
import random
import time
from pathlib import Path

import pytest
from django.db import connection

from forks import forks
from shuke.intake import services
from shuke.intake.models import Import
from shuke.intake.reading.texts import CHUNK_BYTES

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 100 if os.environ.get("SHUKE_SOAK") else 20
RUNNER = Path(__file__).with_name("run_import.py")
ROWS = 72_000

CONTENT = """
SELECT source_key, ordered_at, amount, status, kind,
    (SELECT identity.source_key || customer.name FROM identity JOIN customer ON customer.id = customer_id
     WHERE identity.id = identity_id),
    (SELECT string_agg(concat_ws('|', ordinal, code, quantity, unit_price, line.amount), ',' ORDER BY ordinal)
     FROM order_line AS line JOIN product ON product.id = product_id WHERE order_id = customer_order.id)
FROM customer_order ORDER BY source_key
"""
COUNTS = """
SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM identity), (SELECT count(*) FROM contact_point),
    (SELECT count(*) FROM product), (SELECT count(*) FROM order_line), (SELECT count(*) FROM order_event),
    (SELECT count(*) FROM quarantined_row), (SELECT count(*) FROM audit_entry)
"""
EMPTY = "TRUNCATE customer, identity, product, customer_order, order_line, import, month_mark, audit_entry CASCADE"


def test_kills_at_random_moments_lose_and_double_nothing(tmp_path):
    path = tmp_path / "orders.csv"
    write_orders(path)
    assert path.stat().st_size > 3 * CHUNK_BYTES
    empty()
    whole = services.begin(path=path)
    start = time.monotonic()
    report = services.run(import_id=whole.pk).report
    usual = time.monotonic() - start
    expected = content()

    chance, kills = random.Random(20_261_122), 0
    with forks(RUNNER) as runner:
        usual = min(usual, time_of_a_run(runner, path))  # after a slow one, few kills would come in time
        while kills < KILLS:
            empty()
            this = services.begin(path=path)
            while not Import.objects.get(pk=this.pk).is_finished:
                kills += not runner.work(this.pk, after=chance.uniform(0, usual))
            assert Import.objects.get(pk=this.pk).report == report
            assert content() == expected


def time_of_a_run(runner, path):
    empty()
    this = services.begin(path=path)
    start = time.monotonic()
    assert runner.work(this.pk)
    return time.monotonic() - start


def content():
    with connection.cursor() as cursor:
        cursor.execute(CONTENT)
        digest = hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
        cursor.execute(COUNTS)
        return digest, cursor.fetchone()


def empty():
    with connection.cursor() as cursor:
        cursor.execute(EMPTY)


def write_orders(path):
    chance = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        file.write("订单号,会员卡号,姓名,手机号,下单时间,商品编码,商品名称,数量,单价\n")
        for row in range(ROWS):
            order, who, article = row // 3, row // 3 % 7_000, chance.randrange(400)
            moment = f"2026-0{order % 9 + 1}-11 10:{order % 60:02}" if row % 9_999 else "someday"
            phone = 13_800_000_000 + who
            file.write(f"N{order},C{who},王{who},{phone},{moment},S{article},商品{article},{row % 4 + 1},{article}.5\n")
