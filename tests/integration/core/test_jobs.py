"""Jobs: tried again after an unforeseen error, taken up when their worker dies, and never lost between the two."""

import asyncio
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

import queue_of_jobs
from shuke.core import jobs

pytestmark = pytest.mark.django_db(transaction=True)

JOB = "reports.refresh"
PERIODIC = {
    "api.sweep",
    "beacon.sweep",
    "core.take_up_stalled",
    "customers.find_duplicates_if_due",
    "intake.measure_all",
    "intake.sweep",
    "pulls.start_due",
    "pulls.sweep",
    "scoring.nightly_if_due",
    "suggestions.draw_if_due",
    "webhooks.repeat",
    "webhooks.sweep",
}


@pytest.fixture(autouse=True)
def empty_queue(transactional_db):
    queue_of_jobs.empty()


@pytest.fixture
def broken(monkeypatch):
    """The job meets an error that nobody foresaw; gives what makes it well again."""
    monkeypatch.setattr("shuke.reports.jobs.live_run", lambda: 1 / 0)
    return monkeypatch.undo


def test_every_job_but_the_periodic_ones_is_tried_again():
    ours = {name: task for name, task in app.tasks.items() if not name.startswith(("builtin", "procrastinate"))}
    assert {name for name, task in ours.items() if task.retry_strategy is not jobs.RETRY} == PERIODIC


def test_an_unforeseen_error_is_tried_again_until_it_has_gone(broken):
    jobs.enqueue(JOB, run_id=1)
    queue_of_jobs.work_through()
    assert queue_of_jobs.states(JOB) == [("todo", 1)]
    broken()
    queue_of_jobs.work_through()
    assert queue_of_jobs.states(JOB) == [("succeeded", 2)]


def test_what_always_fails_ends_after_the_last_try(broken):
    jobs.enqueue(JOB, run_id=1)
    for _ in range(jobs.RETRIES + 1):
        queue_of_jobs.work_through()
    assert queue_of_jobs.states(JOB) == [("failed", 1 + jobs.RETRIES)]


def test_the_job_of_a_dead_worker_waits_again():
    jobs.enqueue(JOB, run_id=1)
    _worker_died()
    _take_up()
    assert queue_of_jobs.states(JOB) == [("todo", 1)]


def test_a_dead_workers_job_gives_way_to_one_that_waits_with_its_key():
    jobs.enqueue(JOB, key=JOB, run_id=1)
    _worker_died()
    jobs.enqueue(JOB, key=JOB, run_id=2)
    _take_up()
    assert queue_of_jobs.states(JOB) == [("todo", 0)]


def _worker_died():
    """Leave the jobs that wait as those that nobody works on any more."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")


def _take_up():
    async def take_up():
        with app.replace_connector(app.connector.get_worker_connector()) as working:
            async with working.open_async():
                await jobs.take_up_stalled(SimpleNamespace(app=working), timestamp=0)

    queue_of_jobs.run(take_up)


def test_a_job_is_queued_by_the_transaction_that_needs_it_in_the_worker_too():
    def act_and_regret():
        try:
            with transaction.atomic():
                jobs.enqueue(JOB, run_id=1)
                raise ZeroDivisionError
        except ZeroDivisionError:
            return
        finally:
            connection.close()

    async def work():
        with app.replace_connector(app.connector.get_worker_connector()) as working:
            async with working.open_async():
                await asyncio.to_thread(act_and_regret)

    queue_of_jobs.run(work)
    assert queue_of_jobs.states(JOB) == []
