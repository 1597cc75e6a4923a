"""Runs made by hand: what each of them has said of one customer, kept as real runs keep it."""

from datetime import date, timedelta

from django.db import connection
from django.utils.timezone import now

from shuke.customers.models import Customer
from shuke.scoring.models import LiveRun, Run, Score

SAID = {
    "days_since_last": 12,
    "orders": 9,
    "money": 90_000,
    "net_money": 90_000,
    "net_money_365": 90_000,
    "average_order": 10_000,
    "orders_per_month": 1.0,
    "median_gap": 30.0,
    "r": "A",
    "f": "A",
    "m": "A",
    "t": "A",
    "r_quintile": 5,
    "f_quintile": 5,
    "m_quintile": 5,
    "tier": "gold",
    "activity": "active",
    "value_at_risk": 1_000,
    "money_line": "gold",
    "active_until_days": 90,
    "days_since_first": 300,
    "money_90": 30_000,
    "money_90_before": 30_000,
}


def run(as_of: date, customer: Customer, **said: object) -> Run:
    """A finished run that is live now, and said of a customer what SAID has, and what is `said`."""
    made = Run.objects.create(
        kind=Run.Kind.ASKED, as_of=as_of, status=Run.Status.DONE, counts={"customers": 1}, started_at=now()
    )
    with_partition(made)
    days = {"first_ordered_on": as_of - timedelta(300), "last_ordered_on": as_of - timedelta(12)}
    Score.objects.create(run=made, customer=customer, **SAID | days | said)
    LiveRun.objects.update_or_create(id=1, defaults={"run": made})
    return made


def with_partition(run: Run) -> None:
    """An empty partition of a run, made in the caller's transaction."""
    with connection.cursor() as cursor:
        for half in ("low", "high"):
            cursor.execute("SELECT score_open_half(%s, %s, 0)", [run.pk, half])
        cursor.execute("SELECT score_join_halves(%s, 0)", [run.pk])
        cursor.execute("SELECT score_attach_partition(%s)", [run.pk])
