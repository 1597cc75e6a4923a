"""An import in the worker's hands: errors that pass are not noticed, one that stays ends the import by name."""

import pytest

import queue_of_jobs
from shuke.core.jobs import RETRIES
from shuke.history.models import Order
from shuke.intake import services
from shuke.intake.models import Import
from shuke.intake.services import importing

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = "订单号,会员卡号,下单时间,实付金额\nA1,C1,2026-10-01 12:00,120.50\n"


@pytest.fixture
def this(tmp_path):
    """An import that waits for the worker."""
    queue_of_jobs.empty()
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    this = services.begin(path=path)
    services.start(this=this)
    return this


@pytest.fixture
def broken(monkeypatch):
    """Applying meets an error that nobody foresaw; gives what makes it well again."""
    monkeypatch.setattr(importing, "apply", lambda this, at: 1 / 0)
    return monkeypatch.undo


def test_an_error_that_passes_costs_nothing(this, broken):
    queue_of_jobs.work_through()
    this.refresh_from_db()
    assert not this.is_finished
    broken()
    queue_of_jobs.work_through()
    this.refresh_from_db()
    assert (this.status, Order.objects.count()) == (Import.Status.DONE, 1)


def test_an_error_that_stays_ends_the_import_with_its_name(this, broken):
    for _ in range(RETRIES + 1):
        queue_of_jobs.work_through()
    this.refresh_from_db()
    assert (this.status, this.failure["code"]) == (Import.Status.FAILED, "import_stopped")
    assert queue_of_jobs.states("intake.run") == [("failed", 1 + RETRIES)]
    assert not Order.objects.exists()


def test_a_file_that_cannot_be_taken_is_no_error_of_the_job(this, tmp_path):
    (tmp_path / "orders.csv").unlink()
    queue_of_jobs.work_through()
    this.refresh_from_db()
    assert (this.status, this.failure["code"]) == (Import.Status.FAILED, "file_gone")
    assert queue_of_jobs.states("intake.run") == [("succeeded", 1)]
