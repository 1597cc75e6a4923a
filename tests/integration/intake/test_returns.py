"""Files of returns and refunds: each comes off its order on its own day, once, and is taken back with its import."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

import shop
from shuke.history.models import MonthMark, Order, OrderEvent
from shuke.intake import queries, services
from shuke.intake.fields import Kind
from shuke.staff.rights import Role
from undoing import content, undone

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = "订单号,会员卡号,下单时间,实付金额,订单状态,退款金额\n"
TWO = ORDERS + "A1,7,2026-01-05,100.00,交易成功,\nA2,8,2026-02-06,50.00,交易成功,\n"
RETURNS = "退款编号,订单编号,退款金额,退款完结时间,退款状态,售后类型\n"
PART = RETURNS + "R1,A1,30.00,2026-02-10 12:00,退款成功,退货退款\n"


def events():
    """What came back, by order."""
    told = OrderEvent.objects.order_by("order__source_key", "source_key").values_list(
        "order__source_key", "kind", "source_key", "amount", "happened_on"
    )
    return [(order, kind, key, amount, f"{day}") for order, kind, key, amount, day in told]


def test_a_file_of_returns_is_known_by_its_columns(brought):
    brought(TWO)
    this = brought(PART)

    assert this.kind == Kind.RETURNS
    assert events() == [("A1", "return", "R1", 3000, "2026-02-10")]
    assert (this.report["inserted"], this.report["orders"]) == (1, 1)


def test_the_same_file_again_changes_nothing(brought):
    brought(TWO)
    brought(PART)
    before = content()

    again = brought(PART)

    assert (again.report["inserted"], again.report["updated"], again.report["unchanged"]) == (0, 0, 1)
    assert content() == before


def test_money_that_has_not_gone_back_does_not_count_until_it_has(brought):
    brought(TWO)
    waiting = brought(PART.replace("退款成功", "等待买家退货"))
    assert events() == []
    assert {told["code"]: told["count"] for told in waiting.report["warnings"]} == {"return_not_done": 1}

    brought(PART)
    assert len(events()) == 1

    called_off = brought(PART.replace("退款成功", "退款关闭"))
    assert events() == []
    assert called_off.report["updated"] == 1


def test_what_the_order_file_says_in_all_is_not_taken_off_twice(brought):
    brought(TWO.replace("A1,7,2026-01-05,100.00,交易成功,", "A1,7,2026-01-05,100.00,交易成功,40.00"))
    brought(PART)
    assert [(kind, key, amount) for _order, kind, key, amount, _day in events()] == [
        ("refund", "", 1000),
        ("return", "R1", 3000),
    ]

    again = brought(TWO.replace("A1,7,2026-01-05,100.00,交易成功,", "A1,7,2026-01-05,100.00,交易成功,40.00"))

    assert again.report["updated"] == 0
    assert sum(amount for *_rest, amount, _day in events()) == 4000


def test_an_order_that_comes_after_its_refund_in_all_keeps_the_parts(brought):
    brought(TWO)
    brought(PART)

    brought(TWO.replace("A1,7,2026-01-05,100.00,交易成功,", "A1,7,2026-01-05,100.00,交易成功,30.00"))

    assert events() == [("A1", "return", "R1", 3000, "2026-02-10")]


def test_a_return_of_an_order_nobody_knows_waits_in_quarantine_and_comes_in_later(brought):
    admin = shop.user("admin", Role.ADMINISTRATOR)
    early = brought(PART + "R2,A2,5.00,2026-02-11,退款成功,仅退款\n", kind=Kind.RETURNS)
    assert (early.report["quarantined"], early.report["inserted"]) == (2, 0)
    first = early.quarantined.first()
    assert first.problems == [{"code": "order_unknown", "column": "订单编号"}]
    assert queries.text_of(first).rstrip() == "R1,A1,30.00,2026-02-10 12:00,退款成功,退货退款"

    brought(TWO)
    second = services.repeat_repaired(this=early, by=admin, at=timezone.now())
    services.run(import_id=second.pk)

    assert [(order, key) for order, _kind, key, *_rest in events()] == [("A1", "R1"), ("A2", "R2")]


def test_a_dry_run_shows_which_rows_would_wait(brought):
    this = brought(PART, dry_run=True)

    assert this.report["quarantined"] == this.quarantined.count() == 1


def test_rows_of_one_refund_are_its_articles(brought):
    brought(TWO)
    head = "退款编号,订单编号,商品编码,退款金额,退款完结时间\n"
    this = brought(head + "R1,A1,T1,10.00,2026-02-10\nR1,A1,T2,5.00,2026-02-10\n")

    assert [amount for *_rest, amount, _day in events()] == [1500]
    assert (this.report["inserted"], this.report["unchanged"]) == (2, 0)


def test_returns_without_numbers_are_told_apart_by_what_they_say(brought):
    brought(TWO)
    text = "订单编号,退款金额,退款时间\nA1,10.00,2026-02-10\nA1,10.00,2026-02-10\nA2,5.00,2026-02-11\n"
    brought(text)
    assert sorted(amount for *_rest, amount, _day in events()) == [500, 1000, 1000]

    assert brought(text).report["unchanged"] == 3


def test_undoing_returns_brings_the_orders_back_to_the_bit(brought):
    brought(TWO.replace("A1,7,2026-01-05,100.00,交易成功,", "A1,7,2026-01-05,100.00,交易成功,40.00"))
    before = content()
    this = brought(PART)
    assert content() != before

    report = undone(this).undo_report

    assert content() == before
    assert report["orders_restored"] == 1


def test_orders_that_returns_hang_on_stay_when_their_import_is_undone(brought):
    orders = brought(TWO)
    brought(PART)

    report = undone(orders).undo_report

    assert (report["orders_removed"], report["orders_kept"]) == (1, 1)
    assert Order.objects.get().source_key == "A1"


def test_a_return_moves_the_month_it_happened_in(brought):

    brought(TWO)
    MonthMark.objects.all().delete()
    brought(PART)

    assert sorted({f"{month:%Y-%m}" for month in MonthMark.objects.values_list("month", flat=True)}) == [
        "2026-01",
        "2026-02",
    ]


def test_what_was_paid_back_after_the_order_file_came_in_is_not_part_of_it(brought):
    brought(TWO.replace("A1,7,2026-01-05,100.00,交易成功,", "A1,7,2026-01-05,100.00,交易成功,40.00"))
    later = f"{localdate() + timedelta(days=20)} 12:00"

    brought(PART.replace("2026-02-10 12:00", later))

    assert sorted(amount for *_rest, amount, _day in events()) == [3000, 4000]


def test_a_row_told_twice_is_one_article_and_more_than_was_paid_is_remarked(brought):
    brought(TWO)
    head = "退款编号,订单编号,商品编码,退款金额,退款完结时间\n"
    this = brought(head + "R1,A1,T1,10.00,2026-02-10\nR1,A1,T1,10.00,2026-02-10\nR2,A2,T1,70.00,2026-02-10\n")

    assert [amount for *_rest, amount, _day in events()] == [1000, 7000]
    told = {warning["code"]: warning["count"] for warning in this.report["warnings"]}
    assert told == {"entry_repeated": 1, "refunds_exceed_order": 1}


def test_a_file_without_a_type_leaves_what_another_said_of_it(brought):
    brought(TWO)
    brought(PART)
    again = brought("退款编号,订单编号,退款金额,退款时间\nR1,A1,30.00,2026-02-10\n")

    assert again.report["unchanged"] == 1
    assert events()[0][1] == "return"


@pytest.mark.parametrize("status", ["Processed", "Refund processed", "Completed", "退款成功", "Closed"])
def test_a_refund_that_is_through_counts_however_that_is_said(brought, status):
    brought(TWO)
    brought(PART.replace("退款成功", status))

    assert len(events()) == 1


@pytest.mark.parametrize("day", ["9999-12-31 23:59:59", "0001-01-01", "9999-12-31"])
def test_a_refund_on_a_day_that_cannot_be_is_dated_by_the_import(brought, day):
    brought(TWO)
    this = brought(PART.replace("2026-02-10 12:00", day))

    assert events()[0][-1] == f"{localdate()}"
    assert {warning["code"] for warning in this.report["warnings"]} == {"date_impossible"}
    assert this.report["newest_on"] is None


def test_a_refund_before_its_order_is_remarked(brought):
    brought(TWO)
    this = brought(PART.replace("2026-02-10", "2020-02-10"))

    assert [warning["code"] for warning in this.report["warnings"]] == ["refund_before_order"]
