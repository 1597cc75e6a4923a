"""Runs: scores written beside the old ones, switched in one step, and never half."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils.timezone import localdate, now

import shop
from integration.scoring import lively
from shuke.history.models import CustomerMark
from shuke.scoring import partitions, queries, services
from shuke.scoring.engines import duckdb
from shuke.scoring.models import Run, Score
from shuke.segments import services as segments
from shuke.segments.models import CustomerListing, Membership

pytestmark = pytest.mark.django_db(transaction=True)

DAY = date(2026, 6, 30)


def test_a_run_scores_everybody_who_ordered_and_becomes_the_live_one():
    wang, chen = shop.customer("王芳"), shop.customer("陈思远")
    shop.customer("只登记")
    shop.order(wang, date(2026, 6, 20), 30_000)
    shop.order(wang, date(2026, 6, 10), 10_000)
    shop.order(chen, date(2025, 6, 1), 5_000)
    run = services.run(as_of=DAY)
    assert queries.live_run() == run
    score = Score.objects.live().get(customer=wang)
    assert (score.days_since_last, score.orders, score.money, score.r) == (10, 2, 40_000, "A")
    assert Score.objects.live().get(customer=chen).activity == "lost"
    assert run.counts["customers"] == Score.objects.live().count() == 2
    assert list(queries.faults()) == []


def test_a_fact_on_the_day_itself_is_not_seen():
    wang = shop.customer("王芳")
    shop.order(wang, DAY, 100)
    shop.order(wang, DAY - timedelta(days=1), 50)
    services.run(as_of=DAY)
    assert Score.objects.live().get(customer=wang).money == 50


def test_a_failed_run_leaves_the_live_one_in_place(monkeypatch):
    wang = shop.customer("王芳")
    shop.order(wang, date(2026, 6, 20), 100)
    before = services.run(as_of=DAY)

    def refuse(run):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        services.run(as_of=DAY, then=refuse)
    assert queries.live_run() == before
    assert Score.objects.live().count() == 1
    assert Run.objects.latest("pk").status == Run.Status.FAILED


def test_a_nightly_run_happens_once_per_business_date_even_after_a_killed_one():
    Run.objects.create(kind=Run.Kind.NIGHTLY, as_of=DAY, started_at=now())
    services.run(as_of=DAY, kind=Run.Kind.NIGHTLY)
    assert queries.has_nightly(DAY)
    with pytest.raises(services.AlreadyScored):
        services.run(as_of=DAY, kind=Run.Kind.NIGHTLY)
    assert list(Run.objects.order_by("pk").values_list("status", flat=True)) == ["failed", "done"]


def test_tomorrow_is_not_scored():
    with pytest.raises(services.FutureDay):
        services.run(as_of=localdate() + timedelta(days=1))


def test_old_nightly_scores_go_and_month_ends_stay():
    shop.order(shop.customer("王芳"), date(2025, 1, 1), 100)
    for day in (date(2026, 1, 15), date(2026, 1, 31), DAY):
        services.run(as_of=day)
    scored = Score.objects.values_list("run__as_of", flat=True).distinct()
    assert sorted(scored) == [date(2026, 1, 31), DAY]


def test_memberships_tell_since_when_and_the_list_follows():
    wang = shop.customer("王芳")
    shop.order(wang, date(2026, 6, 1), 100)
    early = services.run(as_of=date(2026, 6, 11))
    segments.refresh(run=early, at=now())
    late = services.run(as_of=date(2026, 11, 1))
    segments.refresh(run=late, at=now())
    assert segments.refresh(run=late, at=now())["activity_changes"] == 0
    history = Membership.objects.filter(customer=wang, kind="activity").order_by("since")
    assert [(each.value, each.since, each.until) for each in history] == [
        ("new", date(2026, 6, 11), date(2026, 11, 1)),
        ("dormant", date(2026, 11, 1), None),
    ]
    listed = CustomerListing.objects.get(customer=wang)
    assert (listed.activity, listed.bigrams) == ("dormant", ["王", "王芳", "芳"])


def test_a_run_of_today_clears_the_marks_of_customers_that_it_has_seen():
    wang = shop.customer("王芳")
    shop.order(wang, date(2026, 1, 1), 100)
    CustomerMark.objects.create(identity_id=wang.identities.get().pk)
    services.run(as_of=localdate() - timedelta(days=1))
    assert CustomerMark.objects.count() == 1
    services.run(then=lambda run: CustomerMark.objects.create(identity_id=1))
    assert list(CustomerMark.objects.values_list("identity_id", flat=True)) == [1]


def test_a_day_before_the_first_order_leaves_the_scores_in_place():
    shop.order(shop.customer("王芳"), date(2026, 6, 1), 100)
    run = services.run(as_of=DAY)
    with pytest.raises(services.NothingYet):
        services.run(as_of=date(1800, 1, 1))
    assert queries.live_run() == run


def test_a_run_whose_rows_memory_does_not_hold_comes_to_the_same(monkeypatch):
    as_of = lively.fill(60)
    at_once = services.run(as_of=as_of)
    monkeypatch.setattr(duckdb, "ROW_BYTES", 1_000_000_000)
    by_parts = services.run(as_of=as_of)
    assert by_parts.counts["customers"] == at_once.counts["customers"] > 20
    assert said(by_parts) == said(at_once)


def said(run: Run) -> list[tuple]:
    return list(Score.objects.filter(run_id=run.pk).order_by("customer").values_list(*queries.columns().names[1:]))


def test_what_a_killed_run_has_written_goes_with_the_next():
    shop.order(shop.customer("王芳"), date(2026, 6, 20), 100)
    dead = Run.objects.create(kind=Run.Kind.ASKED, as_of=DAY, started_at=now())
    columns = queries.columns()
    partitions.write(dead, columns.remove(0).empty_table().to_reader(), columns)
    assert tables_of(dead) == {"", "_low", "_high"}
    services.run(as_of=DAY)
    assert tables_of(dead) == set()


def tables_of(run: Run) -> set[str]:
    name = f"score_{run.pk}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname ~ %s AND relkind IN ('r', 'p')", [f"^{name}(_|$)"])
        return {found.removeprefix(name) for (found,) in cursor.fetchall()}
