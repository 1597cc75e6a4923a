"""When a follow-up is due, in words and colours."""

from datetime import date, timedelta

import pytest

from shuke.followups.models import FollowUp
from shuke.web import desk

TODAY = date(2026, 6, 15)


@pytest.mark.parametrize(
    ("due_in", "words", "tone"),
    [
        pytest.param(2, "In 2 days", "slate", id="ahead"),
        pytest.param(1, "Tomorrow", "slate", id="tomorrow"),
        pytest.param(0, "Today", "green", id="today"),
        pytest.param(-1, "due 1 day ago", "amber", id="yesterday"),
        pytest.param(-6, "due 6 days ago", "amber", id="still-in-time"),
        pytest.param(-7, "7 days late", "red", id="overdue"),
    ],
)
def test_due(due_in, words, tone):
    due_on = TODAY + timedelta(due_in)
    follow_up = FollowUp(due_on=due_on, overdue_on=due_on + timedelta(7))
    assert (desk.due_words(follow_up, TODAY), desk.due_tone(follow_up, TODAY)) == (words, tone)
