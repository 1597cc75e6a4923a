"""The small lines of a customer's history, their trends, and since when a class is what it is."""

from dataclasses import fields
from datetime import date, timedelta

import pytest

from shuke.scoring.queries import ScoreThen
from shuke.segments.queries import Held
from shuke.web.customers import history

FIRST = date(2026, 6, 1)
UNKNOWN = dict.fromkeys(field.name for field in fields(ScoreThen))
USUAL = UNKNOWN | dict.fromkeys("rfmt", "A") | {"tier": "gold", "activity": "active", "value_at_risk": 100}


def then(day: int, **changed) -> ScoreThen:
    """What was said `day` days after the first of June."""
    return ScoreThen(**USUAL | {"run": day, "as_of": FIRST + timedelta(day)} | changed)


def line(name: str, *known: ScoreThen) -> history.Line | None:
    return history._line(history.MEASURES[name], known)


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


def test_what_was_not_known_yet_is_left_out_and_not_drawn_as_zero():
    known = [then(0), then(1, health=40.0), then(2, health=42.4)]
    told = line("health", *known)
    assert (told.since, told.first, told.last) == (FIRST + timedelta(1), "40", "42")
    assert told.points == "3.0,29.0 117.0,3.0"
    assert line("health", *known[:2]) is None


@pytest.mark.parametrize(
    ("name", "was", "now", "words", "direction", "good"),
    [
        pytest.param("health", 71.6, 78.4, "+6 in 30 days", "up", True, id="points-as-shown"),
        pytest.param("relationship", 60.0, 55.0, "-5 in 30 days", "down", False, id="falls"),
        pytest.param("emotion", 50, 51, "steady over 30 days", "", None, id="steady"),
        pytest.param("churn_probability", 0.2, 0.35, "+15 percentage points in 30 days", "up", False, id="risk-rises"),
        pytest.param("value_at_risk", 200_000, 80_000, "-¥1,200 in 30 days", "down", True, id="less-at-risk"),
        pytest.param("lifetime_value", 0, 0, "steady over 30 days", "", None, id="never-worth-anything"),
    ],
)
def test_a_trend_is_said_in_words(name, was, now, words, direction, good):
    found = line(name, then(0, **{name: was}), then(30, **{name: now})).trend
    assert (found.words, found.direction, found.good) == (words, direction, good)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        pytest.param((0, 20, 29, 59), "+10 in 30 days", id="thirty-days-before"),
        pytest.param((0, 28, 30, 59), "+20 in 31 days", id="or-the-next-earlier-one"),
        pytest.param((50, 52, 57, 59), "+30 in 9 days", id="of-a-short-history-its-first"),
        pytest.param((53, 54, 55, 59), None, id="less-than-a-week-tells-nothing"),
    ],
)
def test_a_trend_is_held_against_thirty_days_before(days, words):
    values = (40.0, 50.0, 60.0, 70.0)
    found = line("health", *(then(day, health=value) for day, value in zip(days, values, strict=True))).trend
    assert (found and found.words) == words


def test_a_score_that_is_not_known_any_more_has_a_line_and_no_trend():
    told = line("health", then(0, health=40.0), then(30, health=50.0), then(31))
    assert (told.last, told.trend) == ("50", None)


def test_chances_of_another_horizon_are_another_number():
    said = [(0, 0.2, 30), (10, 0.5, 90), (20, 0.3, 30), (40, 0.4, 30)]
    known = [then(day, churn_probability=chance, churn_horizon_days=horizon) for day, chance, horizon in said]
    assert [each.as_of.day for each in history._comparable("churn_probability", known)] == [1, 21, 11]
    assert history._comparable("health", known) == known


@pytest.mark.parametrize(
    ("values", "held"),
    [
        pytest.param(("grow", "grow", "mature", "mature"), Held("mature", FIRST + timedelta(2), "grow"), id="changed"),
        pytest.param((None, "grow", "grow", "grow"), Held("grow", FIRST + timedelta(1)), id="unknown-is-no-change"),
        pytest.param(("mature", "grow", None, "mature"), Held("mature", FIRST + timedelta(3), "grow"), id="back-again"),
        pytest.param(("grow", "grow", "grow", None), None, id="not-known-now"),
    ],
)
def test_since_when_a_class_is_what_it_is_and_what_was_before(values, held):
    known = [then(day, stage=value) for day, value in enumerate(values)]
    assert history._held(known, "stage") == held


def test_only_days_on_which_something_changed_are_told():
    known = [then(1), then(2), then(3, r="B"), then(4, r="B"), then(5, r="B", stage="grow")]
    assert [each.as_of.day for each in history._changes(known)] == [6, 4, 2]
