from shuke.analytics.churn import words
from shuke.analytics.churn.candidates import CANDIDATES, REASONS
from shuke.web.customers import forecasts


def test_every_reason_has_words():
    assert set(forecasts.WORDS) == set(REASONS)


def test_every_model_has_words():
    assert set(words.MODELS) == set(CANDIDATES)


def test_every_shortfall_has_words():
    assert set(words.SHORTFALLS) == {
        "customers", "history_days", "repeat_share", "cut_offs", "lapsed", "came", "no_usable_signal"
    }  # fmt: skip
