"""Drafts of policies, what was tried with them on which day, and who would move."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from shuke.core.policies import Kind, kinds
from shuke.customers.models import Customer
from shuke.scoring.models import Pilot
from shuke.segments.models import Activity, Tier
from shuke.staff.models import User

__all__ = ["Draft", "Move", "Trial"]


class DraftQuerySet(models.QuerySet):
    def open(self):
        """Neither published to all nor thrown away; a pilot may be running."""
        return self.filter(closed_at=None)


class Draft(models.Model):
    """A policy that may become the version after `replaces`, and until then counts for nobody, or for a pilot."""

    class Ending(models.TextChoices):
        PUBLISHED = "published", _("published")
        DISCARDED = "discarded", _("thrown away")

    kind = models.CharField(max_length=40)
    body = models.JSONField()
    replaces = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    pilot = models.OneToOneField(Pilot, models.PROTECT, null=True, blank=True, related_name="draft")
    ending = models.CharField(max_length=10, blank=True, choices=Ending)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    objects = DraftQuerySet.as_manager()

    class Meta:
        db_table = "lab_draft"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"draft {self.pk} of {self.kind}"

    @property
    def of(self) -> Kind:
        return kinds[self.kind]

    @property
    def is_piloted(self) -> bool:
        return self.closed_at is None and self.pilot_id is not None


class Trial(models.Model):
    """A draft held against the policies in force, on one day. `outcome` is the JSON of `lab.outcome.Outcome`."""

    class Step(models.TextChoices):
        WAITING = "waiting", _("Waiting for the worker")
        READING = "reading", _("Reading what was known on the day")
        JUDGING = "judging", _("Sorting everybody twice")
        WORKING = "working", _("Counting the work for people")
        WATCHING = "watching", _("Holding the risk list against what came")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="trials", db_index=False)
    body = models.JSONField()
    day = models.DateField()
    step = models.CharField(max_length=10, choices=Step, default=Step.WAITING)
    outcome = models.JSONField(null=True, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "lab_trial"
        ordering = ["-id"]
        indexes = [models.Index(fields=["draft", "-id"], name="lab_trial_by_draft")]

    def __str__(self) -> str:
        return f"trial {self.pk} of draft {self.draft_id} on {self.day}"

    @property
    def is_under_way(self) -> bool:
        return self.step not in {self.Step.DONE, self.Step.FAILED}

    @property
    def share_done(self) -> float:
        """How far it is, by steps."""
        steps = list(self.Step)
        return steps.index(self.Step(self.step)) / steps.index(self.Step.DONE)


class Move(models.Model):
    """A customer who would stand elsewhere by a draft, with the numbers that say why. Money in minor units.

    It is derived from the facts of the day, so it carries no foreign key to the customer in the database.
    """

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="moves", db_index=False)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    tier_was = models.CharField(max_length=10, choices=Tier)
    tier_now = models.CharField(max_length=10, choices=Tier)
    activity_was = models.CharField(max_length=10, choices=Activity)
    activity_now = models.CharField(max_length=10, choices=Activity)
    days_since_last = models.IntegerField()
    days_since_first = models.IntegerField()
    net_money_365 = models.BigIntegerField()
    value_at_risk = models.BigIntegerField()
    recency_line_was = models.CharField(max_length=10, null=True)  # noqa: DJ001  by spend there is none
    recency_line_now = models.CharField(max_length=10, null=True)  # noqa: DJ001
    money_line_was = models.CharField(max_length=10)
    money_line_now = models.CharField(max_length=10)
    active_until_days_was = models.FloatField()
    active_until_days_now = models.FloatField()

    class Meta:
        db_table = "lab_move"
        indexes = [
            models.Index(fields=["trial", "-net_money_365", "-id"], name="lab_move_by_money"),
            models.Index(fields=["customer"], name="lab_move_by_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.tier_was} → {self.tier_now}"
