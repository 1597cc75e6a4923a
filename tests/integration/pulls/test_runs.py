"""Pulls by the clock: started once, fetched by one worker at a time, taken up after a kill, no file imported twice."""

import os
import random
import threading
from datetime import time, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

import queue_of_jobs
from forks import forks
from integration.pulls.conftest import HEADER, ORDERS
from shuke.core.errors import Conflict
from shuke.core.models import AuditEntry
from shuke.history.models import Order
from shuke.intake import services as intake
from shuke.intake.models import Import
from shuke.pulls import keeping, queries, services
from shuke.pulls.models import Fetched, Pull, PullRun

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 60 if os.environ.get("SHUKE_SOAK") else 12
RUNNER = Path(__file__).with_name("run_pull.py")


def jobs():
    return len(queue_of_jobs.states("pulls.run"))


class TestTheClock:
    def test_what_is_due_is_fetched_by_the_worker(self, web, agreed, pull_of):
        agreed()
        web.put(ORDERS)
        pull = pull_of(web)
        assert services.start_due(at=pull.due_at - timedelta(seconds=1)) == 0
        assert services.start_due(at=pull.due_at) == 1
        queue_of_jobs.work_through()
        assert pull.runs.get().status == PullRun.Status.DONE
        assert Order.objects.count() == 2
        assert queue_of_jobs.states("pulls.run") == [("succeeded", 1)]

    def test_what_was_missed_for_days_is_fetched_once(self, web, pull_of):
        pull = pull_of(web, daily_at=time(2, 30))
        after_a_pause = pull.due_at + timedelta(days=9, hours=5)
        assert [services.start_due(at=after_a_pause) for _minute in range(3)] == [1, 0, 0]
        assert (pull.runs.count(), jobs()) == (1, 1)
        due_at = Pull.objects.get().due_at
        assert after_a_pause < due_at <= after_a_pause + timedelta(days=1)

    def test_a_run_under_way_is_not_begun_again_but_its_job_is_sure_to_exist(self, web, pull_of):
        pull = pull_of(web)
        services.start_due(at=pull.due_at)
        queue_of_jobs.empty()
        assert services.start_due(at=pull.due_at + timedelta(hours=1)) == 1
        assert (pull.runs.count(), jobs()) == (1, 1)

    def test_a_trial_puts_the_clock_off_and_takes_no_turn_from_it(self, web, pull_of):
        pull = pull_of(web)
        trial = services.ask(pull=pull, trial=True, by=None, at=timezone.now())
        assert services.start_due(at=pull.due_at) == 0
        services.run(run_id=trial.pk)
        assert services.start_due(at=pull.due_at + timedelta(minutes=1)) == 1

    def test_what_rests_is_not_fetched(self, web, pull_of):
        pull = pull_of(web)
        services.pause(pull=pull, by=None, at=timezone.now())
        assert services.start_due(at=pull.due_at + timedelta(days=1)) == 0


class TestARun:
    def test_failures_are_counted_until_it_goes_well(self, web, agreed, pull_of, fetch):
        agreed()
        pull = pull_of(web)
        assert [fetch(pull).status for _hour in range(3)] == [PullRun.Status.FAILED] * 3
        assert [each.pull.name for each in queries.needing()] == ["Orders"]
        web.put(ORDERS)
        assert fetch(pull).status == PullRun.Status.DONE
        assert (pull.failures, queries.needing()) == (0, [])

    def test_each_run_is_one_entry_of_the_trail(self, web, agreed, pull_of, fetch):
        agreed()
        web.put(ORDERS)
        fetch(pull_of(web))
        entry = AuditEntry.objects.get(action="pull.ran")
        assert (entry.actor, entry.details["imported"], entry.details["status"]) == ("Shuke", 1, "done")

    def test_a_kind_that_was_agreed_says_nothing_about_another(self, web, agreed, pull_of, fetch):
        agreed(kind="customers")
        agreed(source="another")
        agreed(dry_run=True)
        agreed(status="undone")
        web.put(ORDERS)
        this = fetch(pull_of(web))
        assert (this.status, this.failure["code"]) == (PullRun.Status.ASKING, "pull_never_agreed")
        assert Order.objects.count() == 0

    def test_what_somebody_has_imported_by_hand_meanwhile_is_not_imported_again(self, web, pull_of, fetch, tmp_path):
        web.put(ORDERS)
        pull = pull_of(web)
        fetch(pull)
        by_hand = tmp_path / "orders.csv"
        by_hand.write_text(ORDERS)
        intake.run(import_id=intake.begin(path=by_hand, source="shop").pk)
        this = fetch(pull)
        assert [file["state"] for file in this.found] == ["unchanged"]
        assert Import.objects.count() == 1

    def test_a_file_is_read_in_the_encoding_that_somebody_named_for_the_last(self, web, agreed, pull_of, fetch):
        header = "訂單號,會員卡號,下單時間,實付金額\n"
        agreed(header, encoding="big5")
        web.put([(header + "A1,陳先生,2026-10-01,5\n").encode("big5")])
        this = fetch(pull_of(web))
        assert (this.status, Order.objects.get().identity.source_key) == (PullRun.Status.DONE, "陳先生")

    @pytest.mark.parametrize("end", [Import.Status.FAILED, Import.Status.UNDONE])
    def test_what_an_import_has_not_kept_is_fetched_again(self, web, agreed, pull_of, fetch, end):
        agreed()
        web.put(ORDERS, ETag='"1"')
        pull = pull_of(web)
        fetch(pull)
        Import.objects.filter(file_name="orders.csv").update(status=end)
        assert [file["state"] for file in fetch(pull).found] == ["imported"]

    def test_of_the_files_kept_for_somebody_the_last_two_stay(self, web, pull_of, fetch, settings):
        pull = pull_of(web)
        for number in range(4):
            web.put(HEADER + f"A{number},C1,2026-10-01,5\n")
            fetch(pull)
        kept = sorted((settings.SHUKE.home / "uploads").iterdir())
        assert kept == sorted(Path(this.path) for this in pull.runs.all()[:2])

    def test_two_workers_do_not_fetch_at_once(self, web, agreed, pull_of):
        agreed()
        reached, go_on = threading.Event(), threading.Event()

        def slowly():
            reached.set()
            go_on.wait(20)
            yield ORDERS.encode()

        web.put(slowly())
        pull = pull_of(web)
        this = services.ask(pull=pull, by=None, at=timezone.now())
        first = threading.Thread(target=_run_and_hang_up, args=(this.pk,))
        first.start()
        assert reached.wait(20)
        services.run(run_id=this.pk)
        with pytest.raises(Conflict):
            services.delete(pull=pull, by=None, at=timezone.now())
        assert len(web.asked) == 1
        go_on.set()
        first.join()
        services.run(run_id=this.pk)
        assert (len(web.asked), Fetched.objects.count()) == (1, 1)

    def test_a_program_that_fails_ends_the_run_with_words(self, web, pull_of, monkeypatch):
        pull = pull_of(web)
        services.ask(pull=pull, by=None, at=timezone.now())
        monkeypatch.setattr(keeping, "keep", lambda *_args, **_words: 1 / 0)
        web.put(ORDERS)
        for _try in range(4):
            queue_of_jobs.work_through()
        assert pull.runs.get().failure["code"] == "pull_stopped"
        assert services.ask(pull=pull, by=None, at=timezone.now()).status == PullRun.Status.WAITING

    def test_what_a_killed_attempt_left_half_done_is_thrown_away(self, web, agreed, pull_of, settings):
        agreed()
        web.put(ORDERS)
        this = services.ask(pull=pull_of(web), by=None, at=timezone.now())
        half = settings.SHUKE.home / "uploads" / f"pull-{this.pk}-0123"
        half.parent.mkdir(parents=True)
        half.touch()
        services.run(run_id=this.pk)
        assert [str(path) for path in half.parent.iterdir()] == [this.fetched.get().of_import.path]

    def test_a_pull_that_was_deleted_has_nothing_to_run(self, web, pull_of):
        pull = pull_of(web)
        this = services.ask(pull=pull, by=None, at=timezone.now())
        services.delete(pull=pull, by=None, at=timezone.now())
        assert services.run(run_id=this.pk) is None

    def test_runs_of_long_ago_are_forgotten_and_their_files_stay_known(self, sftp, agreed, pull_of, fetch):
        agreed()
        sftp.put("orders.csv", ORDERS)
        pull = pull_of(sftp)
        fetch(pull)
        services.sweep(at=timezone.now() + timedelta(days=91))
        assert not PullRun.objects.exists()
        assert fetch(pull).known == 1


def test_a_killed_run_is_taken_up_and_nothing_comes_in_twice(sftp, agreed, pull_of, settings):
    agreed()
    for number in range(3):
        path = sftp.put(f"orders-{number}.csv", HEADER + f"A{number},C1,2026-10-0{number + 1},{number}\n" * 2_000)
        os.utime(path, (1_790_000_000 + number,) * 2)
    pull = pull_of(sftp)
    chance, kills = random.Random(20_261_122), 0
    this = services.ask(pull=pull, by=None, at=timezone.now())
    with forks(RUNNER, str(settings.SHUKE.home)) as runner:
        while not PullRun.objects.get(pk=this.pk).is_finished:  # each gets a little further than the one before
            after = chance.uniform(0.2, 0.35) * (kills + 1) if kills < KILLS else 600
            kills += not runner.work(this.pk, after=after)
    this.refresh_from_db()
    assert (kills > 0, this.status, this.failure) == (True, PullRun.Status.DONE, {})
    assert sorted(Fetched.objects.values_list("name", flat=True)) == ["orders-0.csv", "orders-1.csv", "orders-2.csv"]
    assert Import.objects.filter(file_name__startswith="orders").count() == 3
    assert sorted(Order.objects.values_list("source_key", flat=True)) == ["A0", "A1", "A2"]
    kept = {str(path) for path in (settings.SHUKE.home / "uploads").iterdir()}
    assert kept == set(Import.objects.exclude(path="").values_list("path", flat=True))


def _run_and_hang_up(run_id):
    try:
        services.run(run_id=run_id)
    finally:
        connection.close()
