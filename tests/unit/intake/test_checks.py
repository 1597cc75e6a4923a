from datetime import UTC, date, datetime

import pytest

from shuke.intake.checks import PROBLEMS, Problem
from shuke.intake.checks.forms import readings
from shuke.intake.mapping import DayOrder


def order(at="2026-01-05", amount="10", customer="7", number="A1"):
    return f'order id,customer id,date,total\n"{number}","{customer}","{at}","{amount}"\n'


def only(checked):
    (row,) = checked.rows.to_pylist()
    return row


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-01-05 08:05:09", datetime(2026, 1, 5, 0, 5, 9, tzinfo=UTC)),
        ("2026/1/5 8:05", datetime(2026, 1, 5, 0, 5, tzinfo=UTC)),
        ("2026年1月5日", datetime(2026, 1, 4, 16, 0, tzinfo=UTC)),
        ("2026年1月5日 8时5分", datetime(2026, 1, 5, 0, 5, tzinfo=UTC)),
        ("２０２６－０１－０５", datetime(2026, 1, 4, 16, 0, tzinfo=UTC)),
        ("2026.1.5", datetime(2026, 1, 4, 16, 0, tzinfo=UTC)),
        ("20260105", datetime(2026, 1, 4, 16, 0, tzinfo=UTC)),
        ("20260105080509", datetime(2026, 1, 5, 0, 5, 9, tzinfo=UTC)),
        ("2026-01-05T08:05:09+08:00", datetime(2026, 1, 5, 0, 5, 9, tzinfo=UTC)),
        ("2026-01-05 00:05:09 +0000", datetime(2026, 1, 5, 0, 5, 9, tzinfo=UTC)),
        ("2026-01-05T00:05:09Z", datetime(2026, 1, 5, 0, 5, 9, tzinfo=UTC)),
        ("2026-01-05 下午 8:05", datetime(2026, 1, 5, 12, 5, tzinfo=UTC)),
        ("2026/1/5 8:05 PM", datetime(2026, 1, 5, 12, 5, tzinfo=UTC)),
        ("5/1/2026 8:05", datetime(2026, 1, 5, 0, 5, tzinfo=UTC)),
        ("Jan 5, 2026", datetime(2026, 1, 4, 16, 0, tzinfo=UTC)),
        ("46027", datetime(2026, 1, 4, 16, 0, tzinfo=UTC)),
        ("1767571509", datetime(2026, 1, 5, 0, 5, 9, tzinfo=UTC)),
    ],
)
def test_moments_are_read_in_the_stores_zone(checked, text, at):
    row = only(checked(order(at=text)))
    assert row["at"] == at
    assert row["at_on"] == date(2026, 1, 5)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-02-30", "date_impossible"),
        ("30/2/2026", "date_impossible"),
        ("2026年2月29日", "date_impossible"),
        ("0000-00-00", "date_impossible"),
        ("26-01-05", "time_unreadable"),
        ("yesterday", "time_unreadable"),
        ("infinity", "time_unreadable"),
        ("", "missing"),
    ],
)
def test_an_order_without_a_real_moment_is_set_aside(checked, text, code):
    outcome = checked(order(at=text))
    (refused,) = outcome.refused
    assert refused.problems == (Problem(code, "date"),)
    assert (refused.line, refused.text) == (2, f"A1,7,{text},10")
    assert outcome.rows.num_rows == 0


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("10", 1000),
        ("1,234.56", 123456),
        ("1,234,567", 123456700),
        ("¥1,234.5", 123450),
        ("￥ 12", 1200),
        ("205.31元", 20531),
        ("RMB 8", 800),
        ("１２．５０", 1250),
        ("(3.20)", -320),
        ("-3.2", -320),
        ("12,50", 1250),
        ("1.234,56", 123456),
        ("1.2E+3", 120000),
        ("0.005", 1),
        ("-0.005", -1),
    ],
)
def test_money_is_read_to_the_minor_unit(checked, text, minor):
    assert only(checked(order(amount=text)))["amount"] == minor


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("free", "number_unreadable"),
        ("1,23,4", "number_unreadable"),
        ("NaN", "number_unreadable"),
        ("1e40", "number_too_large"),
        ("", "missing"),
    ],
)
def test_an_order_without_a_readable_amount_is_set_aside(checked, text, code):
    (refused,) = checked(order(amount=text)).refused
    assert refused.problems == (Problem(code, "total"),)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("17850.0", "17850"),
        ('=""00042""', "00042"),
        ("'00042", "00042"),
        ("1.4249702483E10", "14249702483"),
        ("1.25.3", "1.25.3"),
        (" tb_77　", "tb_77"),
        ("-", None),
        ("", None),
    ],
)
def test_customer_numbers_lose_only_what_spreadsheets_added(checked, text, key):
    assert only(checked(order(customer=text)))["customer"] == key


def test_an_order_number_that_lost_its_digits_is_set_aside(checked):
    (refused,) = checked(order(number="4.82826E+17")).refused
    assert refused.problems == (Problem("number_shortened", "order id"),)


def test_several_problems_of_a_row_are_all_named(checked):
    (refused,) = checked(order(at="?", amount="?")).refused
    assert refused.problems == (Problem("time_unreadable", "date"), Problem("number_unreadable", "total"))


@pytest.mark.parametrize(
    ("text", "phone", "warning"),
    [
        ("13812345678", "+8613812345678", None),
        ("+86 138-1234-5678", "+8613812345678", None),
        ("008613812345678", "+8613812345678", None),
        ("１３８１２３４５６７８", "+8613812345678", None),
        ("'13812345678", "+8613812345678", None),
        ("13812345678.0", "+8613812345678", None),
        ("0571-88812345", "+8657188812345", None),
        ("+44 20 7946 0958", "+442079460958", None),
        ("14245299800", "+8614245299800", "phone_unassigned"),
        ("138****5678", None, "phone_masked"),
        ("1421234", None, "phone_unreadable"),
        ("同上", None, "phone_unreadable"),
        ("1.42123E+10", None, "phone_unreadable"),
        ("", None, None),
    ],
)
def test_phones_are_kept_in_one_form_or_left_empty_with_a_warning(checked, text, phone, warning):
    outcome = checked(f'会员卡号,姓名,手机号,邮箱\n7,王,"{text}",\n')
    assert only(outcome)["phone"] == phone
    assert dict(outcome.warnings) == ({Problem(warning, "手机号"): 1} if warning else {})


@pytest.mark.parametrize(
    ("text", "birthday"),
    [
        ("1990-02-03", "1990-02-03"),
        ("1990/2/3 0:00", "1990-02-03"),
        ("19900203", "1990-02-03"),
        ("1990年2月3日", "1990-02-03"),
        ("2月29日", "--02-29"),
        ("02-03", "--02-03"),
        ("农历1990年2月30日", "lunar 1990-02-30"),
        ("农历8-15", "lunar --08-15"),
        ("1990-02-30", None),
        ("unknown", None),
    ],
)
def test_birthdays_may_lack_the_year_and_may_be_lunar(checked, text, birthday):
    outcome = checked(f"会员卡号,姓名,生日\n7,王,{text}\n")
    assert only(outcome)["birthday"] == birthday
    assert outcome.warnings.total() == (birthday is None)


def test_a_bad_cell_that_can_be_missed_is_left_empty_with_a_warning(checked):
    outcome = checked("会员卡号,姓名,邮箱,注册日期\n7,王,no mail,2026-02-30\n8,李,Li@Example.com,2026-02-03\n")
    assert outcome.rows["email"].to_pylist() == [None, "li@example.com"]
    assert outcome.rows["registered"].to_pylist() == [None, date(2026, 2, 3)]
    assert outcome.warnings == {Problem("email_unreadable", "邮箱"): 1, Problem("date_impossible", "注册日期"): 1}


@pytest.mark.parametrize(
    ("text", "rating"), [("5", 5), ("4.0", 4), ("满意", 4), ("非常不满意", 1), ("", None), ("9", None)]
)
def test_ratings_may_be_words(checked, text, rating):
    row = only(checked(f"客户手机,时间,内容,满意度\n13812345678,2026-01-05,好,{text}\n"))
    assert row["rating"] == rating


@pytest.mark.parametrize(("text", "seconds"), [("75", 75), ("1:15", 75), ("01:01:15", 3675), ("long", None)])
def test_talk_time_may_be_a_clocks(checked, text, seconds):
    row = only(checked(f"客户手机,时间,内容,通话时长\n13812345678,2026-01-05,好,{text}\n"))
    assert row["seconds"] == seconds


def test_an_interaction_without_a_readable_phone_belongs_to_nobody_and_is_set_aside(checked):
    (refused,) = checked("客户手机,时间,内容\n1234,2026-01-05,好\n").refused
    assert refused.problems == (Problem("phone_unreadable", "客户手机"),)


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [
        pytest.param("6", "2.55", 1530, id="plain"),
        pytest.param("0.335", "10", 335, id="by-weight"),
        pytest.param("3", "0.005", 2, id="half-a-cent-goes-up"),
        pytest.param("-3", "0.005", -2, id="and-back-again-in-a-return"),
        pytest.param("1", "0.001", 0, id="a-tenth-of-a-cent"),
    ],
)
def test_a_line_is_worth_quantity_times_price(checked, quantity, price, amount):
    header = "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID"
    row = only(checked(f"{header}\n1,X,{quantity},2026-01-05,{price},7\n"))
    assert row["line_amount"] == amount


def test_every_row_is_accounted_for(checked):
    outcome = checked(
        "order id,customer id,date,total\n1,7,2026-01-05,3\n2,7,?,3\n3,7\n,,,\n4,,2026-01-05,3\n合计,,,9\n"
    )
    assert outcome.rows["order"].to_pylist() == ["1", "4"]
    assert [(row.line, row.problems[0].code) for row in outcome.refused] == [(3, "time_unreadable"), (4, "cells")]
    assert outcome.rows_in == 4


def test_every_trouble_has_words():
    told = readings(zone="UTC", day_order=DayOrder.DAY_FIRST, region="CN")
    codes = {
        word for reading in told.values() for word in reading.trouble.split("'") if "_" in word and " " not in word
    }
    assert codes <= PROBLEMS.keys()


@pytest.mark.parametrize("amount", ["1000000000000", "6222021234567890", "99999999999999999999", "-1000000000000"])
def test_a_number_too_large_sets_its_row_aside_and_no_other(checked, amount):
    found = checked(f"订单号,会员卡号,下单时间,实付金额\n1,7,2026-01-05,999999999999.99\n2,7,2026-01-05,{amount}\n")
    assert found.rows["amount"].to_pylist() == [99_999_999_999_999]
    assert [problem.code for row in found.refused for problem in row.problems] == ["number_too_large"]


def test_a_line_whose_amount_is_too_large_is_set_aside(checked):
    head = "订单号,商品名称,数量,单价,会员卡号,下单时间\n"
    found = checked(head + "1,茶,9000000,9999999999,7,2026-01-05\n1,茶,2,3.5,7,2026-01-05\n")
    assert found.rows["line_amount"].to_pylist() == [700]
    assert [problem.code for row in found.refused for problem in row.problems] == ["number_too_large"]


def test_a_header_without_rows_has_nothing_to_take(checked):
    found = checked("订单号,会员卡号,下单时间,实付金额\n")
    assert (found.rows.num_rows, found.refused) == (0, ())
