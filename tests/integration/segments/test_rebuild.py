"""The list built anew beside the present one, while people go on writing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import psycopg
import pytest
from django.db import connection, connections
from django.utils.timezone import now

import shop
from shuke.core.databases import conninfo
from shuke.customers.models import Customer
from shuke.scoring import services as scoring
from shuke.segments import services
from shuke.segments.models import CustomerListing
from shuke.segments.services import rebuild

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 6, 30)


@pytest.fixture
def run():
    shop.order(shop.customer("王芳"), date(2026, 6, 1), 100)
    run = scoring.run(as_of=DAY)
    services.refresh(run=run, at=now())
    return run


def _columns_and_indexes() -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'customer_list' ORDER BY 1")
        indexes = cursor.fetchall()
        cursor.execute(
            "SELECT attname, atttypid::regtype::text, attnotnull, attcollation::text FROM pg_attribute "
            "WHERE attrelid = 'customer_list'::regclass AND attnum > 0 ORDER BY attnum"
        )
        columns = cursor.fetchall()
        cursor.execute("SELECT conname, contype::text FROM pg_constraint WHERE conrelid = 'customer_list'::regclass")
        return indexes, columns, sorted(cursor.fetchall())


def test_the_new_list_is_made_like_the_old_one(run):
    before = _columns_and_indexes()
    rows = list(CustomerListing.objects.values())
    services.refresh(run=run, at=now())
    assert _columns_and_indexes() == before
    assert list(CustomerListing.objects.values()) == rows != []


def test_what_people_write_during_a_rebuild_is_in_the_new_list(run):
    wang = Customer.objects.get(name="王芳")

    def rename() -> None:
        try:
            Customer.objects.filter(pk=wang.pk).update(name="王小芳")
            services.copy_profiles([wang.pk])
        finally:
            connections.close_all()

    def meanwhile(execute, sql, *rest):
        done = execute(sql, *rest)
        if sql == "SELECT customer_list_index()":
            with ThreadPoolExecutor(1) as people:
                people.submit(rename).result(timeout=10)
        return done

    with connection.execute_wrapper(meanwhile):
        services.refresh(run=run, at=now())
    listed = CustomerListing.objects.get(pk=wang.pk)
    assert (listed.name, "小芳" in listed.bigrams) == ("王小芳", True)


def test_a_broken_rebuild_leaves_the_present_list(run):
    def fail(execute, sql, *rest):
        if sql == "SELECT customer_list_switch()":
            raise KeyboardInterrupt
        return execute(sql, *rest)

    with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(fail):
        services.refresh(run=run, at=now())
    assert CustomerListing.objects.get().name == "王芳"
    assert services.refresh(run=run, at=now())["listed"] == 1


def test_a_reader_who_stays_long_holds_nobody_else_up(run, monkeypatch):
    """A dump or an export keeps the list for minutes: the switch waits for it, and others read on meanwhile."""
    waits = []

    def read_meanwhile(seconds: float) -> None:
        with psycopg.connect(conninfo()) as another:
            waits.append(another.execute("SELECT count(*) FROM customer_list").fetchone())
        reader.rollback()

    monkeypatch.setattr(rebuild, "sleep", read_meanwhile)
    with psycopg.connect(conninfo()) as reader:
        reader.execute("SELECT count(*) FROM customer_list")
        services.refresh(run=run, at=now())
    assert waits == [(1,)]
