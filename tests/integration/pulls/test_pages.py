"""The pages about pulls: said once where files are, tried, agreed on, and never again a secret on a page."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from integration.pulls.conftest import ORDERS
from integration.pulls.servers import PASSWORD
from shuke.core.models import AuditEntry
from shuke.history.models import Order
from shuke.intake import services as intake
from shuke.intake.models import Import
from shuke.pulls import services
from shuke.pulls.models import Pull, PullRun
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin(as_):
    return as_(Role.ADMINISTRATOR)


def add(client, server, **changes):
    """Enter a pull by its page; gives the answer."""
    form = {"name": "ERP", "source": "shop", "kind": "orders", "every": "hour", "secret": PASSWORD, **server.fields}
    return client.post(f"{reverse('web:pulls.add')}?way={server.fields['way']}", form | changes)


def act(client, name, pull, **answers):
    return client.post(reverse(f"web:pulls.{name}", args=[pull.pk]), answers, follow=True)


def finish(pull):
    """What the worker does."""
    services.run(run_id=pull.runs.latest("pk").pk)


def page(client, pull):
    return client.get(reverse("web:pulls.detail", args=[pull.pk])).content.decode()


def needs(client):
    """What the overview says is to be done."""
    return [(need["count"], need["words"]) for need in client.get(reverse("web:dashboard")).context["needs"]]


def test_files_come_in_by_themselves_once_somebody_has_agreed(admin, web):
    web.put(ORDERS)
    assert add(admin, web).status_code == 302
    pull = Pull.objects.get()
    act(admin, "fetch", pull, action="try")
    assert 'hx-get="/connections/pulls/' in page(admin, pull)
    finish(pull)
    shown = page(admin, pull)
    assert "Nobody has agreed yet what the columns of orders.csv mean." in shown
    assert "订单号" in shown
    preview = admin.post(reverse("web:pulls.agree", args=[pull.pk, pull.runs.get().pk]), follow=True)
    fields = {f"column-{column.number}": column.field for column in preview.context["columns"]}
    admin.post(preview.request["PATH_INFO"], {"kind": preview.context["kind"], **fields, "action": "start"})
    intake.run(import_id=Import.objects.get().pk)
    web.put(ORDERS + "A3,C3,2026-10-03,5\n")
    act(admin, "fetch", pull, action="fetch")
    finish(pull)
    assert Order.objects.count() == 3
    assert "imported" in page(admin, pull)


def test_a_trial_says_what_is_agreed_and_imports_nothing(admin, web, agreed):
    agreed()
    web.put(ORDERS)
    add(admin, web)
    pull = Pull.objects.get()
    act(admin, "fetch", pull)
    finish(pull)
    shown = page(admin, pull)
    assert "its columns are agreed" in shown
    assert "Order number" in shown
    assert (Order.objects.count(), pull.runs.get().status) == (0, PullRun.Status.DONE)


def test_other_columns_than_agreed_wait_for_somebody_who_is_told(admin, web, agreed):
    agreed()
    web.put("单号,会员卡号,下单时间,实付金额\nA1,C1,2026-10-01,5\n")
    add(admin, web)
    pull = Pull.objects.get()
    act(admin, "fetch", pull, action="fetch")
    finish(pull)
    assert "New: 单号. Missing: 订单号. Nothing of it was imported." in page(admin, pull)
    assert needs(admin) == [(1, "fetched files or servers wait for your word")]
    assert Order.objects.count() == 0


def test_three_failures_in_a_row_are_said_where_somebody_sees_them(admin, web, as_):
    add(admin, web)
    pull = Pull.objects.get()
    for _time in range(3):
        act(admin, "fetch", pull, action="fetch")
        finish(pull)
    assert "This has failed 3 times in a row." in page(admin, pull)
    assert "failed 3 times in a row" in admin.get(reverse("web:tokens")).content.decode()
    assert needs(admin) == [(1, "sources failed three times in a row")]
    assert needs(as_(Role.OPERATIONS)) == []


def test_a_server_is_trusted_by_somebody_who_has_seen_its_key(admin, sftp):
    sftp.put("orders.csv", ORDERS)
    add(admin, sftp)
    pull = Pull.objects.get()
    act(admin, "fetch", pull)
    finish(pull)
    shown = page(admin, pull)
    fingerprint = re.search(r'name="fingerprint" value="([^"]+)"', shown)[1]
    assert fingerprint == sftp.key.get_fingerprint()
    assert act(admin, "trust", pull, fingerprint="SHA256:another").status_code == 409
    act(admin, "trust", pull, fingerprint=fingerprint)
    finish(pull)
    assert "Nobody has agreed yet" in page(admin, pull)


def test_no_page_and_no_entry_ever_shows_a_secret(admin, web):
    web.put("no", status=401)
    add(admin, web, address=f"{web.url}/orders.csv?token=canary-1", secret="canary-2")
    pull = Pull.objects.get()
    act(admin, "fetch", pull, action="fetch")
    finish(pull)
    change = admin.get(reverse("web:pulls.change", args=[pull.pk])).content.decode()
    pages = [page(admin, pull), admin.get(reverse("web:tokens")).content.decode()]
    assert not any("canary" in shown for shown in pages)
    assert "canary-2" not in change
    assert "canary" not in str(list(AuditEntry.objects.values_list("details", flat=True)))
    assert "canary" not in str(list(PullRun.objects.values_list("failure", "found")))
    assert b"canary-2" not in bytes(pull.secret)


def test_a_blank_secret_stays_what_it_was_but_goes_to_no_other_place(admin, web):
    add(admin, web)
    pull = Pull.objects.get()
    form = {"name": "ERP", "source": "shop", "kind": "orders", "every": "hour", "secret": "", "version": pull.version}
    address = reverse("web:pulls.change", args=[pull.pk])
    assert admin.post(address, form | {"address": pull.address, "name": "Till"}).status_code == 302
    kept = Pull.objects.get()
    assert (kept.name, kept.secret) == ("Till", pull.secret)
    moved = admin.post(address, form | {"address": f"{web.url}/elsewhere.csv", "version": kept.version})
    assert (moved.status_code, "a new address needs it again" in moved.content.decode()) == (422, True)
    assert Pull.objects.get().address == pull.address


def test_a_form_that_was_overtaken_changes_nothing(admin, web):
    add(admin, web)
    pull = Pull.objects.get()
    form = {"name": "Old", "source": "shop", "kind": "orders", "every": "hour", "address": pull.address, "version": 0}
    assert admin.post(reverse("web:pulls.change", args=[pull.pk]), form).status_code == 409
    assert Pull.objects.get().name == "ERP"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"address": "http://169.254.169.254/orders.csv"}, "PULL_ALLOW=169.254.169.254 (", id="metadata"),
        pytest.param({"address": "https://shop.invalid/orders.csv"}, "shop.invalid is not found", id="no-such-name"),
        pytest.param({"address": "http://93.184.216.34/orders.csv"}, "by https only", id="not-encrypted"),
        pytest.param({"address": "ftp://shop.example.com/orders.csv"}, "It must look like https://", id="ftp"),
        pytest.param({"every": "day"}, "Say at what time.", id="no-time"),
    ],
)
def test_what_stands_against_it_is_said_at_the_form(admin, web, changes, words):
    answer = add(admin, web, **changes)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not Pull.objects.exists()


def test_what_a_database_has_against_a_query_stands_at_the_query(admin, books):
    answer = add(admin, books, query="SELECT * FROM shop.oders")
    assert answer.status_code == 422
    assert "shop.oders" in answer.context["form"].errors["query"][0]
    assert add(admin, books).status_code == 302
    pull = Pull.objects.get()
    form = {"name": "ERP", "source": "shop", "kind": "orders", "every": "hour", "secret": "", "version": pull.version}
    change = reverse("web:pulls.change", args=[pull.pk])
    assert admin.post(change, {**books.fields, **form, "query": "SELECT nothing FROM shop.orders"}).status_code == 422
    pull.refresh_from_db()
    assert (pull.query, pull.version) == (books.fields["query"], 1)


def test_the_user_may_stand_in_the_address_of_a_database(admin, books):
    named = books.fields["address"].replace("://", "://shop@")
    assert add(admin, books, address=named, user="").status_code == 302
    pull = Pull.objects.get()
    assert (pull.address, pull.user) == (books.fields["address"], "shop")
    assert add(admin, books, name="Other", user="").context["form"].errors.keys() == {"user"}
    told = add(admin, books, name="Other", address=named.replace("shop@", "shop:word@"), user="")
    assert (told.status_code, Pull.objects.count()) == (422, 1)


def test_two_pulls_of_one_name_are_refused(admin, web):
    add(admin, web)
    assert "There is a pull of this name already." in add(admin, web).content.decode()


def test_a_pull_rests_goes_on_and_ends(admin, web):
    add(admin, web)
    pull = Pull.objects.get()
    act(admin, "pause", pull)
    assert not Pull.objects.due(at=timezone.now() + timedelta(days=2)).exists()
    act(admin, "pause", pull, action="resume")
    assert Pull.objects.due(at=timezone.now() + timedelta(days=2)).exists()
    assert "is fetched no longer" in act(admin, "delete", pull).content.decode()
    assert not Pull.objects.exists()
    actions = AuditEntry.objects.filter(action__startswith="pull.").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["pull.added", "pull.paused", "pull.resumed", "pull.deleted"]


def test_a_name_with_markup_is_text(admin, web):
    add(admin, web, name="<script>alert(1)</script>")
    assert "<script>alert(1)" not in page(admin, Pull.objects.get())


def test_only_those_who_may_connect_systems_see_any_of_it(admin, web, as_):
    add(admin, web)
    pull = Pull.objects.get()
    agent = as_(Role.AGENT)
    for name in ("detail", "change", "runs"):
        assert agent.get(reverse(f"web:pulls.{name}", args=[pull.pk])).status_code == 403
    for name in ("fetch", "pause", "delete", "trust"):
        assert agent.post(reverse(f"web:pulls.{name}", args=[pull.pk])).status_code == 403
