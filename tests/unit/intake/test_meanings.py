import pytest

from shuke.demo.files import NOTES
from shuke.followups.models import Outcome
from shuke.intake.meanings import OUTCOMES, outcome_of


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("未接通", "no_answer"),
        ("无人接听", "no_answer"),
        ("No answer", "no_answer"),
        ("no-answer", "no_answer"),
        ("占线", "busy"),
        ("Busy", "busy"),
        ("号码错误", "wrong_number"),
        ("空号", "wrong_number"),
        ("Wrong Number", "wrong_number"),
        ("已接通", "reached"),
        ("拒接", "no_answer"),
        ("拒绝", "refused"),
        ("no_answer", "no_answer"),
        ("客户已下单", "客户已下单"),
        ("", ""),
    ],
)
def test_words_of_call_logs_become_ours_and_unknown_ones_stay(text, outcome):
    assert outcome_of(text) == outcome


def test_outcomes_are_those_of_follow_ups_and_each_is_its_own_word():
    assert set(OUTCOMES) == set(Outcome.values)
    assert [outcome_of(code) for code in OUTCOMES] == list(OUTCOMES)


def test_every_outcome_of_the_demo_is_understood():
    assert {outcome_of(word) for word in NOTES} <= set(Outcome.values)
