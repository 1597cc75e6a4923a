"""A reason is a code with numbers, and words when somebody reads it."""

import pytest
from django.utils.translation import override

from shuke.followups import reasons
from shuke.followups.models import FollowUp, Waiting


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (
            {"code": "activity_cadence", "activity": "active", "every_days": 30, "last_contact_on": "2026-05-01"},
            "Active: contacted every 30 days; last contact on May 1, 2026",
        ),
        ({"code": "activity_cadence", "activity": "new", "every_days": 1}, "New: contacted every day"),
        (
            {
                "code": "tier_cadence",
                "tier": "gold",
                "contacts": 3,
                "per": "month",
                "last_contact_on": "2026-05-01",
            },
            "Gold: 3 contacts a month; last contact on May 1, 2026",
        ),
        ({"code": "tier_cadence", "tier": "silver", "contacts": 2, "per": "quarter"}, "Silver: 2 contacts a quarter"),
        ({"code": "tier_cadence", "tier": "bronze", "contacts": 1, "per": "year"}, "Bronze: 1 contact a year"),
        (
            {"code": "first_contact", "day": 3, "ordered_on": "2026-06-12"},
            "3 days after the first order on June 12, 2026",
        ),
        ({"code": "never_contacted"}, "Nobody has spoken with this customer yet"),
        (
            {"code": "promised", "on": "2026-06-20", "said_on": "2026-06-15"},
            "Promised for June 20, 2026, on June 15, 2026",
        ),
        (
            {"code": "retry", "outcome": "no_answer", "attempt": 2, "attempts": 3},
            "Attempt 2 of 3; last time: No answer",
        ),
        ({"code": "stopped", "attempts": 3}, "Stopped after 3 attempts"),
        ({"code": "value_at_risk", "amount": 123_456_00}, "123,456 CNY at risk"),
    ],
)
def test_words_of_a_reason(reason, expected):
    assert reasons.words(reason) == expected


def test_the_value_at_risk_is_said_as_it_is_now_and_last():
    follow_up = FollowUp(reasons=[{"code": "never_contacted"}], value_at_risk=50_000)
    assert reasons.of(follow_up) == ["Nobody has spoken with this customer yet", "500 CNY at risk"]
    assert reasons.of(Waiting(reasons=[], value_at_risk=0)) == []
