"""Generated dirty files: whatever the encoding, the delimiter and the dirt, no row is lost and no character changes."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.intake.checks.checker import Checker
from shuke.intake.mapping import propose
from shuke.intake.reading import cells_of, lay_out, read_chunks, survey, texts

HEADER = ("订单号", "会员卡号", "下单时间", "实付金额", "客户备注")
NOTES = st.text(st.sampled_from("好评，差。 a1;,|\"'\t=+-@（）😀\n\r中国é\u3000"), max_size=12).map(
    lambda text: f"注{text}完"
)
MOMENTS = ("2026-01-05", "2026年1月5日", "5/1/2026 8:05", "20260105", "46027", "待定", "2026-02-30", "")
AMOUNTS = ("10", "¥1,234.50", "１２", "免单", "(3.00)", "1e2", "20元", "")
DIRT = st.fixed_dictionaries(
    {
        "encoding": st.sampled_from(("utf-8", "utf-8-sig", "gb18030", "utf-16")),
        "delimiter": st.sampled_from((",", ";", "\t", "|")),
        # An unquoted \r would be a line break of its own, and a writer of \n lines quotes only \n by itself.
        "line": st.sampled_from((("\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL))),
        "titles": st.integers(0, 2),
        "blank_after": st.sets(st.integers(0, 9)),
        "total": st.booleans(),
        "guarded": st.booleans(),
    }
)
ROWS = st.lists(
    st.tuples(
        st.integers(1, 10**18).map(str),
        st.sampled_from(("7", "C-8", "")),
        st.sampled_from(MOMENTS),
        st.sampled_from(AMOUNTS),
        NOTES,
    ),
    min_size=2,
    max_size=12,
    unique_by=lambda row: row[0],
)


@dataclass
class Written:
    """A file, and the line on which each of its rows begins, by order number."""

    content: str
    lines: dict[str, int]


def write(rows, dirt) -> Written:
    text, lines = io.StringIO(newline=""), {}
    line_end, quoting = dirt["line"]
    writer = csv.writer(text, delimiter=dirt["delimiter"], lineterminator=line_end, quoting=quoting)
    for number in range(dirt["titles"]):
        text.write(f"订单导出 第{number}行{dirt['delimiter'] * 4}{line_end}")
    writer.writerow(HEADER)
    for place, row in enumerate(rows):
        lines[row[0]] = 1 + len(re.findall(r"\r\n|\r|\n", text.getvalue()))
        writer.writerow([f'="{row[0]}"' if dirt["guarded"] else row[0], *row[1:]])
        if place in dirt["blank_after"]:
            text.write(dirt["delimiter"] * 4 + line_end)
    if dirt["total"]:
        writer.writerow(["合计", "", "", "99", ""])
    return Written(text.getvalue(), lines)


def read(path):
    """(order number as it was written → line, note), of rows taken and of rows set aside."""
    found = survey(path)
    layout = lay_out(found)
    mapping = propose(layout).mapping
    columns = {**mapping.columns, "product_name": HEADER[4]}
    mapping = type(mapping)(mapping.kind, columns)
    checker = Checker(mapping, layout, zone="Asia/Shanghai")
    kept, refused = {}, {}
    for chunk in read_chunks(found, layout):
        checked = checker.check(chunk)
        kept |= {row["order"]: (row["line"], row["product_name"]) for row in checked.rows.to_pylist()}
        for row in checked.refused:
            cells = cells_of(row.text, layout.delimiter)
            refused[cells[0].removeprefix('="').removesuffix('"')] = (row.line, cells[4])
    return kept, refused


@pytest.fixture(scope="module")
def seen():
    """How much has been written and read, told at the end."""
    files = Counter()
    yield files
    print(f"\nmeasured: {files['texts']} texts and {files['workbooks']} workbooks, {files['rows']:,} rows, each once")


@pytest.mark.promise
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, dirt=DIRT)
def test_every_row_of_a_dirty_text_is_taken_or_set_aside_unchanged(tmp_path, monkeypatch, seen, rows, dirt):
    monkeypatch.setattr(texts, "CHUNK_BYTES", 1 << 10)
    written = write(rows, dirt)
    path = tmp_path / "orders.csv"
    path.write_bytes(written.content.encode(dirt["encoding"]))
    kept, refused = read(path)
    assert kept.keys() | refused.keys() == {row[0] for row in rows}
    assert not kept.keys() & refused.keys()
    for number, _customer, _at, _amount, note in rows:
        line, said = (kept | refused)[number]
        assert (line, said) == (written.lines[number], note)
    seen.update(texts=1, rows=len(rows))


@pytest.mark.promise
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_every_row_of_a_dirty_workbook_is_taken_or_set_aside_unchanged(tmp_path, seen, rows):
    book = openpyxl.Workbook()
    for cells in (HEADER, *rows):
        book.active.append([re.sub("\r\n?", "\n", cell) for cell in cells])
    for column in book.active.iter_cols():
        for cell in column:
            cell.data_type = "s" if cell.value else "n"
    book.save(tmp_path / "orders.xlsx")
    kept, refused = read(tmp_path / "orders.xlsx")
    assert kept.keys() | refused.keys() == {row[0] for row in rows}
    for place, (number, _customer, _at, _amount, note) in enumerate(rows, start=2):
        line, said = (kept | refused)[number]
        assert (line, said) == (place, re.sub("\r\n?", "\n", note))
    seen.update(workbooks=1, rows=len(rows))


def test_what_the_generator_writes_can_fail(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(",".join(HEADER) + "\n1,7,2026-01-05,10,注完\n2,7,待定,10,注完\n", encoding="utf-8")
    kept, refused = read(path)
    assert (kept, refused) == ({"1": (2, "注完")}, {"2": (3, "注完")})
    with pytest.raises(AssertionError):
        assert kept == refused
