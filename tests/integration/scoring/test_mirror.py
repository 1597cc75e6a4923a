"""The mirror: whatever commits, in whatever order, is in it after the next refresh."""

from datetime import date

import psycopg
import pyarrow.parquet as pq
import pytest

import shop
from shuke.core.databases import conninfo
from shuke.history.models import MonthMark
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
