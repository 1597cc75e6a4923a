"""The first hour of a shop with exports as they come: four dirty files, two rows to repair, one import too many."""

import time
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect

from installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.promise]

DIRTY = Path(__file__).parents[1] / "data" / "dirty_exports.zip"
PASSWORD = "a-long-word-of-ours"

EXPORTS = {
    "taobao_ExportOrderList_gbk.csv": ("taobao", {"Rows read": "1,210", "New": "1,198", "Unchanged": "12"}),
    "crm_members_utf8bom.csv": ("crm", {"Rows read": "412", "New": "412", "Set aside": "0"}),
    "pos_orders_two_sheets.xlsx": ("till", {"Rows read": "1,229", "New": "1,229", "Net amount": "¥275,847"}),
    "service_log_semicolon_gb18030.csv": ("service", {"Rows read": "600", "New": "600", "Set aside": "0"}),
}
BAD = """订单号,会员卡号,下单时间,实付金额
A1,7,2026-01-05,10
A2,8,待定,20
A3,9,2026-01-07,免单
"""
ORDERS = "SELECT source_key FROM customer_order JOIN source ON source.id = source_id WHERE code = 'own' ORDER BY 1"


def test_four_dirty_exports_come_in_two_rows_are_repaired_and_an_import_is_undone(tmp_path, chromium):
    with ZipFile(DIRTY) as archive:
        archive.extractall(tmp_path)
    site = Installation(tmp_path / "home", SHUKE_DEMO="1")
    site.run("user", "add", "ops", "--role", "operations", "--password", PASSWORD)
    begun = time.monotonic()
    with site.up():
        page = logged_in(chromium, site)
        for name, (source, figures) in EXPORTS.items():
            bring_in(page, tmp_path / "messy_import" / name, source)
            for label, value in figures.items():
                expect(page.locator(".kpi", has_text=label).filter(has_text=value)).to_have_count(1)
        (tmp_path / "own.csv").write_text(BAD, encoding="utf-8")
        bring_in(page, tmp_path / "own.csv", "own")
        for cell in ("2026-01-06", "30"):
            repair_first(page, cell)
        page.get_by_role("button", name="Read again").click()
        expect(page.locator(".kpi", has_text="New").filter(has_text="2")).to_have_count(1, timeout=60_000)
        assert site.sql(ORDERS) == [("A1",), ("A2",), ("A3",)]
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("button", name="Undo the import").click()
        expect(page.get_by_text("This import was undone")).to_be_visible(timeout=60_000)
        assert site.sql(ORDERS) == [("A1",)]
        page.context.close()
    seconds = time.monotonic() - begun
    print(f"measured: four files, two repairs and an undo in {seconds:.0f} s of the machine's own time")


def logged_in(chromium: Browser, site: Installation) -> Page:
    context = chromium.new_context(base_url=site.url, locale="en")
    context.add_cookies([{"name": "django_language", "value": "en", "url": site.url}])
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("[name=login]", "ops")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("/")
    return page


def bring_in(page: Page, file: Path, source: str) -> None:
    """Nothing is read or corrected: the file is sent, what is proposed is agreed to."""
    page.goto("/imports/")
    page.set_input_files("[name=file]", file)
    page.fill("[name=source]", source)
    page.get_by_role("button", name="Look at the file").click()
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_role("link", name="To the customers")).to_be_visible(timeout=90_000)


def repair_first(page: Page, cell: str) -> None:
    """Write the first row that waits for it anew."""
    waiting = page.locator("form.repair")
    left = waiting.count()
    waiting.first.locator("input[name^=cell]").fill(cell)
    waiting.first.get_by_role("button", name="Repair").click()
    expect(waiting).to_have_count(left - 1)
