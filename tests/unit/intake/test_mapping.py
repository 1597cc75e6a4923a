import pytest

from shuke.intake.fields import Kind
from shuke.intake.mapping import (
    DayOrder,
    Grain,
    Mapping,
    NoColumnFor,
    NoCustomerKey,
    UnknownColumn,
    UnknownField,
    propose,
    validate,
)
from shuke.intake.reading import lay_out


@pytest.fixture
def layout(written):
    return lambda header, *rows: lay_out(written("\n".join([header, *(rows or ["x1" + "," * header.count(",")])])))


@pytest.mark.parametrize(
    ("header", "kind", "grain", "columns"),
    [
        pytest.param(
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country",
            Kind.ORDERS,
            Grain.LINE,
            {
                "order": "InvoiceNo",
                "customer": "CustomerID",
                "at": "InvoiceDate",
                "quantity": "Quantity",
                "price": "UnitPrice",
                "product": "StockCode",
                "product_name": "Description",
            },
            id="online-retail",
        ),
        pytest.param(
            "订单编号,买家会员名,买家应付货款,买家实际支付金额,订单状态,收货人姓名,收货地址 ,"
            "联系手机,订单创建时间,退款金额",
            Kind.ORDERS,
            Grain.ORDER,
            {
                "order": "订单编号",
                "customer": "买家会员名",
                "name": "收货人姓名",
                "phone": "联系手机",
                "at": "订单创建时间",
                "amount": "买家实际支付金额",
                "status": "订单状态",
                "refund": "退款金额",
            },
            id="taobao",
        ),
        pytest.param(
            "Order ID,Customer Email,Order Date,Total,Financial Status",
            Kind.ORDERS,
            Grain.ORDER,
            {
                "order": "Order ID",
                "email": "Customer Email",
                "at": "Order Date",
                "amount": "Total",
                "status": "Financial Status",
            },
            id="english-shop",
        ),
        pytest.param(
            "会员卡号,姓名,手机号,生日,注册日期,会员等级",
            Kind.CUSTOMERS,
            Grain.ORDER,
            {"customer": "会员卡号", "name": "姓名", "phone": "手机号", "birthday": "生日", "registered": "注册日期"},
            id="crm",
        ),
        pytest.param(
            "工单号,客户手机,渠道,时间,内容,满意度(1-5),真值标签_勿导入",
            Kind.INTERACTIONS,
            Grain.ORDER,
            {
                "entry": "工单号",
                "phone": "客户手机",
                "channel": "渠道",
                "at": "时间",
                "note": "内容",
                "rating": "满意度(1-5)",
            },
            id="service-log",
        ),
    ],
)
def test_columns_are_recognised_by_their_names(layout, header, kind, grain, columns):
    proposal = propose(layout(header))
    assert (proposal.mapping.kind, proposal.mapping.grain) == (kind, grain)
    assert proposal.mapping.columns == columns
    assert {*proposal.dropped, *columns.values()} == {name.strip() for name in header.split(",")}
    assert validate(proposal.mapping, layout(header), file="f.csv") is proposal.mapping


def test_a_name_that_only_contains_a_known_one_is_proposed_with_less_confidence(layout):
    proposal = propose(layout("订单编号,会员卡号,下单时间（北京）,实付金额（元）"), kind=Kind.ORDERS)
    assert proposal.mapping.columns["amount"] == "实付金额（元）"
    assert proposal.confidence["amount"] < proposal.confidence["order"]


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        pytest.param(["12/1/2010 8:26", "12/13/2010 9:00"], DayOrder.MONTH_FIRST, id="the-13th-comes-second"),
        pytest.param(["1/12/2010", "13/12/2010"], DayOrder.DAY_FIRST, id="the-13th-comes-first"),
        pytest.param(["2010-12-01"], DayOrder.DAY_FIRST, id="year-first"),
    ],
)
def test_the_order_of_day_and_month_is_seen_in_the_sample(layout, dates, order):
    rows = [f"{number},7,{day},1" for number, day in enumerate(dates)]
    assert propose(layout("order id,customer id,date,total", *rows)).mapping.day_order == order


def test_a_file_that_does_not_say_who_is_refused_with_what_it_says(layout):
    header = layout("订单编号,下单时间,实付金额")
    with pytest.raises(NoCustomerKey) as refusal:
        validate(propose(header, kind=Kind.ORDERS).mapping, header, file="单.csv")
    assert "单.csv" in str(refusal.value)
    assert "实付金额" in str(refusal.value)


def test_a_field_that_orders_cannot_do_without_is_named(layout):
    header = layout("订单编号,会员卡号,下单时间")
    with pytest.raises(NoColumnFor) as refusal:
        validate(propose(header, kind=Kind.ORDERS).mapping, header, file="f.csv")
    assert refusal.value.params["field"] == "Amount paid"


def test_a_mapping_by_hand_may_only_name_what_there_is(layout):
    header = layout("order id,customer id,date,total")
    with pytest.raises(UnknownColumn):
        validate(Mapping(Kind.ORDERS, {"order": "number"}), header, file="f.csv")
    with pytest.raises(UnknownField):
        validate(Mapping(Kind.ORDERS, {"colour": "total"}), header, file="f.csv")


def test_a_mapping_survives_storage(layout):
    mapping = propose(layout("InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID")).mapping
    assert Mapping.from_json(mapping.as_json()) == mapping
