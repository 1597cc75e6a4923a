"""The import by pages: a file is looked at, agreed on, tried, taken, and told about."""

import threading
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse

from shuke.history.models import Order
from shuke.intake import services
from shuke.intake.checks import PROBLEMS
from shuke.intake.models import Import
from shuke.staff.rights import Role
from shuke.web.intake.uploads import MOST

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = """订单号,客户编号,手机,下单时间,实付金额
A1,C1,14200000001,2026-10-01 12:00,120.50
A2,C2,14200000002,2026-13-41,88
"""


@pytest.fixture
def client(as_, shop):
    return as_(shop.colleague("ops", role=Role.OPERATIONS))


def send(client, content: str | bytes, name: str = "orders.csv"):
    """The page that looks at a file."""
    data = content.encode() if isinstance(content, str) else content
    return client.post(reverse("web:imports"), {"file": SimpleUploadedFile(name, data), "source": "shop"}, follow=True)


def agree(client, page, **more):
    """POST what the page proposes; gives the address of the import."""
    fields = {f"column-{column.number}": column.field for column in page.context["columns"]}
    answers = {"kind": page.context["kind"], "encoding": "utf-8", **fields, **more}
    return client.post(page.request["PATH_INFO"], answers)


def test_the_page_proposes_what_each_column_means_and_masks_contacts(client):
    page = send(client, ORDERS)
    proposed = {column.name: column.field for column in page.context["columns"]}
    assert proposed == {
        "订单号": "order",
        "客户编号": "customer",
        "手机": "phone",
        "下单时间": "at",
        "实付金额": "amount",
    }
    text = page.content.decode()
    assert "142****0001" in text
    assert "14200000001" not in text
    assert "“下单时间”: There is no such day. (1)" in text
    assert Import.objects.count() == 0


def test_files_that_are_sent_at_once_are_all_remembered(client):
    client.get(reverse("web:imports"))  # the log-in is over
    uploads, start = [], threading.Barrier(MOST)

    def send_one() -> None:
        mine = Client()
        mine.cookies = client.cookies
        start.wait()
        answer = mine.post(
            reverse("web:imports"), {"file": SimpleUploadedFile("orders.csv", ORDERS.encode()), "source": "shop"}
        )
        uploads.append(answer.headers["Location"])
        connections.close_all()

    threads = [threading.Thread(target=send_one) for _ in range(MOST)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {client.get(upload).status_code for upload in uploads} == {200}
    assert len(set(uploads)) == MOST


def test_a_dry_run_keeps_nothing_and_can_be_done_for_good(client):
    answer = agree(client, send(client, ORDERS), action="dry")
    tried = Import.objects.get()
    assert answer.url == reverse("web:imports.detail", args=[tried.pk])
    services.run(import_id=tried.pk)
    assert not Order.objects.exists()
    assert "This was a dry run" in client.get(answer.url).content.decode()
    client.post(reverse("web:imports.start", args=[tried.pk]))
    this = Import.objects.get(dry_run=False)
    services.run(import_id=this.pk)
    assert Order.objects.get().amount == 12_050


def test_the_report_names_line_column_and_reason_of_what_was_set_aside(client):
    agree(client, send(client, ORDERS), action="start")
    this = Import.objects.get()
    services.run(import_id=this.pk)
    page = client.get(reverse("web:imports.detail", args=[this.pk]))
    ((row,)) = page.context["rows"]
    assert (row.place, [(each["column"], each["words"]) for each in row.problems]) == (
        "3",
        [("下单时间", "There is no such day.")],
    )
    assert "14200000002" not in page.content.decode()


def test_progress_is_asked_for_until_it_ends(client):
    agree(client, send(client, ORDERS), action="start")
    this = Import.objects.get()
    address = reverse("web:imports.progress", args=[this.pk])
    assert "Waiting for the worker" in client.get(address).content.decode()
    services.run(import_id=this.pk)
    assert client.get(address).headers["HX-Refresh"] == "true"


def test_the_page_says_of_a_repeated_order_what_the_command_line_says(client):
    agree(client, send(client, ORDERS + "A1,C1,14200000001,2026-10-01 12:00,120.50\n"), action="start")
    this = Import.objects.get()
    services.run(import_id=this.pk)
    page = client.get(reverse("web:imports.detail", args=[this.pk]))
    assert PROBLEMS["order_repeated"] in [each["words"] for each in page.context["warnings"]]


def test_an_import_that_failed_says_why(client):
    page = send(client, ORDERS)
    agree(client, page, action="start")
    this = Import.objects.get()
    Path(this.path).unlink()
    with pytest.raises(services.FileGone):
        services.run(import_id=this.pk)
    text = client.get(reverse("web:imports.detail", args=[this.pk])).content.decode()
    assert "orders.csv is no longer where it was when this import began." in text
    assert client.get(reverse("web:imports")).status_code == 200


def test_an_import_that_an_error_of_ours_has_stopped_says_so_and_is_waited_for_no_longer(client):
    answer = agree(client, send(client, ORDERS), action="start")
    this = Import.objects.get()
    services.give_up(import_id=this.pk)
    assert client.get(reverse("web:imports.progress", args=[this.pk])).headers["HX-Refresh"] == "true"
    page = client.get(answer.url).content.decode()
    assert "An error of the program has stopped this import." in page
    assert "Send it again as it is." in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("foo bar\nbaz\n", "orders.csv is not a table", id="no-table"),
        pytest.param("订单号,下单时间,实付金额\nA1,2026-10-01,5\n", "does not say who the customer is", id="no-key"),
        pytest.param(b"\xff\xff\x00\x81\n", "orders.csv", id="no-text"),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_sentence(client, content, words):
    page = send(client, content)
    assert page.status_code == 422
    assert words in page.content.decode()


def test_two_columns_for_one_field_are_refused_by_name(client):
    page = send(client, ORDERS)
    answer = agree(client, page, **{"column-4": "order"}, action="start")
    assert answer.status_code == 422
    assert "“订单号” and “实付金额” cannot both be the same field" in answer.content.decode()
    assert Import.objects.count() == 0


def test_only_those_with_the_right_import(as_, shop):
    li = as_(shop.colleague("Li"))
    for name, args in (("imports", []), ("imports.preview", ["x"]), ("imports.detail", [1]), ("imports.progress", [1])):
        assert li.get(reverse(f"web:{name}", args=args)).status_code == 403
    assert li.post(reverse("web:imports.start", args=[1])).status_code == 403


def test_a_file_that_somebody_else_sent_is_not_found(as_, client, shop):
    page = send(client, ORDERS)
    other = as_(shop.colleague("other", role=Role.OPERATIONS))
    assert other.get(page.request["PATH_INFO"]).status_code == 404


@pytest.fixture
def done(client):
    """An import by the pages of a file with rows that cannot be taken."""
    agree(client, send(client, ORDERS + "A3,C3,,2026-13-41,90\nA4,C4\n"), action="start")
    this = Import.objects.get()
    services.run(import_id=this.pk)
    return this


def repair(client, this, line, **answers):
    row = this.quarantined.get(line=line)
    return client.post(reverse("web:imports.repair", args=[this.pk, row.pk]), answers, headers={"HX-Request": "true"})


def test_a_row_is_repaired_in_place_and_what_is_still_wrong_is_said(client, done):
    answer = repair(client, done, 3, **{"cell-3": "2026-10-02"})
    assert (answer.status_code, "repaired" in answer.content.decode()) == (200, True)
    answer = repair(client, done, 4, **{"cell-3": "when?"})
    assert answer.status_code == 422
    assert "This is no date that can be read." in answer.content.decode()
    assert 'value="when?"' in answer.content.decode()
    answer = client.post(reverse("web:imports.again", args=[done.pk]), follow=True)
    services.run(import_id=Import.objects.latest("pk").pk)
    assert set(Order.objects.values_list("source_key", flat=True)) == {"A1", "A2"}
    page = client.get(reverse("web:imports.detail", args=[done.pk])).content.decode()
    assert "The file was read once more" in page


def test_rows_alike_are_repaired_together_and_the_list_is_drawn_anew(client, done):
    answer = repair(client, done, 3, **{"cell-3": "2026-10-02", "alike": "1"})
    assert answer.headers["HX-Refresh"] == "true"
    page = client.get(reverse("web:imports.detail", args=[done.pk])).content.decode()
    assert "2 rows were written this way." in page
    assert page.count("repaired</span>") == 2


def test_an_import_is_undone_by_its_page(client, done):
    client.post(reverse("web:imports.undo", args=[done.pk]))
    page = client.get(reverse("web:imports.detail", args=[done.pk])).content.decode()
    assert "Taking back what was written" in page
    services.undo(import_id=done.pk)
    page = client.get(reverse("web:imports.detail", args=[done.pk])).content.decode()
    assert "This import was undone" in page
    assert Order.objects.count() == 0
    assert client.post(reverse("web:imports.undo", args=[done.pk])).status_code == 409


def test_rows_and_imports_of_nobodys_are_not_there(client, done, as_, shop):
    row = done.quarantined.first().pk
    assert client.post(reverse("web:imports.repair", args=[done.pk + 1, row])).status_code == 404
    agent = as_(shop.colleague("agent"))
    for name, args in (("undo", [done.pk]), ("again", [done.pk]), ("repair", [done.pk, row])):
        assert agent.post(reverse(f"web:imports.{name}", args=args)).status_code == 403


def test_what_was_agreed_for_a_file_is_offered_for_the_next_that_looks_the_same(client):
    page = send(client, ORDERS)
    agree(client, page, action="start", **{"column-1": "", "key": "phone"})
    services.run(import_id=Import.objects.get().pk)
    again = send(client, ORDERS + "A9,C9,14200000009,2026-10-03,7\n")
    assert "with the same columns was imported before" in again.content.decode()
    assert {column.name: column.field for column in again.context["columns"]}["客户编号"] == ""
    other = client.post(
        reverse("web:imports"), {"file": SimpleUploadedFile("o.csv", ORDERS.encode()), "source": "till"}, follow=True
    )
    assert {column.name: column.field for column in other.context["columns"]}["客户编号"] == "customer"
