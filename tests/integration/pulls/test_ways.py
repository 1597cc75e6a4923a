"""Each way to a shop's exports, against a real server of its kind: what comes in, and what is refused."""

import os
import time
from itertools import repeat

import pytest

from integration.pulls.conftest import HEADER, ORDERS
from integration.pulls.servers import PASSWORD, web_server
from shuke.history.models import Order
from shuke.intake.models import Import
from shuke.pulls import keeping, queries
from shuke.pulls.fetching import folders, urls
from shuke.pulls.models import Fetched, PullRun
from shuke.pulls.services import trust_host_key

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _agreed(agreed):
    agreed()


def orders():
    return sorted(Order.objects.values_list("source_key", "amount"))


def why(this):
    return queries.failure(this).code


def kept_files(settings):
    return {path.name for path in (settings.SHUKE.home / "uploads").glob("pull-*")}


class TestUrl:
    def test_a_file_is_fetched_and_imported_with_what_was_agreed(self, web, pull_of, fetch):
        web.put(ORDERS)
        this = fetch(pull_of(web))
        assert this.status == PullRun.Status.DONE
        assert orders() == [("A1", 12050), ("A2", 8800)]
        (fetched,) = this.fetched.all()
        assert (fetched.name, fetched.size, fetched.of_import.by) == ("orders.csv", len(ORDERS.encode()), None)

    def test_a_day_without_an_order_is_no_fault(self, web, pull_of, fetch):
        web.put(HEADER)
        this = fetch(pull_of(web))
        assert this.status == PullRun.Status.DONE
        assert orders() == []

    def test_what_is_kept_is_encrypted(self, web, pull_of, fetch, settings):
        web.put(ORDERS)
        fetch(pull_of(web))
        path = settings.SHUKE.home / "uploads" / Fetched.objects.get().of_import.path
        assert b"A1,C1" not in path.read_bytes()

    def test_the_same_file_is_not_sent_twice_by_a_server_that_marks_it(self, web, pull_of, fetch):
        web.put(ORDERS, ETag='"1"')
        pull = pull_of(web)
        fetch(pull)
        again = fetch(pull)
        assert [file["state"] for file in again.found] == ["unchanged"]
        assert web.asked[-1][1]["If-None-Match"] == '"1"'
        assert Import.objects.count() == 2

    def test_the_same_file_is_not_imported_twice_where_nothing_marks_it(self, web, pull_of, fetch, settings):
        web.put(ORDERS)
        pull = pull_of(web)
        fetch(pull)
        kept = kept_files(settings)
        assert [file["state"] for file in fetch(pull).found] == ["unchanged"]
        assert (Import.objects.count(), kept_files(settings)) == (2, kept)

    def test_a_file_that_is_again_as_it_was_before_the_last_comes_in_again(self, web, pull_of, fetch):
        pull = pull_of(web)
        for amount in (1, 2, 1):
            web.put(HEADER + f"A1,C1,2026-10-01,{amount}\n")
            fetch(pull)
        assert orders() == [("A1", 100)]

    @pytest.mark.parametrize(
        ("fields", "sent"),
        [
            pytest.param({"secret": PASSWORD}, f"Bearer {PASSWORD}", id="token"),
            pytest.param({"user": "shop", "secret": "word"}, "Basic c2hvcDp3b3Jk", id="password"),
        ],
    )
    def test_the_secret_is_shown_at_the_door(self, web, pull_of, fetch, fields, sent):
        web.put(ORDERS)
        fetch(pull_of(web, **fields))
        assert web.asked[-1][1]["Authorization"] == sent

    def test_a_redirect_is_followed_and_the_secret_stays_at_home(self, web, pull_of, fetch):
        with web_server() as elsewhere:
            web.redirect(f"{elsewhere.url}/there.csv")
            elsewhere.put(ORDERS, "/there.csv")
            this = fetch(pull_of(web, secret=PASSWORD))
            assert (this.status, orders()) == (PullRun.Status.DONE, [("A1", 12050), ("A2", 8800)])
            assert "Authorization" not in elsewhere.asked[-1][1]

    @pytest.mark.parametrize(
        "to",
        [
            "http://169.254.169.254/latest/meta-data/",
            "http://[fd00:ec2::254]/",
            "http://10.1.1.1/",
        ],
    )
    def test_a_redirect_leads_nowhere_that_we_would_not_go_ourselves(self, web, pull_of, fetch, to):
        web.redirect(to)
        assert why(fetch(pull_of(web))) == "pull_address_forbidden"

    @pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://shop.example.com/", "http://user:word@127.0.0.1/"])
    def test_a_redirect_out_of_the_web_is_said_without_its_path(self, web, pull_of, fetch, to):
        web.redirect(to)
        this = fetch(pull_of(web))
        assert str(queries.failure(this)).startswith(f"127.0.0.1 sends us on to {to.split(':', maxsplit=1)[0]}:…. ")

    def test_a_ring_of_redirects_ends(self, web, pull_of, fetch):
        web.redirect(f"{web.url}/orders.csv")
        assert why(fetch(pull_of(web))) == "pull_redirected_too_often"
        assert len(web.asked) == urls.MOST_REDIRECTS + 1

    def test_an_endless_body_is_cut_and_nothing_of_it_stays(self, web, pull_of, fetch, settings, monkeypatch):
        monkeypatch.setattr(keeping, "MOST_BYTES", 3 << 20)
        web.put(repeat(b"A1,C1,2026-10-01,1\n" * 10_000))
        assert why(fetch(pull_of(web))) == "pull_too_large"
        assert (kept_files(settings), orders()) == (set(), [])

    def test_a_body_that_drips_is_cut(self, web, pull_of, fetch, monkeypatch):
        def drops():
            while True:
                time.sleep(0.01)
                yield b"x" * 100

        monkeypatch.setattr(keeping, "LONGEST", 0.2)
        monkeypatch.setattr(urls, "BLOCK_BYTES", 100)
        web.put(drops())
        assert why(fetch(pull_of(web))) == "pull_too_slow"

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (401, "pull_denied"),
            (404, "pull_not_there"),
            (500, "pull_answered_otherwise"),
            (599, "pull_answered_otherwise"),
        ],
    )
    def test_what_a_server_answers_is_said(self, web, pull_of, fetch, status, code):
        web.put("no", status=status)
        assert why(fetch(pull_of(web))) == code

    def test_nobody_there_is_said(self, web, pull_of, fetch):
        assert why(fetch(pull_of(web, address="http://127.0.0.1:1/orders.csv"))) == "pull_unreachable"


class TestFolder:
    def test_files_that_fit_the_pattern_come_in_oldest_first(self, sftp, pull_of, fetch):
        for name, age, amount in (("orders-b.csv", 300, 1), ("orders-a.csv", 200, 2), ("stock.csv", 100, 3)):
            path = sftp.put(name, HEADER + f"A1,C1,2026-10-01,{amount}\n")
            os.utime(path, (1_790_000_000 - age, 1_790_000_000 - age))
        this = fetch(pull_of(sftp))
        assert [file["name"] for file in this.found] == ["orders-b.csv", "orders-a.csv"]
        assert orders() == [("A1", 200)]

    def test_what_was_fetched_is_not_even_opened_again(self, sftp, pull_of, fetch):
        sftp.put("orders-1.csv", ORDERS)
        pull = pull_of(sftp)
        fetch(pull)
        sftp.put("orders-2.csv", HEADER + "A3,C3,2026-10-03,5\n")
        again = fetch(pull)
        assert (again.known, [file["name"] for file in again.found]) == (1, ["orders-2.csv"])
        assert orders()[-1] == ("A3", 500)

    def test_a_key_lets_us_in_as_well_as_a_password(self, sftp, pull_of, fetch):
        sftp.put("orders.csv", ORDERS)
        key = sftp.users_key.export_private_key().decode()
        assert fetch(pull_of(sftp, secret=key)).status == PullRun.Status.DONE
        assert sftp.passwords_tried == []

    def test_a_wrong_password_is_said(self, sftp, pull_of, fetch):
        assert why(fetch(pull_of(sftp, secret="wrong"))) == "pull_denied"

    def test_a_server_that_nobody_has_confirmed_gets_no_password(self, sftp, pull_of, fetch):
        sftp.put("orders.csv", ORDERS)
        pull = pull_of(sftp, host_key="")
        this = fetch(pull)
        shown = this.failure["params"]["fingerprint"]
        assert (this.status, shown) == (PullRun.Status.ASKING, sftp.key.get_fingerprint())
        assert sftp.passwords_tried == []
        trust_host_key(pull=pull, fingerprint=shown, by=None, at=this.finished_at)
        assert fetch(pull).status == PullRun.Status.DONE

    def test_a_server_with_another_key_gets_no_password(self, sftp, pull_of, fetch):
        sftp.put("orders.csv", ORDERS)
        pull = pull_of(sftp)
        sftp.show_another_key()
        this = fetch(pull)
        assert (this.status, why(this), orders()) == (PullRun.Status.ASKING, "pull_host_key_changed", [])
        assert sftp.passwords_tried == []

    def test_a_folder_that_is_not_there_is_said(self, sftp, pull_of, fetch):
        assert why(fetch(pull_of(sftp, folder="elsewhere"))) == "pull_not_there"

    def test_a_file_that_is_still_written_waits_for_the_next_time(self, sftp, pull_of, fetch, monkeypatch):
        path = sftp.put("orders.csv", ORDERS)
        opened = folders.Folder.opened

        def written_meanwhile(self, file, *, before):
            path.write_text(ORDERS + "A3,C3,2026-10-03,5\n")
            return opened(self, file, before=before)

        pull = pull_of(sftp)
        with monkeypatch.context() as patch:
            patch.setattr(folders.Folder, "opened", written_meanwhile)
            assert why(fetch(pull)) == "pull_still_written"
        assert orders() == []
        assert fetch(pull).status == PullRun.Status.DONE
        assert len(orders()) == 3

    def test_a_file_that_is_no_table_stands_in_no_others_way(self, sftp, pull_of, fetch):
        for number, content in enumerate(("\0", "", ORDERS)):
            os.utime(sftp.put(f"orders-{number}.csv", content), (1_790_000_000 + number,) * 2)
        this = fetch(pull_of(sftp))
        assert [file["state"] for file in this.found] == ["refused", "empty", "imported"]
        assert (this.status, why(this), len(orders())) == (PullRun.Status.FAILED, "file_not_text", 2)

    def test_more_files_than_a_folder_should_have_are_refused(self, sftp, pull_of, fetch, monkeypatch):
        monkeypatch.setattr(folders, "MOST_FILES", 1)
        for number in range(3):
            sftp.put(f"orders-{number}.csv", ORDERS)
        assert why(fetch(pull_of(sftp))) == "pull_too_many_files"
