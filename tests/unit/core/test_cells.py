import pytest

from shuke.core import cells


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@cmd", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠a", "\x00=1"])
def test_no_cell_is_a_formula(text):
    assert cells.safe(text).startswith("'")


@pytest.mark.parametrize("text", ["王小明", "a=b", "2026-11-21", "", "3.50"])
def test_other_cells_stay_as_they_are(text):
    assert cells.safe(text) == text
