"""How good a source's data is: every figure by hand."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

from shuke.customers import merging
from shuke.customers.merging import Pair
from shuke.customers.models import ContactPoint, Customer, Source
from shuke.intake import queries, services
from shuke.intake.models import SourceQuality
from undoing import undone

pytestmark = pytest.mark.django_db(transaction=True)

MEMBERS = (
    "会员编号,姓名,手机号,邮箱,生日\n"
    "1,王小明,13812345678,a@b.cn,1990-01-01\n"
    "2,李强,138****5678,,1991-02-02\n"
    "3,张三,13912345678,,1830-03-03\n"
    "4,王小明,13812345678,,\n"
)
ORDERS = "订单号,会员编号,下单时间,金额\nA1,1,{day},10\nA2,2,很久以前,20\n"


def measured(**source):
    services.measure(source_id=Source.objects.get(**source).pk, at=now())
    return queries.latest_quality().get()


def test_what_could_not_be_read_or_reaches_somebody_else_counts_against_a_source(brought):
    brought(MEMBERS)
    ContactPoint.objects.filter(kind="email").update(invalid_since=now())

    quality = measured(code="shop")

    assert (quality.rows, quality.rows_as_is) == (4, 2)
    assert (quality.contacts, quality.contacts_unreadable, quality.contacts_invalid) == (4, 1, 1)
    assert (quality.records, quality.records_doubled, quality.records_implausible) == (4, 0, 0)
    assert quality.accuracy == pytest.approx(1 - 2 / 9)


def test_one_person_twice_in_a_source_is_one_too_many(brought):
    brought(MEMBERS)
    first, last = Customer.objects.order_by("pk").first(), Customer.objects.order_by("pk").last()
    merging.merge_all(pairs=[Pair(first.pk, last.pk)], at=now())

    assert measured(code="shop").records_doubled == 1


def test_a_date_that_cannot_be_is_implausible(brought):
    brought(MEMBERS)
    Customer.objects.filter(name="张三").update(birth_year=1830)
    brought(ORDERS.format(day=localdate() + timedelta(days=40)))

    assert measured(code="shop").records_implausible == 2


def test_freshness_is_the_age_of_the_newest_fact(brought):
    this = brought(ORDERS.format(day=localdate() - timedelta(days=3)))

    quality = measured(code="shop")
    assert quality.days_old == 3
    assert this.report["newest_on"] == f"{quality.newest_on}"
    assert quality.accepted == this.accepted == 0.5


def test_a_file_read_again_after_repairs_counts_once(brought):
    this = brought(ORDERS.format(day="2026-01-05"))
    services.repair(row=this.quarantined.get(), cells={"下单时间": "2026-01-06"}, by=None, at=now())
    services.run(import_id=services.repeat_repaired(this=this, by=None, at=now()).pk)

    quality = measured(code="shop")
    assert (quality.rows, quality.rows_as_is) == (2, 2)


def test_a_day_is_measured_once_and_anew(brought):
    brought(MEMBERS)
    measured(code="shop")
    brought(MEMBERS.replace("138****5678", "13812345670"))

    assert measured(code="shop").contacts_unreadable == 0
    assert SourceQuality.objects.count() == 1


def test_dry_runs_and_what_was_undone_do_not_count(brought):
    brought(MEMBERS, dry_run=True)
    undone(brought(MEMBERS))
    services.measure(source_id=Source.objects.get().pk, at=now())

    quality = SourceQuality.objects.get()
    assert (quality.rows, quality.records, quality.accepted, quality.accuracy) == (0, 0, None, None)
    assert not queries.latest_quality().exists()
