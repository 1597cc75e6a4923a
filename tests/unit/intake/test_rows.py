import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.intake.reading import lay_out, raw_text, read_chunks, texts
from shuke.intake.reading.layout import NoHeader, NotATable


def read(found):
    """(line, cells) of every row, and the ragged ones."""
    layout = lay_out(found)
    good, ragged = [], []
    for chunk in read_chunks(found, layout):
        good += zip(
            chunk.lines.to_pylist(), map(list, zip(*chunk.cells.to_pydict().values(), strict=True)), strict=True
        )
        ragged += chunk.ragged
    return good, ragged


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(written, delimiter):
    rows = [["order", "note", "total"], ["1", '"red, blue; or so"', "3"], ["2", "", "4"]]
    layout = lay_out(written("\n".join(map(delimiter.join, rows))))
    assert layout.delimiter == delimiter
    assert layout.header == ("order", "note", "total")


def test_title_lines_above_and_totals_below_are_no_rows(written):
    good, ragged = read(
        written("会员资料导出,,\n导出时间：2024-09-30,操作员：店长,\n卡号,姓名,积分\n\n7,王,12\n合计,,12\n")
    )
    assert good == [(5, ["7", "王", "12"])]
    assert not ragged


def test_a_row_knows_the_line_it_begins_on_after_line_breaks_in_cells(written):
    good, _ragged = read(written('a,b\n1,"x\r\ny\nz"\n2,w\n"3\n",v\n4,u'))
    assert [line for line, _cells in good] == [2, 5, 6, 8]
    assert good[0][1] == ["1", "x\r\ny\nz"]


def test_rows_with_too_few_or_too_many_cells_are_kept_apart(written):
    good, ragged = read(written("a,b\n1,2\n3\n\n4,5,6\n7,8\n"))
    assert [line for line, _cells in good] == [2, 6]
    assert [(row.line, row.text, row.cells) for row in ragged] == [(3, "3", 1), (5, "4,5,6", 3)]


def test_where_every_row_has_another_length_all_are_kept_apart(written):
    good, ragged = read(written("a,b,c\n1,2\n3,4"))
    assert not good
    assert [(row.line, row.text) for row in ragged] == [(2, "1,2"), (3, "3,4")]


def test_a_delimiter_after_the_last_cell_of_every_row_does_no_harm(written):
    good, ragged = read(written("a,b\n1,2,\n3,4,\n"))
    assert good == [(2, ["1", "2", ""]), (3, ["3", "4", ""])]
    assert not ragged


def test_a_quote_left_open_is_refused_with_its_line(written):
    found = written('a,b\n1,2\n3,"4\n5,6\n')
    with pytest.raises(texts.QuoteLeftOpen) as refusal:
        read(found)
    assert refusal.value.params["line"] == 3


def test_a_row_longer_than_a_chunk_is_refused(written, monkeypatch):
    monkeypatch.setattr(texts, "CHUNK_BYTES", 1 << 12)
    found = written("a,b\n" + "1,2\n" * 10 + '3,"' + "x" * (1 << 15) + '"\n')
    with pytest.raises(texts.RowTooLong):
        read(found)


@pytest.mark.parametrize("text", ["just words\nand more\n", "one\n2\n3\n"])
def test_a_text_without_columns_is_no_table(written, text):
    with pytest.raises(NotATable):
        lay_out(written(text))


def test_data_without_names_above_are_refused(written):
    with pytest.raises(NoHeader):
        lay_out(written("1,2,3\n4,5,6\n"))


def test_a_header_without_rows_gives_none(written):
    assert read(written("order,total")) == ([], [])


def test_repeated_and_blank_names_are_told_apart(written):
    assert lay_out(written("名,价,,名\n甲,1,2,3\n")).header == ("名", "价", "#3", "名 (2)")


CELLS = st.text(st.sampled_from("ab1 ,;\"\n\r'=中é"), max_size=6)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=40), line_end=st.sampled_from(["\n", "\r\n"])
)
def test_no_row_is_lost_and_no_character_changes(written, monkeypatch, table, line_end):
    monkeypatch.setattr(texts, "CHUNK_BYTES", 256)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([("key", "name", "note"), *table])
    good, ragged = read(written(text.getvalue()))
    assert [tuple(cells) for _line, cells in good] == [
        cells for cells in table if any(cell.strip(" ") for cell in cells)
    ]
    assert not ragged


def test_a_line_break_within_a_cell_stays_whole_wherever_a_block_ends(written, monkeypatch):
    monkeypatch.setattr(texts, "CHUNK_BYTES", 64)
    cells = ["x" * length + "\r\ny" for length in range(30)]
    good, ragged = read(written("key,note\r\n" + "".join(f'1,"{cell}"\r\n' for cell in cells)))
    assert [note for _line, (_key, note) in good] == cells
    assert not ragged


def test_a_row_can_be_shown_as_it_came(written):
    found = written('a,b\n"x, ""y""",=1\n')
    (chunk,) = read_chunks(found, lay_out(found))
    assert raw_text(chunk, 0, ",") == '"x, ""y""",=1'


def test_a_column_numbered_by_hand_is_not_taken_for_a_repeated_one(written):
    assert lay_out(written("付 (2),付,付\n5,6,7\n")).header == ("付 (2)", "付", "付 (3)")
