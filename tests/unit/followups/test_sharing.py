"""Work without an owner is shared out as evenly as the present loads allow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuke.followups.sharing import level


@pytest.mark.parametrize(
    ("loads", "more", "expected"),
    [
        pytest.param([0, 0], 4, 2, id="evenly"),
        pytest.param([3, 0], 4, 4, id="the-free-one-gets-more"),
        pytest.param([9, 0], 4, 4, id="the-busy-one-gets-nothing"),
        pytest.param([5], 3, 8, id="alone"),
    ],
)
def test_the_load_up_to_which_everybody_is_filled(loads, more, expected):
    assert level(loads, more) == expected


@given(st.lists(st.integers(0, 200), min_size=1, max_size=30), st.integers(1, 5_000))
def test_the_level_is_the_lowest_that_holds_all_the_work(loads, more):
    def room(height: int) -> int:
        return sum(max(0, height - load) for load in loads)

    height = level(loads, more)
    assert room(height - 1) < more <= room(height)
