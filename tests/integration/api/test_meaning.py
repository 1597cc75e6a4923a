"""A record that is sent and a row of a file that say the same are the same: whichever comes second changes nothing."""

import pytest
from django.urls import reverse
from django.utils import timezone

import shop
from integration.api.conftest import order, results
from shuke.customers.models import Customer, CustomerTag
from shuke.history.models import Order, OrderEvent
from shuke.intake import services
from shuke.intake.models import Import
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = """订单号,会员卡号,下单时间,实付金额,订单状态,退款金额,退款时间,渠道,门店,收货人姓名,手机号
A1,7,2026-01-05 10:00,10.005,交易成功,4,2026-01-09 08:00,门店,人民路店,王明,138-0013-8000
A2,,2026-01-31 23:59:59,20,交易关闭,0,,门店,人民路店,,
A3,8,2026-02-28,-3.5,已退货,,,小程序,,,(010) 6552 9988
A4,9,2026-03-01T00:00:00+09:00,7,待付款,,,,,李雷,+86 139 0013 9000
"""
SAME_ORDERS = [
    {
        "key": "A1", "customer": "7", "at": "2026-01-05T10:00:00", "amount": "10.005", "status": "交易成功",
        "refund": "4", "refunded_at": "2026-01-09T00:00:00Z", "channel": "门店", "store": "人民路店",
        "name": "王明", "phone": "13800138000",
    },
    {
        "key": "A2", "customer": None, "at": "2026-01-31T15:59:59Z", "amount": 20, "status": "交易关闭", "refund": "0",
        "channel": "门店", "store": "人民路店",
    },
    {
        "key": "A3", "customer": 8, "at": "2026-02-28", "amount": "-3.50", "status": "已退货", "channel": "小程序",
        "phone": "010-65529988",
    },
    {
        "key": "A4", "customer": "9", "at": "2026-02-28T15:00:00Z", "amount": "7.00", "status": "待付款",
        "name": "李雷", "phone": "13900139000",
    },
]  # fmt: skip
LINES = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID
1,A,Ant,2,2026-01-05 10:00,1.005,7
1,B,,0.333,2026-01-05 10:00,15.015,7
C2,A,Ant,-2,2026-01-06 10:00,1.50,7
"""
SAME_LINES = [
    {
        "key": "1", "customer": "7", "at": "2026-01-05T10:00", "lines": [
            {"product": "A", "product_name": "Ant", "quantity": "2", "unit_price": "1.005"},
            {"product": "B", "quantity": "0.333", "unit_price": "15.015"},
        ],
    },
    {
        "key": "C2", "customer": "7", "at": "2026-01-06T10:00",
        "lines": [{"product": "A", "quantity": "-2", "unit_price": "1.50"}],
    },
]  # fmt: skip
MEMBERS = """会员卡号,姓名,手机号,邮箱,生日,注册日期,标签,门店
7,单小明,138 0013 8000,Ming@Example.com,农历1990-08-15,2024-03-01,"喜茶,常客",人民路店
8,Anna Bell,,,08-15,,,
"""
SAME_MEMBERS = [
    {
        "key": "7", "name": "单小明", "phone": "+8613800138000", "email": "ming@example.com",
        "birthday": "lunar 1990-08-15", "registered": "2024-03-01", "tags": ["常客", "喜茶"], "store": "人民路店",
    },
    {"key": "8", "name": "Anna Bell", "birthday": "--08-15"},
]  # fmt: skip
LOG = """工单号,会员卡号,时间,渠道,方向,结果,客服,内容,满意度,通话时长
T1,7,2026-01-05 09:00,电话,呼入,未接通,小李,打过,5,61
T2,7,2026-01-06,微信,,,,,,
"""
SAME_LOG = [
    {
        "key": "T1", "customer": "7", "at": "2026-01-05T09:00", "channel": "电话", "direction": "呼入",
        "outcome": "未接通", "by": "小李", "note": "打过", "satisfaction": 5, "seconds": 61,
    },
    {"key": "T2", "customer": "7", "at": "2026-01-06", "channel": "微信"},
]  # fmt: skip
TWINS = [
    pytest.param("orders", ORDERS, SAME_ORDERS, id="orders"),
    pytest.param("orders", LINES, SAME_LINES, id="order-lines"),
    pytest.param("customers", MEMBERS, SAME_MEMBERS, id="customers"),
    pytest.param("interactions", LOG, SAME_LOG, id="interactions"),
]


@pytest.fixture
def bring(tmp_path):
    """Import a text as a file of the till; gives its report."""

    def imported(text):
        file = tmp_path / "file.csv"
        file.write_text(text, encoding="utf-8")
        return services.run(import_id=services.begin(path=file, source="till").pk).report

    return imported


@pytest.mark.parametrize(("path", "file", "records"), TWINS)
def test_what_a_file_has_said_a_batch_says_again(till, bring, path, file, records):
    bring(file)
    assert results(till.send(path, *records)) == ["unchanged"] * len(records)


@pytest.mark.parametrize(("path", "file", "records"), TWINS)
def test_what_a_batch_has_said_a_file_says_again(till, bring, path, file, records):
    assert results(till.send(path, *records)) == ["inserted"] * len(records)
    people, events, tags = Customer.objects.count(), OrderEvent.objects.count(), CustomerTag.objects.count()
    report = bring(file)
    assert (report["inserted"], report["updated"]) == (0, 0)
    assert (Customer.objects.count(), OrderEvent.objects.count(), CustomerTag.objects.count()) == (people, events, tags)


def test_a_day_of_batches_is_shown_among_the_imports(till, settings, client):
    till.send("orders", *SAME_ORDERS)
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": static}
    settings.SHUKE = settings.SHUKE.model_copy(update={"demo": True})
    client.force_login(shop.user("boss", Role.ADMINISTRATOR))
    listed = client.get(reverse("web:imports"))
    assert "API 20" in listed.content.decode()
    (this,) = listed.context["imports"]
    assert client.get(reverse("web:imports.detail", args=[this.pk])).status_code == 200


def test_a_day_of_batches_can_be_undone_and_goes_on_afterwards(till, bring):
    bring("订单号,会员卡号,下单时间,实付金额\nB1,7,2026-01-05,10\n")
    till.send("orders", order("B1", amount="12"), order("N1"), order("N2"))
    this = Import.objects.get(path="")
    services.undo(import_id=services.ask_undo(this=this, by=None, at=timezone.now()).pk)
    assert list(Order.objects.values_list("source_key", "amount")) == [("B1", 1000)]
    assert results(till.send("orders", order("N1"))) == ["inserted"]
    assert Import.objects.filter(path="", status="done").get().report["inserted"] == 1
