"""Which words a slip of the finger makes of another."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.segments.spellings import LONGEST, one_edit_away

WORDS = st.text("abcxyz", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("wangming", "wanming", id="one-too-many"),
        pytest.param("wanming", "wangming", id="one-missing"),
        pytest.param("wangmimg", "wangming", id="a-wrong-one"),
        pytest.param("wnagming", "wangming", id="two-swapped"),
    ],
)
def test_one_slip_is_found(written, meant):
    assert meant in one_edit_away(written)


def test_two_slips_are_not():
    assert "wangming" not in one_edit_away("wagmin")


@settings(deadline=None)
@given(WORDS)
def test_whoever_is_one_edit_away_is_so_both_ways(word):
    others = one_edit_away(word)
    assert word not in others
    assert all(word in one_edit_away(other) for other in others)


def test_nothing_is_made_of_a_whole_sentence():
    assert one_edit_away("a" * (LONGEST + 1)) == []
