"""An import is taken back whole, as far as nobody has changed since what it wrote."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection
from django.utils import timezone

import shop
from shuke.core.models import AuditEntry
from shuke.core.registries import invariants
from shuke.customers import merging
from shuke.customers import services as customers
from shuke.customers.merging import Pair
from shuke.customers.models import Customer, Identity
from shuke.followups.models import FollowUp
from shuke.history.models import Behaviour, Interaction, MonthMark, Order
from shuke.intake import live, queries, services
from shuke.intake.fields import Kind
from shuke.intake.models import Import
from shuke.staff.rights import Role
from undoing import content, undone

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = "订单号,会员卡号,姓名,手机号,下单时间,实付金额,订单状态,退款金额\n"
FIRST = ORDERS + "A1,7,王小明,13812345678,2026-01-05,10.00,交易成功,\nA2,8,李强,,2026-02-06,20.00,交易成功,\n"
SECOND = (
    ORDERS
    + "A1,7,王小明,13812345679,2026-01-05,12.00,交易成功,\n"
    + "A2,8,李强,,2026-03-07,20.00,交易成功,20.00\n"
    + "A3,9,张三,13912345678,2026-04-08,30.00,交易成功,\n"
)
LINES = "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID\n"
MEMBERS = "会员编号,姓名,手机号,生日,标签\n"
LOG = "记录编号,会员编号,时间,渠道,结果,内容\n"


def follow_up(customer, owner):
    day = timezone.localdate()
    return FollowUp.objects.create(
        customer=customer,
        cause="cadence",
        owner=owner,
        due_on=day,
        overdue_on=day,
        policy_version=1,
        created_at=timezone.now(),
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(FIRST, SECOND, id="orders-new-and-corrected"),
        pytest.param(
            LINES + "B1,P1,2,2026-01-05,1.50,7\nB1,P2,1,2026-01-05,2.00,7\n",
            LINES + "B1,P1,3,2026-01-05,1.50,7\nB2,P9,1,2026-01-06,2.00,8\n",
            id="lines-replaced",
        ),
        pytest.param(
            MEMBERS + "7,王小明,13812345678,1990-01-02,VIP\n",
            MEMBERS + "7,王晓明,13812345679,1991-01-02,老客;VIP\n8,李强,,,新\n",
            id="profiles-contacts-and-tags",
        ),
        pytest.param(
            LOG + "1,7,2026-01-05,电话,接通,你好\n",
            LOG + "1,7,2026-01-05,电话,未接,改过\n2,7,2026-01-06,电话,接通,二\n3,9,2026-01-06,电话,接通,三\n",
            id="contacts-new-and-corrected",
        ),
    ],
)
def test_after_undo_everything_is_as_it_was(brought, first, second):
    brought(first)
    before = content()
    this = brought(second)
    assert content() != before
    undone(this)
    assert content() == before
    assert undone(brought(second)).status == Import.Status.UNDONE
    assert content() == before


def test_a_first_import_leaves_nothing_behind_and_marks_its_months(brought):
    this = brought(FIRST)
    MonthMark.objects.all().delete()
    report = undone(this).undo_report
    assert content() is None
    assert (report["orders_removed"], report["customers_removed"], report["customers_kept"]) == (2, 2, 0)
    assert {f"{mark.month:%Y-%m}" for mark in MonthMark.objects.all()} == {"2026-01", "2026-02"}


def test_what_a_later_import_has_changed_stays_and_is_counted(brought):
    first = brought(FIRST)
    brought(SECOND)
    report = undone(first).undo_report
    assert (report["orders_removed"], report["orders_kept"]) == (0, 2)
    assert set(Order.objects.values_list("source_key", "amount")) == {("A1", 1_200), ("A2", 2_000), ("A3", 3_000)}


def test_once_the_later_import_is_undone_the_earlier_one_can_be_too(brought):
    first, second = brought(FIRST), brought(SECOND)
    undone(second)
    undone(first)
    assert content() is None


def test_a_profile_that_somebody_has_edited_since_stays(brought):
    brought(MEMBERS + "7,王小明,,,\n")
    this = brought(MEMBERS + "7,王晓明,,,\n")
    customer = Customer.objects.get()
    admin = shop.user("admin", Role.ADMINISTRATOR)
    customers.edit_profile(customer=customer, version=customer.version, by=admin, at=timezone.now(), name="王大明")
    report = undone(this).undo_report
    assert (report["profiles_restored"], report["profiles_kept"]) == (0, 1)
    assert Customer.objects.get().name == "王大明"


def test_customers_people_have_worked_with_stay_and_untouched_follow_ups_go(brought):
    this = brought(FIRST)
    agent = shop.user("agent")
    worked, untouched = Customer.objects.order_by("pk")
    done = follow_up(worked, agent)
    done.close("reached", by=agent, at=timezone.now())
    follow_up(untouched, agent)
    report = undone(this).undo_report
    assert (report["customers_removed"], report["customers_kept"]) == (1, 1)
    assert list(Customer.objects.all()) == [worked]
    assert list(FollowUp.objects.all()) == [done]


def test_another_sources_facts_of_a_customer_are_untouched(brought):
    this = brought(FIRST)
    seven = Identity.objects.get(source_key="7")
    other = Identity.objects.create(source=shop.source("till"), source_key="T-7", customer=seven.customer)
    undone(this)
    assert list(Identity.objects.all()) == [other]
    assert list(Customer.objects.all()) == [seven.customer]


def test_an_import_is_undone_once_and_a_dry_run_never(brought, tmp_path):
    this = undone(brought(FIRST))
    with pytest.raises(services.NotUndoable):
        services.ask_undo(this=this, by=None, at=timezone.now())
    with pytest.raises(services.NotUndoable):
        services.ask_undo(this=brought(FIRST, dry_run=True), by=None, at=timezone.now())
    assert services.undo(import_id=this.pk).undone_at == this.undone_at
    told = AuditEntry.objects.filter(action__startswith="import.und").order_by("pk")
    assert [entry.action for entry in told] == ["import.undo_asked", "import.undone"]


def test_a_contact_goes_only_with_an_import_that_is_being_undone(brought):
    this = brought(LOG + "1,7,2026-01-05,电话,接通,你好\n")
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match="is not being undone"):
            cursor.execute("SELECT undo_interactions(%s)", [this.pk])
        cursor.execute("SELECT set_config('shuke.undoing', %s, false)", [str(this.pk)])
        with pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute("DELETE FROM interaction")
    assert Interaction.objects.count() == 1


def test_the_report_of_an_undone_import_is_still_there(brought):
    this = undone(brought(FIRST))
    assert queries.report(this)["rows_in"] == 2
    assert not list(queries.faults())


def test_customers_who_were_merged_go_with_their_import_and_stay_with_anothers(brought):
    first = brought(MEMBERS + "5,赵六,13700000005,,\n")
    this = brought(MEMBERS + "7,王小明,13812345678,,\n8,王小明,13812345678,,\n9,赵六,13700000005,,\n")
    by_key = {identity.source_key: identity.customer for identity in Identity.objects.all()}
    admin = shop.user("admin", Role.ADMINISTRATOR)
    for kept, absorbed in (("7", "8"), ("5", "9")):
        merging.merge(pair=Pair(by_key[kept].pk, by_key[absorbed].pk), by=admin, at=timezone.now())
    undone(this)
    assert set(Identity.objects.values_list("source_key", flat=True)) == {"5", "9"}
    assert {identity.customer for identity in Identity.objects.all()} == {by_key["5"]}
    assert [fault for check in invariants for fault in check()] == []
    assert undone(first).undo_report["customers_removed"] == 0


def did(*keys, customer="7"):
    """What a customer of the shop does, told live."""
    acts = [
        {"key": key, "customer": customer, "at": "2026-05-06T10:00:00+08:00", "kind": "view", "subject": "/tea"}
        for key in keys
    ]
    records = [live.read(sent, index=index, kind=Kind.BEHAVIOURS) for index, sent in enumerate(acts)]
    live.receive(source="shop", records=records, at=timezone.now())
    return Import.objects.filter(kind="behaviours").latest("pk")


def test_customers_who_have_done_something_in_the_shop_outlive_the_import_that_brought_them(brought):
    this = brought(FIRST, source="shop")
    did("E1")
    report = undone(this).undo_report
    assert list(Customer.objects.values_list("name", flat=True)) == ["王小明"]
    assert (report["customers_removed"], Behaviour.objects.count()) == (1, 1)


def test_behaviour_goes_with_the_day_that_brought_it_and_so_does_whom_it_brought(brought):
    brought(FIRST, source="shop")
    before = content()
    did("E1", "E2")
    day = did("E3", customer="newcomer")
    MonthMark.objects.all().delete()
    report = undone(day).undo_report
    assert content() == before
    assert (report["behaviours_removed"], report["customers_removed"]) == (3, 1)
    assert {str(mark) for mark in MonthMark.objects.all()} == {"2026-05"}


def test_what_came_live_after_a_file_stays_though_the_day_had_corrected_it_before(brought):
    def sells(amount):
        record = {"key": "A1", "customer": "7", "at": "2026-01-05", "amount": amount}
        live.receive(source="shop", records=[live.read(record, index=0, kind=Kind.ORDERS)], at=timezone.now())

    brought(FIRST)
    sells("11.00")
    file = brought(ORDERS + "A1,7,王小明,13812345678,2026-01-05,12.00,交易成功,\n")
    sells("13.00")

    report = undone(file).undo_report

    assert (report["orders_restored"], report["orders_kept"]) == (0, 1)
    assert Order.objects.get(source_key="A1").amount == 1_300


def test_what_stayed_goes_once_nothing_hangs_on_it_whatever_the_order_of_undoing(brought):
    empty = content()
    first, second = brought(FIRST), brought(SECOND)
    assert undone(first).undo_report["orders_kept"] == 2

    undone(second)
    again = undone(Import.objects.get(pk=first.pk))

    assert content() == empty
    assert (again.undo_report["orders_kept"], again.undo_report["orders_removed"]) == (0, 2)
    with pytest.raises(services.NotUndoable):
        undone(Import.objects.get(pk=first.pk))
