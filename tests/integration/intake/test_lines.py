"""Files of order lines: articles of orders that are known, replaced as a whole, taken back with their import."""

import pytest

from shuke.history.models import Order, OrderLine
from shuke.intake.fields import Kind
from shuke.intake.mapping import NoCustomerKey
from undoing import content, undone

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = "订单编号,会员卡号,订单创建时间,实付金额\nA1,7,2026-01-05,25.00\nA2,8,2026-02-06,50.00\n"
LINES = "订单编号,宝贝标题,价格,购买数量,外部系统编号\nA1,乌龙茶,10.00,2,T1\nA1,红茶,5.00,1,T2\n"


def lines():
    told = OrderLine.objects.order_by("order__source_key", "ordinal")
    return list(told.values_list("order__source_key", "product__code", "product__name", "quantity", "amount"))


def test_lines_are_given_to_their_orders_and_what_was_paid_stays(brought):
    brought(ORDERS)
    this = brought(LINES)

    assert this.kind == Kind.LINES
    assert lines() == [("A1", "T1", "乌龙茶", 2, 2_000), ("A1", "T2", "红茶", 1, 500)]
    assert list(Order.objects.order_by("source_key").values_list("amount", flat=True)) == [2_500, 5_000]
    assert (this.report["inserted"], this.report["updated"]) == (2, 0)


def test_the_same_lines_again_change_nothing_and_others_replace_them_whole(brought):
    brought(ORDERS)
    brought(LINES)
    before = content()

    assert brought(LINES).report["unchanged"] == 2
    assert content() == before

    changed = brought(LINES.replace("红茶,5.00,1,T2", "红茶,5.00,3,T2"))
    assert (changed.report["updated"], changed.report["inserted"]) == (2, 0)
    assert lines()[1][-2:] == (3, 1_500)


def test_the_order_file_again_leaves_the_lines(brought):
    brought(ORDERS)
    brought(LINES)

    assert brought(ORDERS).report["unchanged"] == 2
    assert len(lines()) == 2


def test_lines_of_an_unknown_order_wait(brought):
    this = brought(LINES)

    assert [row.problems[0]["code"] for row in this.quarantined.all()] == ["order_unknown", "order_unknown"]
    assert this.report["rows_in"] == this.report["quarantined"] == 2


def test_an_order_file_without_a_customer_is_not_taken_for_lines(imported):
    with pytest.raises(NoCustomerKey):
        imported("订单编号,下单时间,商品名称,数量,单价\nA1,2026-01-05,茶,1,10\n")


def test_undoing_lines_leaves_the_orders_as_they_were(brought):
    brought(ORDERS)
    kept = content()

    this = brought(LINES)
    assert undone(this).undo_report["orders_restored"] == 1
    assert content() == kept
