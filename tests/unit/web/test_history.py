"""The small lines of a customer's history."""

from datetime import date

import pytest

from shuke.scoring.queries import ScoreThen
from shuke.web.customers import history


def then(day: int, **changed) -> ScoreThen:
    usual = {
        "run": day,
        "as_of": date(2026, 6, day),
        "tier": "gold",
        "activity": "active",
        "r": "A",
        "f": "A",
        "m": "A",
        "t": "A",
        "r_quintile": 5,
        "f_quintile": 5,
        "m_quintile": 5,
        "value_at_risk": 100,
        "churn_probability": None,
        "churn_horizon_days": None,
        "lifetime_value": None,
        "health": None,
    }
    return ScoreThen(**usual | changed)


@pytest.mark.parametrize(
    ("values", "points"),
    [
        pytest.param([(1, 0.0), (11, 1.0)], [(3, 29), (117, 3)], id="rises"),
        pytest.param([(1, 5.0), (2, 5.0)], [(3, 16), (117, 16)], id="never-changes"),
        pytest.param([(1, 0.0), (2, 1.0), (11, 0.0)], [(3, 29), (14.4, 3), (117, 29)], id="days-are-true-to-scale"),
    ],
)
def test_points_of_a_line(values, points):
    told = [(date(2026, 6, day), value) for day, value in values]
    assert history._places(told) == [pytest.approx(point) for point in points]


def test_what_was_not_known_yet_is_left_out():
    known = [then(1), then(2, churn_probability=0.25), then(3, churn_probability=0.5)]
    line = history._line("Chance", known, "churn_probability", str)
    assert (line.since, line.first, line.last) == (date(2026, 6, 2), "0.25", "0.5")
    assert history._line("Chance", known[:2], "churn_probability", str) is None


def test_only_days_on_which_something_changed_are_told():
    known = [then(1), then(2), then(3, r="B"), then(4, r="B"), then(5, r="B", tier="silver")]
    assert [each.as_of.day for each in history._changes(known)] == [5, 3, 1]
