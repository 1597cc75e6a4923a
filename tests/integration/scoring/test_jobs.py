"""The nightly run is asked for every minute, worked once, and not hurried after a failure."""

from datetime import timedelta

import psycopg
import pytest
from django.utils.timezone import localdate, now

import queue_of_jobs
import shop
from shuke.core.databases import conninfo
from shuke.core.jobs import enqueue
from shuke.scoring import jobs, queries, services
from shuke.scoring.models import Run
from shuke.segments.models import CustomerListing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def any_hour(monkeypatch, transactional_db):
    monkeypatch.setattr(jobs, "NIGHTLY_FROM_HOUR", 0)
    queue_of_jobs.empty()


def ask() -> int:
    """What happens every minute; returns how many nightly jobs there are then."""
    jobs.nightly_if_due(timestamp=0)
    return len(queue_of_jobs.states("scoring.nightly"))


def nightly_run(status: Run.Status, *, ago: timedelta) -> None:
    at = now() - ago
    Run.objects.create(kind=Run.Kind.NIGHTLY, as_of=localdate(), status=status, started_at=at, finished_at=at)


def test_a_missing_run_is_asked_for_once_and_done_once():
    assert (ask(), ask()) == (1, 1)
    queue_of_jobs.work_through()
    assert queries.has_nightly(localdate())
    assert ask() == 1


def test_a_run_that_has_failed_is_left_alone_for_a_while():
    nightly_run(Run.Status.FAILED, ago=timedelta(minutes=14))
    assert ask() == 0


def test_a_run_that_failed_long_ago_is_tried_again():
    nightly_run(Run.Status.FAILED, ago=timedelta(minutes=16))
    assert ask() == 1


def test_a_second_nightly_job_ends_at_once_while_a_run_works():
    with psycopg.connect(conninfo(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [services.RUN_LOCK])
        jobs.nightly(as_of=localdate().isoformat())
        assert not Run.objects.exists()
        other.execute("SELECT pg_advisory_unlock(%s)", [services.RUN_LOCK])
    jobs.nightly(as_of=localdate().isoformat())
    assert queries.has_nightly(localdate())


def test_a_late_refresh_does_not_bring_an_older_run_back():
    wang = shop.customer("王芳")
    shop.order(wang, localdate() - timedelta(days=3), 100)
    older, newer = services.run(as_of=localdate() - timedelta(days=1)), services.run(as_of=localdate())
    for run in (newer, older):
        enqueue("segments.refresh", run_id=run.pk)
        queue_of_jobs.work_through()
    assert CustomerListing.objects.get(pk=wang.pk).days_since_last == 3
