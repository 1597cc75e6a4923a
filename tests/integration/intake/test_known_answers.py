"""Real and invented exports through the real path, against the figures that are known of them."""

from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import psycopg
import pytest
from django.db import connection

import settings as test_settings
from shuke.intake import services
from shuke.intake.mapping import NoColumnFor
from shuke.intake.reading import lay_out, read_chunks, survey

DIRTY = Path(__file__).parents[2] / "data" / "dirty_exports.zip"

pytestmark = pytest.mark.django_db(transaction=True)

GROSS = """
SELECT count(*), count(DISTINCT orders.identity_id), count(DISTINCT orders.id), sum(line.amount)
FROM order_line AS line JOIN customer_order AS orders ON orders.id = line.order_id
WHERE orders.identity_id IS NOT NULL AND orders.kind = 'sale' AND line.quantity > 0 AND line.unit_price > 0
"""


def test_online_retail_comes_in_whole_and_a_second_time_changes_nothing(imported, shared_data):
    first = imported(shared_data / "online_retail.csv.gz", source="online retail")
    assert first == {
        "rows_in": 541_909,
        "inserted": 541_909,
        "updated": 0,
        "unchanged": 0,
        "quarantined": 0,
        "warnings": 5_271,
        "warnings_by": [{"code": "lines_alike", "column": "", "count": 5_271}],
        "orders": 25_900,
        "customers": 4_338,
        "by_status": first["by_status"],
        "net_amount": Decimal("8300065.81"),
        "orders_without_customer": first["orders_without_customer"],
        "net_amount_without_customer": first["net_amount_without_customer"],
        "encoding": "utf-8",
        "newest_on": "2011-12-09",
    }
    count_for_the_planner()
    with connection.cursor() as cursor:
        cursor.execute(GROSS)
        assert cursor.fetchone() == (397_884, 4_338, 18_532, 891_140_790)

    again = imported(shared_data / "online_retail.csv.gz", source="online retail")
    assert again == first | {"inserted": 0, "unchanged": 541_909}


def count_for_the_planner() -> None:
    """What the server does by itself within a minute: until then it plans by what an earlier test left behind."""
    superuser = test_settings.superuser(test_settings.DATABASE)
    with psycopg.connect(superuser, autocommit=True) as database:
        database.execute("ANALYZE customer_order, order_line")


@pytest.fixture
def dirty(tmp_path):
    with ZipFile(DIRTY) as archive:
        archive.extractall(tmp_path)
    return tmp_path / "messy_import"


def test_taobao_orders(imported, dirty):
    report = imported(dirty / "taobao_ExportOrderList_gbk.csv")
    assert report["encoding"] == "gb18030"
    assert (report["rows_in"], report["inserted"], report["unchanged"], report["quarantined"]) == (1_210, 1_198, 12, 0)
    assert (report["orders"], report["customers"], report["net_amount"]) == (1_198, 376, Decimal("254965.69"))
    assert report["by_status"] == {"paid": 1_092, "refunded": 40, "cancelled": 24, "unpaid": 42}


def test_crm_members(imported, dirty):
    report = imported(dirty / "crm_members_utf8bom.csv")
    assert (report["rows_in"], report["inserted"], report["quarantined"]) == (412, 412, 0)
    warnings = {(told["code"], told["column"]): told["count"] for told in report["warnings_by"]}
    assert warnings["phone_unreadable", "手机号码"] + warnings["phone_masked", "手机号码"] == 11
    assert warnings["date_impossible", "注册日期"] + warnings["time_unreadable", "注册日期"] == 4


def test_service_log(imported, dirty):
    report = imported(dirty / "service_log_semicolon_gb18030.csv")
    assert (report["rows_in"], report["inserted"], report["quarantined"]) == (600, 600, 0)
    again = imported(dirty / "service_log_semicolon_gb18030.csv")
    assert (again["inserted"], again["unchanged"]) == (0, 600)


def test_pos_workbook(imported, dirty):
    report = imported(dirty / "pos_orders_two_sheets.xlsx", continued=True)
    assert (report["rows_in"], report["inserted"], report["quarantined"]) == (1_229, 1_229, 0)
    assert (report["orders"], report["by_status"]) == (1_229, {"paid": 1_198, "returned": 31})
    assert report["net_amount"] == Decimal("275846.51")
    assert {"code": "filled_down", "column": "", "count": 704} in report["warnings_by"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM customer_order WHERE identity_id IS NULL")
        assert cursor.fetchone() == (0,)
    again = imported(dirty / "pos_orders_two_sheets.xlsx")
    assert (again["inserted"], again["unchanged"], again["net_amount"]) == (0, 1_229, report["net_amount"])


def test_an_old_workbook_with_two_tables_is_read_sheet_by_sheet(shared_data, tmp_path):
    with ZipFile(shared_data / "taobao_mum_baby.zip") as archive:
        (name,) = (each for each in archive.namelist() if each.endswith(".xls"))
        (tmp_path / "babies.xls").write_bytes(archive.read(name))
    found = survey(tmp_path / "babies.xls")
    for sheet, rows in (("Sheet1", 952), ("Sheet2", 29_970)):
        layout = lay_out(found, sheets=[sheet])
        assert sum(len(chunk.lines) for chunk in read_chunks(found, layout)) == rows
    with pytest.raises(NoColumnFor) as refusal:
        services.begin(path=tmp_path / "babies.xls", kind="orders")
    assert refusal.value.params["field"] == "Amount paid"
