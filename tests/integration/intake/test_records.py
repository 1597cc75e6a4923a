"""Contracts and costs: kept by their key, corrected by the next file, taken back with their import."""

import pytest

from shuke.history.models import AcquisitionCost, Contract, MarketingSpend, ProductCost
from shuke.intake.fields import Kind
from shuke.intake.mapping import Mapping, NoColumnFor
from undoing import content, undone

pytestmark = pytest.mark.django_db(transaction=True)

CONTRACTS = "合同编号,客户编号,客户名称,手机号,产品名称,开始日期,到期日期,合同金额,合同状态\n"
ONE = CONTRACTS + "C1,7,王小明,13812345678,年卡,2026-01-01,2026-12-31,1200.00,生效中\n"
COSTS = "商品编码,商品名称,成本价,生效日期\nT1,乌龙茶,45.5,2026-01-01\nT2,红茶,￥30,\n"
MARGINS = "SKU,毛利率\nT1,35%\nT2,0.4\nT3,50\nT4,很高\n"
SPEND = "月份,渠道,计划名称,花费\n2026-05,抖音,夏季,1000.00\n2026年6月,抖音,夏季,900\n2026-06-15,小红书,,50\n"
WON = "客户编号,获客成本,获客日期\n7,88.00,2026-03-01\n"
BY_CHANNEL = "渠道,获客成本,月份\n抖音,66.5,2026-05\n门店,20,2026-05\n"


def test_a_contract_has_its_customer_and_its_end(brought):
    this = brought(ONE)

    contract = Contract.objects.get()
    assert this.kind == Kind.CONTRACTS
    assert (contract.identity.customer.name, contract.subject, contract.amount) == ("王小明", "年卡", 120_000)
    assert (f"{contract.starts_on}", f"{contract.ends_on}", contract.is_cancelled) == (
        "2026-01-01",
        "2026-12-31",
        False,
    )
    assert contract.identity.contact_points.count() == 1


def test_a_renewal_moves_the_end_and_a_blank_cell_takes_nothing_away(brought):
    brought(ONE)
    again = brought(ONE.replace("2026-12-31,1200.00,生效中", "2027-12-31,,已续费"))

    contract = Contract.objects.get()
    assert again.report["updated"] == 1
    assert (f"{contract.ends_on}", contract.amount, contract.status) == ("2027-12-31", 120_000, "已续费")
    assert brought(ONE.replace("2026-12-31,1200.00,生效中", "2027-12-31,,已续费")).report["unchanged"] == 1


@pytest.mark.parametrize(
    ("status", "is_cancelled"), [("已终止", True), ("Canceled", True), ("已到期", False), ("", False)]
)
def test_a_contract_ended_before_its_day_is_called_off(brought, status, is_cancelled):
    brought(ONE.replace("生效中", status))

    assert Contract.objects.get().is_cancelled == is_cancelled


def test_a_contract_without_an_end_is_set_aside(brought):
    this = brought(ONE + "C2,8,李强,,月卡,2026-01-01,,100,生效中\nC3,9,张三,,月卡,2026-01-01,2026-02-30,100,生效中\n")

    assert [row.problems[0]["code"] for row in this.quarantined.all()] == ["missing", "date_impossible"]
    assert Contract.objects.count() == 1


def test_contracts_without_numbers_are_told_apart_by_customer_subject_and_beginning(brought):
    head = "客户编号,套餐名称,开始日期,到期日期\n"
    brought(head + "7,年卡,2026-01-01,2026-12-31\n7,年卡,2027-01-01,2027-12-31\n7,年卡,2026-01-01,2026-12-31\n")
    brought(head + "7,年卡,2026-01-01,2026-11-30\n")

    assert [f"{day}" for day in Contract.objects.order_by("ends_on").values_list("ends_on", flat=True)] == [
        "2026-11-30",
        "2027-12-31",
    ]


def test_what_articles_cost_is_kept_by_article_and_day(brought):
    this = brought(COSTS)
    brought(COSTS.replace("2026-01-01", "2026-07-01").replace("45.5", "47"))

    assert this.kind == Kind.COSTS
    told = ProductCost.objects.order_by("product__code", "since").values_list("product__code", "unit_cost", "since")
    assert [(code, cost, f"{since}") for code, cost, since in told] == [
        ("T1", 455_000, "2026-01-01"),
        ("T1", 470_000, "2026-07-01"),
        ("T2", 300_000, "None"),
    ]


def test_a_margin_is_read_however_it_is_written(brought):
    this = brought(MARGINS)

    assert dict(ProductCost.objects.values_list("product__code", "margin")) == {"T1": 3500, "T2": 4000, "T3": 5000}
    assert [row.problems[0]["code"] for row in this.quarantined.all()] == ["share_unreadable"]


def test_marketing_spend_is_kept_by_day_or_month_channel_and_campaign(brought):
    this = brought(SPEND)

    assert this.kind == Kind.SPEND
    told = MarketingSpend.objects.order_by("on").values_list("on", "channel", "campaign", "amount")
    assert [(f"{on}", channel, campaign, amount) for on, channel, campaign, amount in told] == [
        ("2026-05-01", "抖音", "夏季", 100_000),
        ("2026-06-01", "抖音", "夏季", 90_000),
        ("2026-06-15", "小红书", "", 5_000),
    ]
    assert brought(SPEND.replace("1000.00", "1100.00")).report["updated"] == 1


def test_acquisition_cost_is_of_a_customer_or_of_a_channel(brought):
    one, all_of = brought(WON), brought(BY_CHANNEL)

    assert {one.kind, all_of.kind} == {Kind.ACQUISITION}
    told = AcquisitionCost.objects.order_by("amount").values_list("identity__source_key", "channel", "amount")
    assert list(told) == [(None, "门店", 2_000), (None, "抖音", 6_650), ("7", "", 8_800)]


def test_acquisition_cost_of_nobody_is_refused_with_words(brought):
    with pytest.raises(NoColumnFor) as refusal:
        brought("日期,获客成本\n2026-05-01,66.5\n", kind=Kind.ACQUISITION)

    assert refusal.value.params["field"] == "Channel"


@pytest.mark.parametrize("text", [ONE, COSTS, MARGINS, SPEND, WON, BY_CHANNEL])
def test_an_import_of_records_is_undone_whole(brought, text):
    empty = content()

    report = undone(brought(text)).undo_report

    assert content() == empty
    assert report["records_removed"] > 0


def test_undoing_a_correction_brings_the_contract_back_and_undoing_the_first_then_keeps_nothing(brought):
    first = brought(ONE)
    before = content()
    second = brought(ONE.replace("2026-12-31", "2027-12-31"))

    assert undone(second).undo_report["records_restored"] == 1
    assert content() == before

    assert undone(first).undo_report["records_removed"] == 1
    assert not Contract.objects.exists()


def test_what_a_later_file_has_corrected_stays(brought):
    first = brought(ONE)
    brought(ONE.replace("2026-12-31", "2027-12-31"))

    report = undone(first).undo_report

    assert (report["records_removed"], report["records_kept"]) == (0, 1)
    assert f"{Contract.objects.get().ends_on}" == "2027-12-31"


def test_a_margin_that_nobody_knows_sets_its_row_aside_and_no_other(brought):
    this = brought("SKU,毛利率\nT1,35%\nT2,-\nT3,－\nT4,/\nT5,.4\n")

    assert dict(ProductCost.objects.values_list("product__code", "margin")) == {"T1": 3500, "T5": 4000}
    assert this.report["quarantined"] == 3


@pytest.mark.parametrize(
    ("written", "day"),
    [("46143", "2026-05-01"), ("202605", "2026-05-01"), ("2026-5", "2026-05-01"), ("2026/05/03", "2026-05-03")],
)
def test_a_day_or_a_month_is_read_however_it_is_written(brought, written, day):
    brought(f"日期,渠道,花费\n{written},抖音,10\n")

    assert f"{MarketingSpend.objects.get().on}" == day


def test_a_renewal_that_was_called_off_is_no_end(brought):
    brought(ONE.replace("生效中", "自动续费已取消"))

    assert not Contract.objects.get().is_cancelled


def test_who_is_told_by_another_column_than_the_first_is_set_aside_without_it(brought):
    columns = {"customer": "客户编号", "phone": "手机号", "amount": "获客成本"}
    mapping = Mapping(Kind.ACQUISITION, columns, keyed_by=("phone",))
    this = brought("客户编号,手机号,获客成本\n7,13812345678,10\n8,,20\n", mapping=mapping)

    assert (this.report["inserted"], this.report["quarantined"]) == (1, 1)


def test_a_customer_is_won_by_several_channels_in_several_months(brought):
    this = brought("客户编号,渠道,获客成本,月份\n7,抖音,10,2026-05\n7,抖音,20,2026-06\n7,门店,5,2026-06\n")

    assert this.report["inserted"] == AcquisitionCost.objects.count() == 3


def test_parts_of_a_key_do_not_run_into_each_other(brought):
    this = brought("商品编码,成本价,生效日期\nA8|2026-01-01,7,\nA8,8,2026-01-01\n")

    assert this.report["inserted"] == ProductCost.objects.count() == 2
