"""Exports of shops, tills and CRMs as they come: the proposal needs no hand."""

import pytest

from shuke.intake.fields import Kind
from shuke.intake.mapping import Grain, propose, validate
from shuke.intake.reading import lay_out

EXPORTS = {
    "taobao-orders": (
        "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,总金额,买家实际支付金额,订单状态,"
        "买家留言,收货人姓名,收货地址,联系电话,联系手机,订单创建时间,订单付款时间,宝贝标题,宝贝种类,物流单号,"
        "物流公司,订单备注,宝贝总数量,店铺Id,店铺名称,订单关闭原因,退款金额",
        "4828258011603841,tb_1237436,,205.31,0,205.31,205.31,交易成功,,卫英丽,广东省,,14245299800,"
        "2024-01-01 14:44:48,2024-01-01 15:40:16,商品丙,1,,,,2,1,旗舰店,,0.00",
    ),
    "jd": (
        "订单号,商品ID,商品名称,订购数量,支付方式,下单时间,京东价,订单金额,结算金额,余额支付,应付金额,"
        "订单状态,订单类型,下单帐号,客户姓名,客户地址,联系电话,订单备注,付款确认时间",
        "29301234567,1001,商品丙,2,在线支付,2024-01-01 14:44:48,102.66,205.31,205.31,0,205.31,完成,SOP,"
        "jd_abc123,卫英丽,广东,14245299800,,2024-01-01 14:50:00",
    ),
    "youzan": (
        "订单号,订单类型,订单状态,订单创建时间,买家付款时间,商品名称,商品编码,商品规格,商品数量,商品单价,"
        "订单实付金额,买家姓名,买家手机号,收货人/提货人,收货人手机号/提货人手机号,订单已退款金额,归属店铺",
        "E20240101144448,普通订单,交易完成,2024-01-01 14:44:48,2024-01-01 14:50:00,商品丙,C1,红,2,102.66,"
        "205.31,卫英丽,14245299800,卫英丽,14245299800,0.00,总店",
    ),
    "pinduoduo": (
        "商品,订单号,订单状态,商品总价(元),用户实付金额(元),商家实收金额(元),商品数量(件),收货人,手机,"
        "支付时间,订单成交时间,商品id,商品规格,售后状态",
        "商品丙,240101-123,已签收,205.31,205.31,200.00,2,卫英丽,14245299800,2024-01-01 14:50:00,"
        "2024-01-01 14:44:48,1001,红,无售后",
    ),
    "douyin": (
        "主订单编号,子订单编号,选购商品,商品规格,商品数量,商品ID,商家编码,商品单价,订单应付金额,收件人,"
        "收件人手机号,订单提交时间,订单状态,支付完成时间",
        "6912345,6912346,商品丙,红,2,1001,C1,102.66,205.31,卫*丽,142****9800,2024-01-01 14:44:48,已完成,"
        "2024-01-01 14:50:00",
    ),
    "shopify": (
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,"
        "Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Billing Name,"
        "Billing Phone,Refunded Amount,Phone,Id",
        "#1001,ann@example.com,paid,2024-01-01 10:00:00 +0000,fulfilled,USD,20.00,0,0,20.00,0,"
        "2024-01-01 09:59:00 +0000,2,Mug,10.00,MUG-1,Ann Bell,,0.00,,4501",
    ),
    "woocommerce": (
        "Order Number,Order Status,Order Date,First Name (Billing),Last Name (Billing),Email (Billing),"
        "Phone (Billing),Order Total Amount,Order Refund Amount",
        "1001,Completed,2024-01-01 09:59,Ann,Bell,ann@example.com,2025550123,20.00,0.00",
    ),
    "square": (
        "Date,Time,Transaction ID,Customer ID,Customer Name,Item,Category,Qty,Gross Sales,Net Sales",
        "2024-01-01,09:59:00,T1,CU1,Ann Bell,Mug,Home,2,20.00,20.00",
    ),
    "pos-zh": (
        "小票号,开单时间,会员卡号,会员姓名,会员手机,商品编码,商品名称,数量,单价,金额,收银员,门店",
        "P1,2024-01-01 10:00,V1,卫英丽,14245299800,C1,商品丙,2,10.00,20.00,小李,总店",
    ),
    "crm-zh": (
        "客户编号,客户名称,性别,联系手机,电子邮箱,创建时间,客户标签,所属门店",
        "C1,卫英丽,女,14245299800,a@example.com,2024-01-01,VIP,总店",
    ),
    "hubspot": (
        "Record ID,First Name,Last Name,Email,Phone Number,Create Date,Contact owner",
        "501,Ann,Bell,ann@example.com,2025550123,2024-01-01,Bo",
    ),
    "mailchimp": (
        "Email Address,First Name,Last Name,Phone Number,Birthday,Tags",
        "ann@example.com,Ann,Bell,2025550123,05/06,vip",
    ),
}


@pytest.mark.parametrize(
    ("export", "kind", "grain", "columns"),
    [
        pytest.param(
            "taobao-orders",
            Kind.ORDERS,
            Grain.ORDER,
            ("买家会员名", "联系手机", "订单创建时间", "买家实际支付金额"),
            id="taobao-orders",
        ),
        pytest.param("jd", Kind.ORDERS, Grain.LINE, ("下单帐号", "联系电话", "下单时间", "应付金额"), id="jd"),
        pytest.param(
            "youzan", Kind.ORDERS, Grain.LINE, ("", "买家手机号", "订单创建时间", "订单实付金额"), id="youzan"
        ),
        pytest.param(
            "pinduoduo", Kind.ORDERS, Grain.ORDER, ("", "手机", "订单成交时间", "用户实付金额(元)"), id="pinduoduo"
        ),
        pytest.param(
            "douyin", Kind.ORDERS, Grain.LINE, ("", "收件人手机号", "订单提交时间", "订单应付金额"), id="douyin"
        ),
        pytest.param("shopify", Kind.ORDERS, Grain.LINE, ("", "Phone", "Created at", "Total"), id="shopify"),
        pytest.param(
            "woocommerce",
            Kind.ORDERS,
            Grain.ORDER,
            ("", "Phone (Billing)", "Order Date", "Order Total Amount"),
            id="woocommerce",
        ),
        pytest.param("square", Kind.ORDERS, Grain.ORDER, ("Customer ID", "", "Date", "Net Sales"), id="square"),
        pytest.param("pos-zh", Kind.ORDERS, Grain.LINE, ("会员卡号", "会员手机", "开单时间", "金额"), id="pos-zh"),
        pytest.param("crm-zh", Kind.CUSTOMERS, Grain.ORDER, ("客户编号", "联系手机", "", ""), id="crm-zh"),
        pytest.param("hubspot", Kind.CUSTOMERS, Grain.ORDER, ("Record ID", "Phone Number", "", ""), id="hubspot"),
        pytest.param("mailchimp", Kind.CUSTOMERS, Grain.ORDER, ("", "Phone Number", "", ""), id="mailchimp"),
    ],
)
def test_an_export_of_a_known_platform_needs_no_hand(written, export, kind, grain, columns):
    """`columns`: those of customer number, phone, moment and amount, blank where the export has none."""
    header, row = EXPORTS[export]
    layout = lay_out(written(f"{header}\n{row}\n{row}\n"))
    mapping = validate(propose(layout).mapping, layout, file=export)
    found = tuple(mapping.columns.get(key, "") for key in ("customer", "phone", "at", "amount"))
    assert (mapping.kind, mapping.grain, found) == (kind, grain, columns)
