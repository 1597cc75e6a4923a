"""What writing over the API promises: the meaning of files, an answer for each item, and nothing by halves."""

from datetime import date

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from integration.api.conftest import order, problems, results
from shuke.core.models import AuditEntry
from shuke.customers.models import ContactPoint, Customer, CustomerTag, Identity
from shuke.history.models import Behaviour, CustomerMark, Interaction, MonthMark, Order, OrderEvent, OrderLine
from shuke.history.queries import last_contacts
from shuke.intake import queries, services
from shuke.intake.live import work
from shuke.intake.models import BeforeImage, Import
from shuke.staff.models import Store
from shuke.staff.rights import Scope

pytestmark = pytest.mark.django_db


def contact(key="C1", **more):
    return {"key": key, "customer": "7", "at": "2026-11-04T10:00:00+08:00", "channel": "电话", "note": "好", **more}


def test_an_order_knows_its_customer_day_and_money_and_leaves_its_marks(till):
    (answer,) = till.send("orders", order(at="2026-01-31T23:30:00", store="人民路店", channel="门店"))
    assert answer == {"index": 0, "key": "A1", "result": "inserted", "problems": []}
    made = Order.objects.get()
    assert (made.source.code, made.identity.source_key, made.amount) == ("till", "7", 1050)
    assert made.ordered_at.isoformat() == "2026-01-31T15:30:00+00:00"
    assert (made.ordered_on, made.store, made.channel) == (date(2026, 1, 31), Store.objects.get(), "门店")
    assert list(MonthMark.objects.values_list("month", flat=True)) == [date(2026, 1, 1)]
    assert list(CustomerMark.objects.values_list("identity_id", flat=True)) == [made.identity_id]


def test_the_same_batch_again_changes_nothing(till):
    batch = [order(), order("A2", customer=None), order("A3", refund="2")]
    assert results(till.send("orders", *batch)) == ["inserted"] * 3
    MonthMark.objects.all().delete()
    CustomerMark.objects.all().delete()
    trail = AuditEntry.objects.count()
    assert results(till.send("orders", *batch)) == ["unchanged"] * 3
    assert Order.objects.count() == 3
    assert not MonthMark.objects.exists()
    assert not CustomerMark.objects.exists()
    assert AuditEntry.objects.count() == trail


def test_an_order_without_customer_is_revenue_of_nobody(till):
    assert results(till.send("orders", order(customer=None), order("A2", customer="无"))) == ["inserted"] * 2
    assert list(Order.objects.values_list("identity", flat=True)) == [None, None]
    assert not Customer.objects.exists()


def test_a_corrected_order_keeps_its_old_form(till):
    till.send("orders", order())
    CustomerMark.objects.all().delete()
    assert results(till.send("orders", order(amount="12", customer="8"))) == ["updated"]
    assert (Order.objects.get().amount, BeforeImage.objects.get().body["order"]["amount"]) == (1200, 1050)
    marked = Identity.objects.filter(pk__in=CustomerMark.objects.values("identity_id"))
    assert set(marked.values_list("source_key", flat=True)) == {"7", "8"}


def test_a_refund_is_a_fact_of_its_own_day_and_silence_about_it_says_nothing(till):
    till.send("orders", order(refund="4", refunded_at="2026-11-10T09:00:00+08:00"))
    event = OrderEvent.objects.get()
    assert (event.kind, event.amount, event.happened_on, event.dated_by_import) == (
        "refund",
        400,
        date(2026, 11, 10),
        False,
    )
    assert results(till.send("orders", order())) == ["unchanged"]
    assert OrderEvent.objects.count() == 1
    assert results(till.send("orders", order(refund="0"))) == ["updated"]
    assert not OrderEvent.objects.exists()


def test_one_batch_may_hold_orders_that_tell_different_things(till):
    till.send("orders", order("A1", status="交易成功", refund="1"), order("A2", status="交易成功"))
    again = [order("A1"), order("A2", status="交易关闭"), order("A3", channel="门店"), order("A4", status="未付款")]
    assert results(till.send("orders", *again)) == ["unchanged", "updated", "inserted", "inserted"]
    assert [event.kind for event in OrderEvent.objects.order_by("order__source_key")] == ["refund", "cancellation"]
    assert Order.objects.get(source_key="A1").status == "交易成功"
    assert Order.objects.get(source_key="A4").amount == 0


def test_lines_make_the_amount_of_their_order(till):
    line = {"product": "T", "product_name": "茶", "quantity": "0.333", "unit_price": "15.015"}
    other = {"product_name": "Cup", "quantity": 2, "unit_price": "59"}
    till.send("orders", order(amount=None, lines=[line, other]))
    made = Order.objects.get()
    assert [(each.ordinal, each.amount, each.unit_price) for each in made.lines.order_by("ordinal")] == [
        (1, 500, 150_150),
        (2, 11_800, 590_000),
    ]
    assert made.amount == 12_300
    assert results(till.send("orders", order(amount=None, lines=[other]))) == ["updated"]
    assert OrderLine.objects.count() == 1


def test_a_return_is_a_document_of_its_own(till):
    till.send("orders", order(amount="-3"))
    assert (Order.objects.get().kind, Order.objects.get().amount) == ("return", -300)


def test_records_of_one_key_are_written_one_after_the_other(till):
    answers = till.send("orders", order(), order(amount="11"), order("A2"), order(amount="11"))
    assert results(answers) == ["inserted", "updated", "inserted", "unchanged"]
    assert Order.objects.get(source_key="A1").amount == 1100


def test_a_customer_comes_with_contacts_that_only_the_key_ring_opens(till):
    told = {"key": "7", "name": "单小明", "phone": "138 0013 8000", "email": "Ming@Example.com"}
    more = {"birthday": "lunar 1990-08-15", "registered": "2024-03-01", "tags": ["喜茶", "常客"]}
    assert results(till.send("customers", told | more)) == ["inserted"]
    customer = Customer.objects.get()
    assert (customer.name, customer.pinyin, customer.initials) == ("单小明", "shan xiao ming", "sxm")
    assert (customer.birth_month, customer.birth_calendar, customer.registered_on) == (8, "lunar", date(2024, 3, 1))
    assert set(CustomerTag.objects.values_list("tag__name", flat=True)) == {"喜茶", "常客"}
    ring = settings.KEY_RING
    points = {point.kind: ring.decrypt(point.value, field=ContactPoint.FIELD) for point in ContactPoint.objects.all()}
    assert points == {"phone": "+8613800138000", "email": "ming@example.com"}
    assert results(till.send("customers", {"key": "7", "name": "单小明"})) == ["unchanged"]
    assert results(till.send("customers", {"key": "7", "phone": "13900139000"})) == ["updated"]
    assert ContactPoint.objects.count() == 3


def test_what_people_type_may_be_unreadable_and_is_left_out_with_a_word(till):
    told = {"key": "7", "name": "王明", "phone": "138****8000", "email": "nobody", "birthday": "2023-02-30"}
    (answer,) = till.send("customers", told)
    assert answer["result"] == "inserted"
    assert problems(answer) == [
        ("phone_masked", "phone"),
        ("email_unreadable", "email"),
        ("birthday_unreadable", "birthday"),
    ]
    assert not ContactPoint.objects.exists()


def test_a_contact_that_is_told_otherwise_is_a_new_row_that_names_the_old(till):
    assert results(till.send("interactions", contact(satisfaction=5, direction="呼入"))) == ["inserted"]
    assert results(till.send("interactions", contact(satisfaction=1, direction="呼入"))) == ["updated"]
    assert results(till.send("interactions", contact(satisfaction=1, direction="呼入"))) == ["unchanged"]
    first, corrected = Interaction.objects.order_by("id")
    assert (first.channel, first.direction, corrected.corrects, corrected.satisfaction) == ("phone", "in", first, 1)


def test_events_of_all_kinds_come_in_one_batch(till):
    batch = [
        {"type": "interaction", **contact()},
        {"type": "order", **order()},
        {"type": "customer", "key": "7", "name": "王明"},
        {"type": "visit", "key": "V"},
        "nonsense",
    ]
    answers = till.send("events", *batch)
    assert results(answers) == ["inserted", "inserted", "inserted", "refused", "refused"]
    assert [answer["index"] for answer in answers] == [0, 1, 2, 3, 4]
    assert problems(answers[3]) == [("type_unknown", "type")]
    assert Customer.objects.get().name == "王明"


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        pytest.param(order(amount="NaN"), ("number_unreadable", "amount"), id="nan"),
        pytest.param(order(amount="Infinity"), ("number_unreadable", "amount"), id="infinity"),
        pytest.param(order(amount=10.5), ("wrong_type", "amount"), id="binary-fraction"),
        pytest.param(order(amount=True), ("wrong_type", "amount"), id="boolean"),
        pytest.param(order(amount="1e3"), ("number_unreadable", "amount"), id="e-notation"),
        pytest.param(order(amount="1000000000000"), ("number_too_large", "amount"), id="too-much"),
        pytest.param(order(amount=10**30), ("number_too_large", "amount"), id="far-too-much"),
        pytest.param(order(amount=None), ("amount_or_lines", ""), id="no-amount"),
        pytest.param(order(amount=None, lines=[]), ("amount_or_lines", ""), id="no-lines"),
        pytest.param(order(at="yesterday"), ("time_unreadable", "at"), id="no-time"),
        pytest.param(order(at="0001-01-01T00:00:00+14:00"), ("time_unreadable", "at"), id="before-time"),
        pytest.param(order(at="1850-01-01"), ("date_impossible", "at"), id="too-early"),
        pytest.param(order(at=None), ("missing", "at"), id="time-missing"),
        pytest.param(order(key=" "), ("missing", "key"), id="blank-key"),
        pytest.param(order(key="x" * 201), ("too_long", "key"), id="long-key"),
        pytest.param(order(customer="a\x00b"), ("text_unstorable", "customer"), id="nul"),
        pytest.param(order(amonut="1"), ("unknown_field", "amonut"), id="typo"),
        pytest.param(order(store=["a"]), ("wrong_type", "store"), id="list-for-text"),
        pytest.param(
            order(amount=None, lines=[{"quantity": "x", "unit_price": "1"}]),
            ("number_unreadable", "lines.0.quantity"),
            id="in-a-line",
        ),
        pytest.param(
            order(amount=None, lines=[{"quantity": "999999999", "unit_price": "9999999999"}]),
            ("number_too_large", "lines.0"),
            id="large-line",
        ),
    ],
)
def test_a_bad_item_is_refused_with_its_reason_and_stops_no_other(till, item, problem):
    bad, good = till.send("orders", item, order("GOOD"))
    assert (bad["result"], problems(bad)) == ("refused", [problem])
    assert bad["problems"][0]["message"]
    assert good["result"] == "inserted"
    assert Order.objects.get().source_key == "GOOD"


def test_reasons_are_said_in_the_language_asked_for(till):
    (english,) = till.send("orders", order(amount="NaN"), language="en")
    (chinese,) = till.send("orders", order(amount="NaN"), language="zh-CN")
    assert english["problems"][0]["message"] == "This is no number that can be read."
    assert chinese["problems"][0]["message"] != english["problems"][0]["message"]


def test_another_sources_records_are_out_of_reach(till, program):
    till.send("orders", order())
    shop = program(Scope.FACTS_WRITE, source="shop")
    assert results(shop.send("orders", order(amount="99"))) == ["inserted"]
    assert dict(Order.objects.values_list("source__code", "amount")) == {"till": 1050, "shop": 9900}
    assert Customer.objects.count() == 2


def test_a_batch_is_one_entry_in_the_trail_with_its_counts(till):
    till.send("events", {"type": "order", **order()}, {"type": "interaction", **contact()}, {"type": "?"})
    entry = AuditEntry.objects.get(action="records.received")
    assert entry.details == {
        "token": till.token.prefix,
        "inserted": 2,
        "updated": 0,
        "unchanged": 0,
        "refused": 1,
    }


def test_what_a_source_sends_in_a_day_adds_up_like_an_import(till):
    till.send("orders", order(), order("A2"))
    till.send("orders", order(), order("A2", amount="7"), order("A3", amount="x"))
    this = Import.objects.get()
    assert {key: this.report[key] for key in ("rows_in", "inserted", "updated", "unchanged")} == {
        "rows_in": 4,
        "inserted": 2,
        "updated": 1,
        "unchanged": 1,
    }
    assert Order.objects.filter(import_id=this.pk).count() == 2
    assert not list(queries.faults())


def test_text_is_kept_as_it_is_and_never_run(till):
    name = "<script>alert(1)</script>'; DROP TABLE customer; --"
    till.send("customers", {"key": "7", "name": name, "tags": ["<b>"]})
    assert Customer.objects.get().name == name


@pytest.mark.django_db(transaction=True)
def test_no_row_of_a_batch_outlives_it(till):
    till.send("events", {"type": "order", **order(), "phone": "13800138000"}, {"type": "interaction", **contact()})
    with connection.cursor() as cursor:
        for table in ("staged_orders", "staged_interactions", "person", "head", "spoken"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_working_tables_are_made_new_when_they_have_grown(till, monkeypatch):
    def storage_after(batch: str) -> int:
        till.send("orders", *(order(f"{batch}{number}") for number in range(60)))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_relation_filenode('staged_orders')")
            return cursor.fetchone()[0]

    storage = storage_after("A")
    assert storage_after("B") == storage
    monkeypatch.setattr(work, "LARGEST_TABLE", 0)
    assert storage_after("C") != storage
    assert Order.objects.count() == 180


@pytest.mark.django_db(transaction=True)
def test_files_and_batches_take_turns_in_one_session(till, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text("订单号,会员卡号,下单时间,实付金额\nA1,7,2026-11-03 14:20,10.50\nA2,8,2026-11-03,3\n")
    till.send("orders", order())
    report = services.run(import_id=services.begin(path=file, source="till").pk).report
    assert (report["inserted"], report["unchanged"]) == (1, 1)
    assert results(till.send("orders", order(), order("A2", customer="8", at="2026-11-03", amount="4"))) == [
        "unchanged",
        "updated",
    ]


def test_buyers_known_by_nickname_alone_are_called_by_it(till):
    till.send("orders", order(customer="爱喝茶的小雨"), order("A2", customer="tb88231"))
    assert set(Customer.objects.values_list("name", flat=True)) == {"爱喝茶的小雨", ""}
    till.send("customers", {"key": "爱喝茶的小雨", "name": "刘小雨"})
    till.send("orders", order("A3", customer="爱喝茶的小雨"))
    assert Customer.objects.filter(name="刘小雨").count() == 1


def act(key="E1", **more):
    return {"key": key, "customer": "7", "at": "2026-11-04T23:30:00+08:00", "kind": "cart", "subject": "T-250", **more}


def test_behaviour_is_written_once_and_never_otherwise(till):
    assert (
        results(till.send("behaviours", act(value="128.00"), act("E2", kind="view", subject="/tea")))
        == ["inserted"] * 2
    )
    again = [act(kind="share", subject="T-9", value="1.00"), act("E3"), act("E3")]
    assert results(till.send("behaviours", *again)) == ["unchanged", "inserted", "unchanged"]
    first = Behaviour.objects.get(source_key="E1")
    assert (first.kind, first.subject, first.value, first.happened_on) == ("cart", "T-250", 12_800, date(2026, 11, 4))
    assert (first.source.code, first.identity.source_key) == ("till", "7")
    assert Behaviour.objects.count() == 3


def test_behaviour_marks_its_month_and_everybody_who_did_something(till):
    till.send("behaviours", act(), act("E2"), act("E3", customer="8"))
    assert set(MonthMark.objects.values_list("month", flat=True)) == {date(2026, 11, 1)}
    everybody = set(Identity.objects.values_list("pk", flat=True))
    assert taken_marks() == {(each, True, False) for each in everybody}
    till.send("behaviours", act(), act("E2"))
    assert not CustomerMark.objects.exists()


def test_what_was_done_before_on_its_day_can_wait(till):
    till.send("behaviours", act(), act("E2", at="2026-11-03T10:00:00+08:00", kind="view"))
    taken_marks()
    made = Identity.objects.get()
    for number, (more, can_wait) in enumerate(
        [
            ({}, True),
            ({"at": "2026-11-05T10:00:00+08:00"}, False),
            ({"kind": "view"}, False),
            ({"kind": "view", "subject": "/tea"}, True),
        ]
    ):
        till.send("behaviours", act(f"F{number}", **more))
        assert taken_marks() == {(made.pk, True, can_wait)}
    till.send("behaviours", act("G1"), act("G2", kind="login"))
    assert taken_marks() == {(made.pk, True, False)}


def test_a_known_event_under_another_number_marks_whoever_is_new(till):
    till.send("behaviours", act())
    taken_marks()
    till.send("behaviours", act(customer="8"))
    assert taken_marks() == {(Identity.objects.get(source_key="8").pk, True, False)}


def taken_marks():
    """The marks of customers, which go with being read."""
    marks = list(CustomerMark.objects.values_list("identity_id", "of_behaviour", "can_wait"))
    CustomerMark.objects.all().delete()
    assert len(marks) == len(set(marks))
    return set(marks)


def test_behaviour_stands_among_events_and_counts_as_an_import_of_its_day(till):
    sent = till.send("events", {"type": "behaviour", **act()}, {"type": "behaviour", **act("E2", kind="dance")})
    assert results(sent) == ["inserted", "refused"]
    assert problems(sent[1]) == [("behaviour_unknown", "kind")]
    this = Import.objects.get()
    assert (this.kind, this.report["inserted"]) == ("behaviours", 1)


def test_nobody_changes_what_a_customer_did(till):
    till.send("behaviours", act())
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Behaviour.objects.update(subject="T-9")


def test_behaviour_is_no_contact(till):
    till.send("behaviours", act())
    customer = Customer.objects.get()
    assert not Interaction.objects.exists()
    assert last_contacts([customer.pk], most=3) == {}


def test_the_session_keeps_its_plans_from_batch_to_batch(till):
    for key in ("A1", "A2"):  # the first makes the working tables
        till.send("orders", order(key))
    planned = plans()
    till.send("orders", order("A3"))
    assert plans() == planned
    assert len(planned) > 10


def plans() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements")
        return {name for (name,) in cursor.fetchall()}
