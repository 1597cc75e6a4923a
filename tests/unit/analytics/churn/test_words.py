from shuke.analytics.churn import words
from shuke.analytics.churn.candidates import CANDIDATES, REASONS


def test_every_feature_that_may_be_a_reason_has_words():
    assert set(words.FEATURES) == {name for names in REASONS.values() for name in names}


def test_every_model_has_words():
    assert set(words.MODELS) == set(CANDIDATES)


def test_every_shortfall_has_words():
    assert set(words.SHORTFALLS) == {
        "customers", "history_days", "repeat_share", "cut_offs", "lapsed", "came", "no_usable_signal"
    }  # fmt: skip
