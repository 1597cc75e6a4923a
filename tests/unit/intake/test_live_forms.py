"""How values of a record are written, and what becomes of them."""

from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from shuke.intake.live import forms, read
from shuke.intake.live.reading import Untaken
from shuke.intake.live.records import Money, OrderLine, Price, Quantity

MOMENT, DAY = TypeAdapter(forms.Moment), TypeAdapter(forms.Day)


@pytest.mark.parametrize(
    ("form", "told", "value"),
    [
        pytest.param(Money, "128.50", 12_850, id="money"),
        pytest.param(Money, "0.005", 1, id="half-up"),
        pytest.param(Money, "-0.005", -1, id="half-away-from-zero"),
        pytest.param(Money, 7, 700, id="whole-number"),
        pytest.param(Money, "+1", 100, id="sign"),
        pytest.param(Price, "0.001", 10, id="small-price"),
        pytest.param(Quantity, "0.333", 333, id="weight"),
    ],
)
def test_numbers(form, told, value):
    assert TypeAdapter(form).validate_python(told) == value


@pytest.mark.parametrize(
    "told", ["", "x", "1,5", "１２", "1e3", "NaN", "0x10", "1.", ".5", "--1", "9" * 13, 10**40, 1.5, [], {}]
)
def test_what_is_no_number(told):
    with pytest.raises(ValidationError):
        TypeAdapter(Money).validate_python(told)


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("2026-11-03T14:20:00+08:00", datetime(2026, 11, 3, 6, 20, tzinfo=UTC)),
        ("2026-11-03T06:20:00Z", datetime(2026, 11, 3, 6, 20, tzinfo=UTC)),
        ("2026-11-03 14:20", datetime(2026, 11, 3, 6, 20, tzinfo=UTC)),
        ("2026-11-03", datetime(2026, 11, 2, 16, 0, tzinfo=UTC)),
    ],
)
def test_moments_are_of_the_installations_zone_unless_they_say_otherwise(told, moment):
    assert MOMENT.validate_python(told) == moment


@pytest.mark.parametrize(
    "told", ["", "now", "2026-02-30", "1899-01-01", "2101-02-01", "9999-12-31T23:59:59-14:00", 17, None]
)
def test_what_is_no_moment(told):
    with pytest.raises(ValidationError):
        MOMENT.validate_python(told)


def test_a_day_is_the_one_in_the_store():
    assert DAY.validate_python("2026-11-03T20:00:00Z") == date(2026, 11, 4)


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("138 0013 8000", "+8613800138000"),
        ("+86-13800138000", "+8613800138000"),
        ("(010) 6552 9988", "+861065529988"),
        ("+44 20 7946 0958", "+442079460958"),
        ("138****8000", None),
        ("12345", None),
        ("", None),
    ],
)
def test_phones(told, number):
    assert forms.phone(told) == number


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ("1990-08-15", "1990-08-15"),
        ("--02-29", "--02-29"),
        ("lunar 1990-12-30", "lunar 1990-12-30"),
        ("lunar --08-15", "lunar --08-15"),
        ("2023-02-29", None),
        ("lunar 1990-13-01", None),
        ("1890-01-01", None),
        ("15.8.1990", None),
    ],
)
def test_birthdays(told, value):
    assert forms.birthday(told) == value


@pytest.mark.parametrize(
    ("quantity", "price", "amount"), [("0.333", "15.015", 500), ("-1", "0.005", -1), ("2", "59", 11_800)]
)
def test_a_lines_amount_rounds_half_up(quantity, price, amount):
    assert OrderLine(quantity=quantity, unit_price=price).amount == amount


@pytest.mark.parametrize(
    "sent", [None, 1, "x", [], [[]], {}, {"type": None}, {"type": ["order"]}, {"type": "order", "key": {}}]
)
def test_nonsense_is_untaken_with_a_reason(sent):
    record = read(sent, index=3)
    assert isinstance(record, Untaken)
    assert record.index == 3
    assert record.problems
