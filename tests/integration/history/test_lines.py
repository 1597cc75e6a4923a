"""Lines name an order and an article that are there, whoever writes or deletes."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

import shop
from shuke.history.models import Order, OrderLine, Product

pytestmark = pytest.mark.django_db
NOWHERE = 4_000_000_000


@pytest.fixture
def line():
    order = shop.order(shop.customer("王芳"), date(2026, 6, 1), 500)
    tea = Product.objects.create(source=order.source, code="T1")
    return OrderLine.objects.create(order=order, ordinal=1, product=tea, quantity=1, unit_price=50_000, amount=500)


def execute(statement, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def refused(words, statement, *values):
    before = list(OrderLine.objects.values())
    with pytest.raises(IntegrityError, match=words):
        execute(statement, *values)
    assert list(OrderLine.objects.values()) == before


INSERT = (
    "INSERT INTO order_line (order_id, product_id, ordinal, quantity, unit_price, amount) VALUES (%s, %s, 2, 1, 1, 1)"
)


def test_a_line_of_no_order_or_of_no_article_is_refused(line):
    refused(f"customer_order {NOWHERE}", INSERT, NOWHERE, line.product_id)
    refused(f"product {NOWHERE}", INSERT, line.order_id, NOWHERE)
    refused(f"product {NOWHERE}", "UPDATE order_line SET product_id = %s", NOWHERE)
    execute(INSERT, line.order_id, line.product_id)


def test_what_lines_name_is_neither_deleted_nor_numbered_anew(line):
    refused("still referred to", "DELETE FROM customer_order")
    refused("still referred to", "DELETE FROM product")
    refused("refused", "UPDATE customer_order SET id = %s", NOWHERE)
    refused("refused", "UPDATE product SET id = %s", NOWHERE)
    execute("DELETE FROM order_line")
    execute("DELETE FROM customer_order")
    execute("DELETE FROM product")
    assert not Order.objects.exists()
    assert not Product.objects.exists()
