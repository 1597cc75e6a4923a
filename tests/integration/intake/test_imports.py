"""What importing promises: idempotent, whole or not at all, corrected with a memory, resumed after any kill."""

import threading
from datetime import date

import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

import shop
from shuke.core.models import AuditEntry
from shuke.customers import merging
from shuke.customers.merging import Pair
from shuke.customers.models import ContactPoint, Customer, CustomerTag, Identity
from shuke.history.models import Interaction, MonthMark, Order, OrderEvent, OrderLine
from shuke.intake import queries, services, staging
from shuke.intake.fields import Kind
from shuke.intake.mapping import Mapping, NoCustomerKey
from shuke.intake.models import BeforeImage, Import, QuarantinedRow
from shuke.intake.parsing.parent import NoRows, ParserDied
from shuke.intake.reading.texts import QuoteLeftOpen
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = "订单号,会员卡号,下单时间,实付金额,订单状态,退款金额\n"
LINES = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID\n"
MEMBERS = "会员卡号,姓名,手机号,邮箱,生日,注册日期,标签\n"
LOG = "工单号,会员卡号,时间,渠道,内容,满意度\n"


def counts(report):
    return tuple(report[part] for part in ("rows_in", "inserted", "updated", "unchanged", "quarantined"))


def warned(report):
    return {told["code"]: told["count"] for told in report["warnings_by"]}


def test_rows_that_cannot_be_taken_wait_encrypted_with_their_reasons(imported):
    report = imported(ORDERS + "A1,7,2026-01-05,10,已完成,\nA2,7,someday,13800138000,已完成,\n")
    assert counts(report) == (2, 1, 0, 0, 1)
    (this,) = queries.history()
    ((row, text),) = queries.quarantined(this)
    assert (row.line, text) == (3, "A2,7,someday,13800138000,已完成,")
    assert row.problems == [{"code": "time_unreadable", "column": "下单时间"}]
    assert b"13800138000" not in bytes(row.text)
    assert not list(queries.faults())


def test_an_order_knows_its_customer_day_and_money_and_marks_its_month(imported):
    imported(ORDERS + "A1,7,2026-01-31 23:30,10.5,已完成,\nA2,,2026-02-01,3,已完成,\n")
    of_somebody, of_nobody = Order.objects.order_by("source_key")
    assert of_somebody.identity.source_key == "7"
    assert of_somebody.ordered_at.isoformat() == "2026-01-31T15:30:00+00:00"
    assert (of_somebody.ordered_on, of_somebody.amount) == (date(2026, 1, 31), 1050)
    assert of_nobody.identity is None
    assert sorted(MonthMark.objects.values_list("month", flat=True)) == [date(2026, 1, 1), date(2026, 2, 1)]


def test_the_same_file_again_changes_nothing(imported):
    text = LINES + "1,A,Ant,2,2026-01-05,1.50,7\n1,A,Ant,2,2026-01-05,1.50,7\n1,B,Bee,1,2026-01-05,2,7\n"
    first = imported(text)
    MonthMark.objects.all().delete()
    again = imported(text)
    assert counts(first) == (3, 3, 0, 0, 0)
    assert counts(again) == (3, 0, 0, 3, 0)
    assert warned(first) == {"lines_alike": 1}
    assert OrderLine.objects.count() == 3
    assert not MonthMark.objects.exists()
    assert not BeforeImage.objects.exists()


def test_a_corrected_order_is_replaced_as_a_whole_and_its_old_form_kept(imported):
    imported(LINES + "1,A,Ant,2,2026-01-05,1.50,7\n1,B,Bee,1,2026-01-05,2,7\n2,A,Ant,1,2026-01-06,1.50,8\n")
    report = imported(LINES + "1,A,Ant,5,2026-01-05,1.50,7\n2,A,Ant,1,2026-01-06,1.50,8\n")
    assert counts(report) == (2, 0, 1, 1, 0)
    assert list(Order.objects.order_by("source_key").values_list("amount", flat=True)) == [750, 150]
    assert OrderLine.objects.filter(order__source_key="1").count() == 1
    image = BeforeImage.objects.get()
    assert image.body["order"]["amount"] == 500
    assert [line["ordinal"] for line in image.body["lines"]] == [1, 2]


def test_an_order_whose_lines_alone_changed_is_corrected(imported):
    imported(LINES + "1,A,Ant,2,2026-01-05,1.50,7\n1,B,Bee,1,2026-01-05,2,7\n")
    report = imported(LINES + "1,A,Ant,1,2026-01-05,1,7\n1,B,Bee,2,2026-01-05,2,7\n")
    assert counts(report) == (2, 0, 2, 0, 0)
    assert [int(line.quantity) for line in OrderLine.objects.order_by("ordinal")] == [1, 2]


def test_of_several_timestamps_an_order_keeps_the_first(imported):
    imported(LINES + "1,A,Ant,1,2026-01-05 10:01,1,7\n1,B,Bee,1,2026-01-05 10:00,1,7\n")
    assert Order.objects.get().ordered_at.isoformat() == "2026-01-05T02:00:00+00:00"


def test_returns_of_their_own_are_negative_documents(imported):
    report = imported(LINES + "C1,A,Ant,-2,2026-01-05,1.50,7\n")
    assert (Order.objects.get().kind, Order.objects.get().amount) == ("return", -300)
    assert (report["by_status"], report["customers"], report["net_amount"]) == ({"returned": 1}, 0, -3.0)


def test_what_happened_later_is_a_fact_of_its_own_day(imported):
    imported(ORDERS + "A1,7,2026-01-05,10,已完成,\nA2,8,2026-01-05,20,交易关闭,20\nA3,9,2026-01-05,5,待付款,\n")
    report = imported(
        ORDERS + "A1,7,2026-01-05,10,已完成,4\nA2,8,2026-01-05,20,交易关闭,20\nA3,9,2026-01-05,5,已完成,\n"
    )
    assert counts(report) == (3, 0, 2, 1, 0)
    assert report["by_status"] == {"paid": 2, "refunded": 1}
    assert report["net_amount"] == 11.0
    events = OrderEvent.objects.order_by("order__source_key", "kind")
    assert [(event.order.source_key, event.kind, event.amount) for event in events] == [
        ("A1", "refund", 400),
        ("A2", "cancellation", 2000),
        ("A2", "refund", 2000),
    ]
    assert all(event.dated_by_import for event in events)
    assert Order.objects.get(source_key="A3").amount == 500


def test_a_refund_that_the_source_takes_back_is_gone_with_a_memory(imported):
    imported(ORDERS + "A1,7,2026-01-05,10,已完成,4\n")
    report = imported(ORDERS + "A1,7,2026-01-05,10,已完成,0\n")
    assert counts(report) == (1, 0, 1, 0, 0)
    assert not OrderEvent.objects.exists()
    assert BeforeImage.objects.get().body["events"][0]["amount"] == 400


def test_a_repeated_order_number_is_one_order(imported):
    report = imported(ORDERS + "A1,7,2026-01-05,10,已完成,\nA1,7,2026-01-05,10,已完成,\n")
    assert counts(report) == (2, 1, 0, 1, 0)
    assert warned(report) == {"order_repeated": 1}


def test_members_come_with_contacts_that_only_the_key_ring_opens(imported):
    imported(MEMBERS + '7,单小明,138 0013 8000,Ming@Example.com,农历1990-08-15,2024-03-01,"喜茶,常客"\n')
    customer = Customer.objects.get()
    assert (customer.name, customer.pinyin, customer.initials) == ("单小明", "shan xiao ming", "sxm")
    assert (customer.birth_year, customer.birth_month, customer.birth_day, customer.birth_calendar) == (
        1990,
        8,
        15,
        "lunar",
    )
    assert customer.registered_on == date(2024, 3, 1)
    assert set(CustomerTag.objects.values_list("tag__name", flat=True)) == {"喜茶", "常客"}
    ring, field = settings.KEY_RING, ContactPoint.FIELD
    points = {point.kind: ring.decrypt(point.value, field=field) for point in ContactPoint.objects.all()}
    assert points == {"phone": "+8613800138000", "email": "ming@example.com"}
    phone = ring.blind_index("+8613800138000", field=field)
    assert ContactPoint.objects.get(blind_index=phone).identity.customer == customer


def test_a_corrected_profile_keeps_what_the_file_does_not_tell(imported):
    imported(MEMBERS + "7,王明,13800138000,,1990-08-15,2024-03-01,\n8,李雷,,,,,\n9,韩梅,,,,,\n")
    text = MEMBERS + "7,王小明,13800138000,,,,\n8,李雷,13900139000,,,,\n9,韩梅,,,,,\n"
    assert counts(imported(text)) == (3, 0, 2, 1, 0)
    assert counts(imported(text)) == (3, 0, 0, 3, 0)
    customer = Customer.objects.get(identities__source_key="7")
    assert (customer.name, customer.birth_day, customer.version) == ("王小明", 15, 2)
    assert BeforeImage.objects.get().body["name"] == "王明"


def test_orders_name_the_nameless_and_nobody_else(imported):
    imported(ORDERS + "A1,7,2026-01-05,10,已完成,\n")
    imported(MEMBERS + "8,李雷,,,,,\n")
    imported("订单号,会员卡号,下单时间,实付金额,收货人姓名\nA2,7,2026-01-06,10,王明\nA3,8,2026-01-06,10,王明\n")
    names = dict(Identity.objects.values_list("source_key", "customer__name"))
    assert names == {"7": "王明", "8": "李雷"}


def test_a_customer_known_by_phone_only_is_keyed_without_telling_the_number(imported):
    imported("订单号,手机号,下单时间,实付金额\nA1,13800138000,2026-01-05,10\nA2,+86 138-0013-8000,2026-01-06,10\n")
    identity = Identity.objects.get()
    assert identity.source_key.startswith("phone:")
    assert "13800138000" not in identity.source_key
    assert identity.orders.count() == 2


def test_an_interaction_that_is_told_otherwise_is_a_new_row_that_names_the_old(imported):
    imported(LOG + "T1,7,2026-01-05,电话,好,5\nT2,7,2026-01-05,微信,好,\n")
    text = LOG + "T1,7,2026-01-05,电话,不好,1\nT2,7,2026-01-05,微信,好,\n"
    assert counts(imported(text)) == (2, 0, 1, 1, 0)
    assert counts(imported(text)) == (2, 0, 0, 2, 0)
    first, corrected = Interaction.objects.filter(channel="phone").order_by("id")
    assert (corrected.corrects, corrected.note, corrected.satisfaction) == (first, "不好", 1)


def test_a_call_that_reached_nobody_is_told_as_such_whatever_the_log_calls_it(imported):
    rows = "T1,7,2026-01-05,未接通\nT2,7,2026-01-06,Line busy\nT3,7,2026-01-07,\nT4,7,2026-01-08,转给同事\n"
    text = "工单号,会员卡号,时间,结果\n" + rows
    imported(text)
    outcomes = Interaction.objects.order_by("source_key").values_list("outcome", flat=True)
    assert list(outcomes) == ["no_answer", "busy", "", "转给同事"]
    assert counts(imported(text)) == (4, 0, 0, 4, 0)


def test_a_log_without_numbers_is_known_again_by_what_it_says(imported):
    text = "会员卡号,时间,渠道,内容\n7,2026-01-05,电话,好\n7,2026-01-05,电话,好\n7,2026-01-06,电话,好\n"
    assert counts(imported(text)) == (3, 3, 0, 0, 0)
    assert counts(imported(text)) == (3, 0, 0, 3, 0)


def test_a_dry_run_reports_and_leaves_nothing(imported):
    report = imported(ORDERS + "A1,7,2026-01-05,10,已完成,\n", dry_run=True)
    assert counts(report) == (1, 1, 0, 0, 0)
    assert not Order.objects.exists()
    assert not Identity.objects.exists()
    assert not AuditEntry.objects.exists()


def test_one_import_is_one_audit_entry(imported):
    imported(ORDERS + "A1,7,2026-01-05,10,已完成,\n")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject_id) == ("import.applied", Import.objects.get().pk)
    assert entry.details["inserted"] == 1


def test_a_file_that_proves_unfit_leaves_nothing_and_says_why(imported):
    with pytest.raises(QuoteLeftOpen):
        imported(ORDERS + 'A1,7,2026-01-05,10,已完成,\nA2,7,2026-01-05,10,"已完成,\n')
    this = Import.objects.get()
    assert (this.status, this.failure["code"], this.failure["params"]["line"]) == ("failed", "quote_left_open", 3)
    assert not Order.objects.exists()
    assert not staging_tables()


def test_a_file_without_customers_is_refused_before_anything_is_noted(imported):
    with pytest.raises(NoCustomerKey):
        imported("订单号,下单时间,实付金额\nA1,2026-01-05,10\n", kind="orders")
    assert not Import.objects.exists()


def test_a_file_of_column_names_alone_is_refused_before_anything_is_noted(imported):
    with pytest.raises(NoRows):
        imported(ORDERS)
    assert not Import.objects.exists()


def test_a_mapping_by_hand_is_followed_and_what_it_leaves_out_is_not_stored(imported):
    columns = {"order": "a", "customer": "b", "at": "c", "amount": "d"}
    imported("a,b,c,d,e\n1,7,2026-01-05,10,secret\n", mapping=Mapping(Kind.ORDERS, columns))
    assert Order.objects.get().amount == 1000


def test_a_file_that_changed_under_way_is_refused(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS + "A1,7,2026-01-05,10,已完成,\n")
    this = services.begin(path=path)
    path.write_text(ORDERS + "A1,7,2026-01-05,99,已完成,\n")
    with pytest.raises(services.FileChanged):
        services.run(import_id=this.pk)


def test_a_kept_upload_is_imported_from_its_ciphertext(tmp_path):
    text = tmp_path / "orders.csv"
    text.write_text(ORDERS + "A1,7,2026-01-05,10,已完成,\n")
    with text.open("rb") as upload:
        path, key = services.keep(upload)
    this = services.begin(path=path, key=key, name="订单.csv")
    assert services.run(import_id=this.pk).report["inserted"] == 1
    assert this.file_name == "订单.csv"
    assert b"A1" not in path.read_bytes()


def test_a_parser_that_is_killed_loses_nothing(tmp_path, monkeypatch):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS + "A1,7,2026-01-05,10,已完成,\n")
    this = services.begin(path=path)
    with monkeypatch.context() as patch:
        patch.setattr("sys.executable", "/bin/false")
        with pytest.raises(ParserDied):
            services.run(import_id=this.pk)
    assert Import.objects.get().status == "failed"
    again = services.begin(path=path)
    assert services.run(import_id=again.pk).report["inserted"] == 1


def test_the_same_file_twice_at_once_is_one_import(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS + "".join(f"A{number},{number},2026-01-05,10,已完成,\n" for number in range(5_000)))
    this = services.begin(path=path)
    assert services.begin(path=path) == this
    reports = at_once(lambda: services.run(import_id=this.pk), lambda: services.run(import_id=this.pk))
    assert [report["inserted"] for report in reports] == [5_000, 5_000]
    assert AuditEntry.objects.count() == 1


def test_two_files_of_one_source_at_once_do_not_make_anybody_twice(tmp_path):
    begun = []
    for name in "ab":
        path = tmp_path / f"{name}.csv"
        path.write_text(ORDERS + "".join(f"A{number},{number},2026-01-05,10,{name},\n" for number in range(3_000)))
        begun.append(services.begin(path=path).pk)
    reports = at_once(*(lambda pk=pk: services.run(import_id=pk) for pk in begun))
    assert sorted(counts(report) for report in reports) == [(3_000, 0, 3_000, 0, 0), (3_000, 3_000, 0, 0, 0)]
    assert Order.objects.count() == Identity.objects.count() == 3_000


def at_once(*acts):
    """The reports of imports that run at the same time."""
    reports = []

    def act(do):
        try:
            reports.append(do().report)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=[do]) for do in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return reports


def staging_tables():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'staging'")
        return cursor.fetchall()


def test_a_dead_import_makes_room_for_one_that_reads_the_file_otherwise(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("订单号,会员卡号,手机号,下单时间,实付金额,总价\nA1,7,13800138000,2026-01-05,10,12\n")
    dead = services.begin(path=path)
    columns = {**dead.mapping["columns"], "amount": "总价"}
    this = services.begin(path=path, mapping=Mapping(Kind.ORDERS, columns))
    dead.refresh_from_db()
    assert (dead.status, dead.failure["code"]) == ("failed", "import_reads_otherwise")
    services.run(import_id=this.pk)
    assert Order.objects.get().amount == 1200


def test_buyers_known_by_nickname_alone_are_called_by_it(imported):
    imported("订单号,买家昵称,下单时间,实付金额\nA1,爱喝茶的小雨,2026-01-05,10\nA2,tb88231,2026-01-06,10\n")
    assert set(Customer.objects.values_list("name", "initials")) == {("爱喝茶的小雨", "ahcdxy"), ("", "")}
    imported(MEMBERS + "爱喝茶的小雨,刘小雨,,,,,\n")
    imported("订单号,买家昵称,下单时间,实付金额\nA3,爱喝茶的小雨,2026-02-05,10\n")
    assert Customer.objects.filter(name="刘小雨").count() == 1


@pytest.mark.parametrize(
    ("rows", "amounts"),
    [
        pytest.param(("B1,P1,2,10,18", "B1,P2,1,5,18", "B2,P1,1,10,9"), [1_800, 900], id="of-the-order-on-every-line"),
        pytest.param(("B1,P1,2,10,18", "B1,P2,1,5,", "B2,P1,1,10,9"), [1_800, 900], id="of-the-order-on-the-first"),
        pytest.param(("B1,P1,2,10,18", "B1,P2,1,5,4", "B2,P1,1,10,9"), [2_200, 900], id="of-each-line"),
        pytest.param(("B1,P1,2,5,10", "B1,P2,1,10,10", "B2,P1,1,10,10"), [2_000, 1_000], id="quantity-times-price"),
        pytest.param(("B1,P1,2,10,", "B1,P2,1,5,", "B2,P1,1,10,"), [2_500, 1_000], id="not-said"),
    ],
)
def test_what_was_paid_counts_before_quantity_times_price(imported, rows, amounts):
    text = "订单号,商品编码,数量,单价,实付金额,会员卡号,下单时间\n" + "".join(f"{row},7,2026-01-05\n" for row in rows)
    report = imported(text)
    assert (report["inserted"], report["quarantined"]) == (3, 0)
    assert list(Order.objects.order_by("source_key").values_list("amount", flat=True)) == amounts
    assert imported(text)["unchanged"] == 3


def test_a_member_who_was_merged_does_not_take_turns_with_the_one_who_was_kept(imported):
    members = "会员编号,姓名,手机号,生日\n1,王小明,13812345678,1990-01-02\n2,王晓明,13812345678,1991-01-02\n"
    imported(members)
    kept, absorbed = (identity.customer for identity in Identity.objects.order_by("source_key"))
    admin = shop.user("admin", Role.ADMINISTRATOR)
    merging.merge(pair=Pair(kept.pk, absorbed.pk), by=admin, at=timezone.now())
    report = imported(members)
    assert (report["updated"], report["unchanged"]) == (0, 2)
    kept.refresh_from_db()
    assert (kept.name, kept.birth_year) == ("王小明", 1990)


@pytest.mark.parametrize("status", [Import.Status.READING, Import.Status.APPLYING])
def test_a_crash_of_the_database_that_empties_what_was_read_loses_no_row(tmp_path, status):
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS + "".join(f"A{number},7,2026-01-05,10,已完成,\n" for number in range(50)) + "B,7,?,1,,\n")
    this = services.begin(path=path)
    staging.create(this)
    this.status, this.chunks, this.rows_read = status, 1, 51
    this.save()
    QuarantinedRow.objects.create(of_import=this, line=52, problems=[], text=b"")
    done = services.run(import_id=this.pk)
    assert counts(queries.report(done)) == (51, 50, 0, 0, 1)
    assert Order.objects.count() == 50
