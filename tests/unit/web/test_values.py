import pytest
from django.utils import translation

from shuke.web.templatetags import shuke


@pytest.mark.parametrize(
    ("minor", "words"),
    [
        pytest.param(123450, "¥1,234.50", id="grouped"),
        pytest.param(-1200, "-¥12.00", id="refund"),
        pytest.param(0, "¥0.00", id="zero"),
        pytest.param(None, "–", id="unknown"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_money_reads_the_same_in_both_languages(minor, words, language):
    with translation.override(language):
        assert shuke.money(minor) == words


def test_money_without_fen_is_rounded():
    assert shuke.money_round(8640050) == "¥86,400"
    assert shuke.money_round(8640051) == "¥86,401"


@pytest.mark.parametrize(
    ("value", "in_english", "in_chinese"),
    [
        pytest.param(9999, "9,999", "9,999", id="whole"),
        pytest.param(86400, "86.4K", "8.6万", id="ten-thousands"),
        pytest.param(10000, "10K", "1万", id="no-idle-zero"),
        pytest.param(123456789, "123.5M", "1.2亿", id="hundred-millions"),
    ],
)
def test_large_numbers_use_the_units_of_the_language(value, in_english, in_chinese):
    assert shuke.short(value) == in_english
    with translation.override("zh-hans"):
        assert shuke.short(value) == in_chinese


def test_days_are_counted_in_words():
    assert [shuke.days(count) for count in (1, 34, None)] == ["1 day", "34 days", "–"]
    assert [shuke.days_ago(count) for count in (0, 1, 34)] == ["today", "yesterday", "34 days ago"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("call 13812345678 back", "call 138****5678 back", id="mobile"),
        pytest.param("138 1234 5678", "138****5678", id="spaces"),
        pytest.param("138-1234-5678", "138****5678", id="hyphens"),
        pytest.param("(010) 6234 5678", "(010****5678", id="landline"),
        pytest.param("１３８１２３４５６７８", "１３８****５６７８", id="full-width"),
        pytest.param("11010519491231002X", "110****002X", id="identity"),
        pytest.param("62345678", "****678", id="short-number"),
        pytest.param("on 2026-11-22 14:30, 3 pieces", "on 2026-11-22 14:30, 3 pieces", id="date"),
        pytest.param("2026/11/22", "2026/11/22", id="date-with-slashes"),
        pytest.param("paid 1288.00, order 4711", "paid 1288.00, order 4711", id="small-numbers"),
        pytest.param(None, "", id="nothing"),
    ],
)
def test_numbers_in_free_text_are_masked(text, shown):
    assert shuke.mask_numbers(text) == shown


def test_query_replace_keeps_the_filters(draw):
    link = draw("{% query_replace after='x' before=None %}", "/people?tier=gold&before=y")
    assert link == "?tier=gold&amp;after=x"


def test_icon_is_silent_unless_it_has_a_label(draw):
    assert 'aria-hidden="true"' in draw("{% icon 'home' %}")
    assert 'aria-label="Home &lt;b&gt;"' in draw("{% icon 'home' label=words %}", words="Home <b>")


def test_money_is_in_the_installations_currency(settings):
    settings.SHUKE = settings.SHUKE.model_copy(update={"currency": "EUR"})
    assert (shuke.money(123450), shuke.money_round(8640012), shuke.currency_symbol()) == ("€1,234.50", "€86,400", "€")
    assert shuke.money(123450, "USD") == "$1,234.50"
