"""Runs and the scores that they leave: one wide row per customer and run, and one row that says which run counts."""

from datetime import date

from django.db import models
from django.db.models import ExpressionWrapper, Q
from django.db.models.functions import Now
from django.utils.timezone import localdate

from shuke.customers.models import Customer
from shuke.scoring.packing import PackedNumbersField
from shuke.staff.models import User

__all__ = ["LiveRun", "LiveScore", "Pilot", "Run", "Score", "ScoreToday"]


class PilotQuerySet(models.QuerySet):
    def running(self):
        return self.filter(ended_at=None)


class Pilot(models.Model):
    """A version of a policy that counts for the customers of one store or business line alone, for a time.

    `scope` is the policy's own: "store:3" or "line:2". Two pilots at once could not be told apart, so there is one.
    """

    kind = models.CharField(max_length=40)
    scope = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    began_at = models.DateTimeField()
    began_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    objects = PilotQuerySet.as_manager()

    class Meta:
        db_table = "pilot"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                ExpressionWrapper(Q(ended_at=None), output_field=models.BooleanField()),
                name="one_pilot_runs_at_a_time",
                condition=Q(ended_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.scope}"


class RunQuerySet(models.QuerySet):
    def nightly(self, as_of: date):
        """The nightly runs of a business date: at most one that has not failed."""
        return self.filter(kind=Run.Kind.NIGHTLY, as_of=as_of)


class Run(models.Model):
    """One computation over all customers as of a day, with the policies and parameters that it used."""

    class Kind(models.TextChoices):
        NIGHTLY = "nightly"
        ASKED = "asked"

    class Status(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.CharField(max_length=10, choices=Kind)
    as_of = models.DateField()
    status = models.CharField(max_length=10, choices=Status, default=Status.RUNNING)
    policies = models.JSONField(default=dict)
    pilot = models.ForeignKey(Pilot, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    parameters = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        db_table = "run"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="nightly_run_once_per_business_date",
                fields=["as_of"],
                condition=Q(kind="nightly") & ~Q(status="failed"),
            )
        ]

    def __str__(self) -> str:
        return f"run {self.pk} as of {self.as_of}"

    @property
    def looks_back(self) -> bool:
        """Did somebody ask for a day that was past already? What happens now has no place in its scores."""
        return self.kind == Run.Kind.ASKED and self.as_of < localdate(self.started_at)


class LiveRun(models.Model):
    """The one row that says which run's scores count."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    run = models.ForeignKey(Run, models.PROTECT, null=True)

    class Meta:
        db_table = "live_run"
        constraints = [models.CheckConstraint(name="there_is_one_live_run", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"live: {self.run_id}"


class ScoreQuerySet(models.QuerySet):
    def live(self):
        """The scores of the live run, as it left them."""
        return self.filter(run_id__in=LiveRun.objects.values("run_id"))


class ScoreColumns(models.Model):
    """What is said of one customer, by the parameters and policies of a run. Money in minor units."""

    pk = models.CompositePrimaryKey("run_id", "customer_id")
    run = models.ForeignKey(Run, models.DO_NOTHING, db_constraint=False, related_name="+")
    customer = models.ForeignKey(Customer, models.DO_NOTHING, db_constraint=False, related_name="+")
    days_since_last = models.IntegerField()
    orders = models.IntegerField()
    money = models.BigIntegerField()
    net_money = models.BigIntegerField()
    net_money_365 = models.BigIntegerField()
    average_order = models.BigIntegerField()
    orders_per_month = models.FloatField()
    trend = models.FloatField(null=True)
    median_gap = models.FloatField(null=True)
    first_ordered_on = models.DateField()
    last_ordered_on = models.DateField()
    r = models.CharField(max_length=1)
    f = models.CharField(max_length=1)
    m = models.CharField(max_length=1)
    t = models.CharField(max_length=1)
    r_quintile = models.SmallIntegerField()
    f_quintile = models.SmallIntegerField()
    m_quintile = models.SmallIntegerField()
    tier = models.CharField(max_length=10)
    activity = models.CharField(max_length=10)
    value_at_risk = models.BigIntegerField()
    recency_line = models.CharField(max_length=10, null=True)  # noqa: DJ001  by spend there is none
    money_line = models.CharField(max_length=10)
    active_until_days = models.FloatField()
    days_since_first = models.IntegerField()
    money_90 = models.BigIntegerField()
    money_90_before = models.BigIntegerField()
    churn_probability = models.FloatField(null=True)
    churn_horizon_days = models.IntegerField(null=True)
    churn_parts = PackedNumbersField(null=True)
    churn_numbers = PackedNumbersField(null=True)
    at_risk = models.BooleanField(null=True)
    p_alive = models.FloatField(null=True)
    expected_orders = models.FloatField(null=True)
    order_value = models.BigIntegerField(null=True)
    residual_value = models.BigIntegerField(null=True)
    lifetime_value = models.BigIntegerField(null=True)
    profit_share = models.FloatField(null=True)
    cluster = models.SmallIntegerField(null=True)
    emotion = models.SmallIntegerField(null=True)
    relationship = models.FloatField(null=True)
    relationship_parts = PackedNumbersField(null=True)
    relationship_numbers = PackedNumbersField(null=True)
    radar = PackedNumbersField(null=True)
    in_pilot = models.BooleanField(null=True)
    simple_value = models.BigIntegerField(null=True)
    arpu_value = models.BigIntegerField(null=True)
    discounted_value = models.BigIntegerField(null=True)
    margin_share = models.FloatField(null=True)
    acquisition_cost = models.BigIntegerField(null=True)
    return_on_retention = models.FloatField(null=True)
    health = models.FloatField(null=True)
    health_points = PackedNumbersField(null=True)
    health_numbers = PackedNumbersField(null=True)
    stage = models.CharField(max_length=10, null=True)  # noqa: DJ001  an earlier run said none
    journey = models.CharField(max_length=10, null=True)  # noqa: DJ001
    value_card = PackedNumbersField(null=True)
    value_numbers = PackedNumbersField(null=True)
    loyalty = models.FloatField(null=True)
    value_quadrant = models.CharField(max_length=10, null=True)  # noqa: DJ001
    is_expert = models.BooleanField(null=True)
    renewal_reason = models.CharField(max_length=20, null=True)  # noqa: DJ001
    renewal_numbers = PackedNumbersField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.customer_id} in run {self.run_id}"


class Score(ScoreColumns):
    """What a run has said of a customer; the table is list-partitioned by run (migration 0002)."""

    objects = ScoreQuerySet.as_manager()

    class Meta:
        db_table = "score"
        managed = False


class ScoreToday(ScoreColumns):
    """What has been said of a customer since the live run: it stands instead of the run's row (migration 0003).

    Each scoring writes a new row with a new `id`. Who has no order left has a row of NULLs: no score any more.
    """

    id = models.BigIntegerField()
    as_of = models.DateField()
    scored_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "score_today"
        managed = False


class LiveScore(ScoreColumns):
    """The score of a customer that counts now: of today if there is one, else of the live run. A view."""

    as_of = models.DateField()

    class Meta:
        db_table = "live_score"
        managed = False
