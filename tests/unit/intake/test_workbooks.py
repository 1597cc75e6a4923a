# ruff: noqa: DTZ001  a cell of a workbook has no zone
import io
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
import xlwt

from shuke.intake.reading import files, lay_out, read_chunks, survey, workbooks
from shuke.intake.reading.layout import NoHeader, NoSuchSheet, UnlikeSheets


@pytest.fixture
def book(tmp_path):
    """A surveyed .xlsx of sheets given by name, each as rows; `merge` are ranges such as A2:A4."""

    def write(merge=(), hidden=(), **sheets):
        made = openpyxl.Workbook()
        made.remove(made.active)
        for name, rows in sheets.items():
            sheet = made.create_sheet(name)
            for row in rows:
                sheet.append(row)
            for cells in merge:
                sheet.merge_cells(cells)
            sheet.sheet_state = "hidden" if name in hidden else "visible"
        made.save(tmp_path / "book.xlsx")
        return survey(tmp_path / "book.xlsx")

    return write


def rows_of(found, **options):
    layout = lay_out(found, sheets=options.pop("sheets", ()))
    return [
        (line, *cells)
        for chunk in read_chunks(found, layout, **options)
        for line, *cells in zip(chunk.lines.to_pylist(), *chunk.cells.to_pydict().values(), strict=True)
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (14245299800, "14245299800"),
        (14245299800.0, "14245299800"),
        (0.3, "0.3"),
        (205.31, "205.31"),
        (482825801160384165, "4.82825801160384E+17"),
        (True, "TRUE"),
        (datetime(2024, 1, 18, 15, 35, 26, 999_900), "2024-01-18 15:35:27"),
        (datetime(2024, 1, 18), "2024-01-18"),
        (date(2024, 1, 18), "2024-01-18"),
        (time(8, 5), "08:05:00"),
        (timedelta(hours=30, seconds=7), "30:00:07"),
        (" 82.39 ", " 82.39 "),
    ],
)
def test_a_cell_says_what_people_see_in_it(cell, text):
    assert workbooks.text_of(cell) == text


def test_rows_know_their_number_below_titles_and_leave_out_blanks_and_totals(book):
    found = book(
        一月=[["销售明细"], [], ["单号", "客户", "金额"], ["A1", "王", 3], [None, None, None], ["合计", None, 3]]
    )
    assert rows_of(found) == [(4, "A1", "王", "3")]


def test_sheets_with_the_same_columns_are_one_table_and_rows_keep_their_sheet(book):
    found = book(
        上半年=[["单号", "金额"], ["A1", 1], ["A2", 2]], 说明=[["本表由系统导出"]], 下半年=[["单号", "金额"], ["B1", 3]]
    )
    assert [part.sheet for part in lay_out(found).parts] == ["上半年", "下半年"]
    assert rows_of(found) == [(2, "A1", "1"), (3, "A2", "2"), (10_000_002, "B1", "3")]
    assert rows_of(found, sheets=["下半年"]) == [(2, "B1", "3")]


def test_sheets_that_differ_are_read_one_at_a_time(book):
    found = book(sales=[["order", "total"], ["A1", 1], ["A2", 2]], people=[["name", "phone"], ["Ann", "1"]])
    assert [part.sheet for part in lay_out(found).parts] == ["sales"]
    with pytest.raises(UnlikeSheets):
        lay_out(found, sheets=["sales", "people"])
    with pytest.raises(NoSuchSheet):
        lay_out(found, sheets=["Sales"])


def test_hidden_sheets_are_not_read(book):
    found = book(a=[["order", "total"], ["A1", 1]], b=[["order", "total"], ["B1", 1]], hidden=["b"])
    assert rows_of(found) == [(2, "A1", "1")]


def test_merged_cells_say_the_same_in_each_row(book):
    found = book(merge=["A2:A3"], a=[["客户", "金额"], ["王", 1], [None, 2], [None, 3]])
    assert rows_of(found) == [(2, "王", "1"), (3, "王", "2"), (4, "", "3")]


def test_blank_cells_say_what_stands_above_where_that_was_agreed(book):
    sheet = [["客户", "手机", "金额"], ["王", "142", 1], [None, None, 2], ["李", None, 3], [None, None, 4]]
    found = book(a=sheet, b=[["客户", "手机", "金额"], [None, None, 5]])
    assert rows_of(found, continued=["客户", "手机"]) == [
        (2, "王", "142", "1"),
        (3, "王", "142", "2"),
        (4, "李", "", "3"),
        (5, "李", "", "4"),
        (10_000_002, "", "", "5"),
    ]


def test_blank_cells_are_filled_across_chunks(book, monkeypatch):
    monkeypatch.setattr("shuke.intake.reading.sheets.CHUNK_ROWS", 2)
    found = book(a=[["客户", "金额"], ["王", 1], *([None, number] for number in range(2, 8))])
    assert {row[1] for row in rows_of(found, continued=["客户"])} == {"王"}


def test_a_cell_beside_the_columns_sets_its_row_aside(book):
    found = book(a=[["order", "total"], *([f"A{number}", 1] for number in range(300)), ["B", 2, "what is this"]])
    *_, chunk = read_chunks(found, lay_out(found))
    assert [(row.line, row.text) for row in chunk.ragged] == [(302, "B,2,what is this")]


def test_an_old_workbook_is_read_too(tmp_path):
    made = xlwt.Workbook()
    sheet = made.add_sheet("一")
    for row, cells in enumerate([["单号", "日期"], ["A1", datetime(2024, 5, 6)]]):
        for column, cell in enumerate(cells):
            style = xlwt.easyxf(num_format_str="yyyy-mm-dd") if isinstance(cell, datetime) else xlwt.Style.default_style
            sheet.write(row, column, cell, style)
    made.save(str(tmp_path / "old.xls"))
    assert rows_of(survey(tmp_path / "old.xls")) == [(2, "A1", "2024-05-06")]


def test_an_old_workbook_that_was_cut_off_is_refused(tmp_path):
    made = xlwt.Workbook()
    made.add_sheet("一").write(0, 0, "单号")
    made.save(tmp_path / "old.xls")
    (tmp_path / "old.xls").write_bytes((tmp_path / "old.xls").read_bytes()[:4_476])
    with pytest.raises(files.Damaged):
        survey(tmp_path / "old.xls")


def zipped(**entries):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("_", "."), content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        pytest.param(b"PK\x03\x04 and so on", files.Damaged, id="broken-zip"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", files.Damaged, id="broken-ole"),
        pytest.param(zipped(orders_csv="a,b"), workbooks.Archive, id="archive-of-csv"),
        pytest.param(zipped(mimetype="x", sheet_xml=b"\0" * (3 << 20)), workbooks.TooLarge, id="bomb-by-ratio"),
    ],
)
def test_what_is_no_workbook_is_refused_by_name(tmp_path, content, refusal):
    (tmp_path / "book.xlsx").write_bytes(content)
    with pytest.raises(refusal) as refused:
        survey(tmp_path / "book.xlsx")
    assert "book.xlsx" in str(refused.value)


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(book, monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_BYTES", 2_000)
    with pytest.raises(workbooks.TooLarge):
        book(a=[["order", "total"], *([f"A{number}", number] for number in range(100))])


def test_entities_that_blow_up_are_not_resolved(book, tmp_path):
    plain, sheet = book(a=[["order", "note"], ["A1", "lol"]]).path, "xl/worksheets/sheet1.xml"
    levels = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 30))
    with zipfile.ZipFile(plain) as from_, zipfile.ZipFile(tmp_path / "bomb.xlsx", "w") as to:
        for name in from_.namelist():
            part = from_.read(name)
            if name == sheet:
                assert b"<t>lol</t>" in part
                bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{levels}]>'.encode()
                part = bomb + part.replace(b"<t>lol</t>", b"<t>&l29;</t>")
            to.writestr(name, part)
    with pytest.raises(files.Damaged):
        survey(tmp_path / "bomb.xlsx")


def test_sheets_without_a_table_are_refused(book):
    with pytest.raises(workbooks.NoSheet):
        book(a=[])
    with pytest.raises(NoHeader):
        lay_out(book(a=[["本表由系统导出"], ["2024"]]))
