"""The mirror: whatever commits, in whatever order, is in it after the next refresh."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg
import pyarrow.parquet as pq
import pytest
from django.db import connection

import shop
from shuke.core.databases import conninfo
from shuke.history.models import Behaviour, MonthMark, OrderLine, Product
from shuke.history.services import record_interaction
from shuke.scoring import facts
from shuke.scoring.mirror import Mirror

pytestmark = pytest.mark.django_db(transaction=True)

JUNE, JULY = date(2026, 6, 15), date(2026, 7, 15)


@pytest.fixture
def mirror(tmp_path) -> Mirror:
    return Mirror(tmp_path / "mirror")


def refresh(mirror: Mirror):
    with mirror.fresh() as refreshed:
        return refreshed


def amounts(mirror: Mirror) -> list[int]:
    return sorted(amount for path in mirror.files("orders") for amount in pq.read_table(path)["amount"].to_pylist())


def rows(mirror: Mirror, table: str) -> list[dict]:
    return [row for path in mirror.files(table) for row in pq.read_table(path).to_pylist()]


def insert_order(writer: psycopg.Connection, key: str, on: date, amount: int) -> None:
    writer.execute("INSERT INTO month_mark (month) VALUES (date_trunc('month', %s::date))", [on])
    writer.execute(
        "INSERT INTO customer_order (source_id, source_key, kind, ordered_at, ordered_on, amount, status, channel,"
        " original_currency) VALUES (%s, %s, 'sale', %s, %s, %s, '', '', '')",
        [shop.source().pk, key, on, on, amount],
    )


def test_an_empty_shop_has_an_empty_mirror(mirror):
    assert refresh(mirror).months == ()
    assert amounts(mirror) == []


def test_only_marked_months_are_written_again(mirror):
    shop.order(None, JUNE, 100)
    shop.order(None, JULY, 200)
    assert refresh(mirror).months == (date(2026, 6, 1), date(2026, 7, 1))
    june = {path.name for path in mirror.files("orders") if "2026-06" in path.name}
    shop.order(None, JULY, 300)
    assert refresh(mirror).months == (date(2026, 7, 1),)
    assert june < {path.name for path in mirror.files("orders")}
    assert amounts(mirror) == [100, 200, 300]


def test_a_late_commit_between_two_refreshes_is_not_missed(mirror):
    source = shop.source()
    with psycopg.connect(conninfo()) as early, psycopg.connect(conninfo()) as late:
        insert_order(late, "late", JUNE, 1)
        insert_order(early, "early", JUNE, 2)
        early.commit()
        refresh(mirror)
        assert amounts(mirror) == [2]
        late.commit()
    refresh(mirror)
    assert amounts(mirror) == [1, 2]
    assert MonthMark.objects.count() == 0
    assert source.code == "till"


def test_a_mark_that_the_refresh_did_not_see_stays(mirror, monkeypatch):
    shop.order(None, JUNE, 1)
    switch = Mirror._switch

    def another_commits_first(self, manifest):
        with psycopg.connect(conninfo()) as writer:
            insert_order(writer, "meanwhile", JUNE, 2)
        switch(self, manifest)

    monkeypatch.setattr(Mirror, "_switch", another_commits_first)
    refresh(mirror)
    assert amounts(mirror) == [1]
    assert MonthMark.objects.count() == 1
    monkeypatch.undo()
    refresh(mirror)
    assert amounts(mirror) == [1, 2]


def test_a_second_reader_sees_what_the_first_one_saw():
    shop.order(None, JUNE, 1)
    with facts.snapshot() as first:
        facts.read(first, "orders")
        shop.order(None, JUNE, 2)
        with facts.snapshot(of=first) as second:
            assert facts.read(second, "orders") == facts.read(first, "orders")
    with facts.snapshot() as later:
        assert facts.read(later, "orders")["amount"].to_pylist() == [1, 2]


def test_hours_are_of_the_stores_zone_in_any_session():
    wang = shop.customer("王芳")
    for hour, minute in ((15, 59), (16, 0), (16, 1)):
        record_interaction(customer=wang, at=datetime(2026, 6, 15, hour, minute, tzinfo=UTC), channel="phone")
    with facts.snapshot() as snapshot:
        assert facts.read(snapshot, "interactions").sort_by("interaction_id")["hour"].to_pylist() == [23, None, 0]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT hour FROM ({facts.select('interactions')}) AS told ORDER BY interaction_id")
        assert cursor.fetchall() == [(23,), (None,), (0,)]


def test_months_are_found_wherever_there_are_facts(mirror):
    wang = shop.customer("王芳")
    shop.order(wang, date(1999, 12, 31), 1)
    record_interaction(customer=wang, at=datetime(2026, 6, 15, tzinfo=UTC), channel="phone")
    whose = {"source": shop.source(), "identity": wang.identities.get(), "happened_on": JULY}
    Behaviour.objects.create(**whose, source_key="a", at=datetime(2026, 7, 15, tzinfo=UTC), kind="view")
    MonthMark.objects.all().delete()
    assert refresh(mirror).months == (date(1999, 12, 1), date(2026, 6, 1), date(2026, 7, 1))


def test_a_lost_mirror_is_rebuilt_from_the_database(mirror):
    shop.order(None, JUNE, 1)
    shop.order(None, JULY, 2)
    refresh(mirror)
    for path in mirror.folder.iterdir():
        path.unlink()
    refresh(mirror)
    assert amounts(mirror) == [1, 2]


def test_an_emptied_month_leaves_the_mirror(mirror):
    gone = shop.order(None, JUNE, 1)
    refresh(mirror)
    gone.delete()
    MonthMark.objects.create(month=date(2026, 6, 1))
    refresh(mirror)
    assert amounts(mirror) == []


def test_a_corrected_contact_is_there_once_on_its_right_day(mirror):
    wang = shop.customer("王芳")
    told = record_interaction(customer=wang, at=datetime(2026, 6, 15, 2, 30, tzinfo=UTC), channel="phone")
    refresh(mirror)
    assert [(row["happened_on"], row["hour"]) for row in rows(mirror, "interactions")] == [(JUNE, 10)]
    for channel in ("sms", "wechat"):
        at = datetime(2026, 7, 15, tzinfo=UTC)
        record_interaction(customer=wang, at=at, channel=channel, satisfaction=5, corrects=told)
    refresh(mirror)
    (contact,) = rows(mirror, "interactions")
    assert (contact["happened_on"], contact["channel"], contact["satisfaction"]) == (JULY, "wechat", 5)


def test_articles_and_acts_are_there_beside_the_orders(mirror):
    wang = shop.customer("王芳")
    tea = Product.objects.create(source=shop.source(), code="T1", category="茶")
    bought = shop.order(wang, JUNE, 300)
    OrderLine.objects.create(
        order=bought, ordinal=1, product=tea, quantity=Decimal("1.5"), unit_price=20_000, amount=300
    )
    whose = {"source": shop.source(), "identity": wang.identities.get(), "happened_on": JUNE}
    for key in "ab":
        Behaviour.objects.create(**whose, source_key=key, at=datetime(2026, 6, 15, tzinfo=UTC), kind="view")
    refresh(mirror)
    (line,), (article,), (act,) = (rows(mirror, table) for table in ("lines", "products", "behaviours"))
    assert (line["order_id"], line["quantity"], line["ordered_on"], line["amount"]) == (bought.pk, 1.5, JUNE, 300)
    assert (article["product_id"], article["category"]) == (line["product_id"], "茶")
    assert (act["kind"], act["times"], act["happened_on"]) == ("view", 2, JUNE)


def test_a_mirror_without_a_table_of_ours_is_made_anew(mirror):
    shop.order(None, JUNE, 1)
    refresh(mirror)
    manifest = mirror.folder / "manifest.json"
    older = json.loads(manifest.read_text())
    del older["files"]["lines"]
    manifest.write_text(json.dumps(older))
    assert refresh(mirror).months == (date(2026, 6, 1),)
    assert amounts(mirror) == [1]
