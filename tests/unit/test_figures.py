"""A measured value beside its goal, as `make bench` and `make accept` tell it."""

import pytest

from figures import Figure


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        (Figure("Import", 212.4, "s", at_most=300), "✓ Import: 212.4 s (at most 300 s)"),
        (Figure("Import", 300, "s", at_most=300), "✓ Import: 300 s (at most 300 s)"),
        (
            Figure("Events", 1987.6, "a second", at_least=2000),
            "✗ Events: 1,987.6 a second (at least 2,000 a second: does not hold here)",
        ),
        (Figure("Ratio", 2.345, "x", at_most=3, beside="2 cores"), "✓ Ratio: 2.35 x (at most 3 x); 2 cores"),
        (Figure("Share", 39.96, "%", at_least=40), "✗ Share: 39.96 % (at least 40 %: does not hold here)"),
    ],
    ids=["below", "on-the-bound", "too-few", "beside", "just-short"],
)
def test_a_figure_says_its_value_its_goal_and_whether_it_holds(figure, line):
    assert str(figure) == line
