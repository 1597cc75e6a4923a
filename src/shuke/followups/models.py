"""Work for people: follow-ups, those who wait for one, and what a plan decided."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shuke.customers.models import Customer
from shuke.staff.models import User, VisibleByOwner

__all__ = ["FollowUp", "Outcome", "Plan", "Waiting"]


class Outcome(models.TextChoices):
    """How a contact ended."""

    REACHED = "reached", _("Reached")
    NO_ANSWER = "no_answer", _("No answer")
    BUSY = "busy", _("Busy")
    PROMISED = "promised", _("Promised date")
    REFUSED = "refused", _("Refused")
    WRONG_NUMBER = "wrong_number", _("Wrong number")


class FollowUpQuerySet(VisibleByOwner):
    def open(self):
        return self.filter(closed_at=None)

    def done(self):
        """Closed by a person; what was withdrawn is neither open nor done."""
        return self.filter(closed_at__isnull=False, withdrawn__isnull=True)

    def due(self, *, on):
        return self.open().filter(due_on__lte=on)

    def overdue(self, *, on):
        return self.open().filter(overdue_on__lte=on)

    def by_urgency(self):
        """The customer we stand to lose most by comes first."""
        return self.order_by("-value_at_risk", "due_on", "pk")


class FollowUp(models.Model):
    """Work for a person about one customer, with an owner, a deadline, and the reasons why it exists.

    It is open, or closed by a person with an outcome, or withdrawn by an event that says why (a reason with its code).
    """

    class Cause(models.TextChoices):
        CADENCE = "cadence", _("Cadence")
        PROMISE = "promise", _("Promised date")

    class Stage(models.TextChoices):
        TODO = "todo", _("To contact")
        DOING = "doing", _("In touch")
        WAITING = "waiting", _("Awaiting answer")
        DONE = "done", _("Done")

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="follow_ups")
    cause = models.CharField(max_length=10, choices=Cause)
    reasons = models.JSONField(default=list)
    owner = models.ForeignKey(User, models.PROTECT, related_name="follow_ups", db_index=False)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.TODO)
    due_on = models.DateField()
    overdue_on = models.DateField()
    value_at_risk = models.BigIntegerField(default=0)
    attempt = models.PositiveSmallIntegerField(default=1)
    previous = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="next")
    policy_version = models.PositiveIntegerField()
    run_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    outcome = models.CharField(max_length=20, blank=True, choices=Outcome)
    note = models.TextField(blank=True)
    promised_on = models.DateField(null=True, blank=True)
    withdrawn = models.JSONField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        db_table = "follow_up"
        constraints = [
            models.UniqueConstraint(
                name="one_open_follow_up_per_customer_and_cause",
                fields=["customer", "cause"],
                condition=Q(closed_at=None),
            ),
            models.UniqueConstraint(
                name="one_open_follow_up_per_customer_and_day",
                fields=["customer", "due_on"],
                condition=Q(closed_at=None),
            ),
            models.CheckConstraint(
                name="nothing_closes_without_an_outcome",
                condition=Q(closed_at=None, closed_by=None, outcome="", withdrawn__isnull=True)
                | (Q(closed_at__isnull=False, closed_by__isnull=False, withdrawn__isnull=True) & ~Q(outcome=""))
                | Q(closed_at__isnull=False, closed_by=None, outcome="", withdrawn__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "-value_at_risk", "due_on"], name="follow_up_queue", condition=Q(closed_at=None)
            ),
            models.Index(fields=["owner", "-closed_at"], name="follow_up_done", condition=Q(closed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} #{self.pk}"

    def close(self, outcome: Outcome | str, *, by: User, at: datetime, note: str = "", promised_on=None) -> None:
        self.outcome, self.closed_by, self.closed_at = outcome, by, at
        self.note, self.promised_on = note, promised_on
        self.stage = self.Stage.DONE
        self.version += 1
        self.save()


class WaitingQuerySet(VisibleByOwner):
    def by_urgency(self):
        """In the order in which they will be opened."""
        return self.order_by("-value_at_risk", "due_on", "pk")


class Waiting(models.Model):
    """A customer who is due but has no open follow-up yet: the owner's queue is full, or there is nobody to own it.

    Every plan writes all of them anew, by the hundred thousand, so the database does not check each reference.
    """

    customer = models.OneToOneField(Customer, models.CASCADE, primary_key=True, db_constraint=False)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, db_index=False, db_constraint=False)
    reasons = models.JSONField(default=list)
    due_on = models.DateField()
    value_at_risk = models.BigIntegerField()

    objects = WaitingQuerySet.as_manager()

    class Meta:
        db_table = "follow_up_waiting"
        indexes = [models.Index(fields=["owner", "-value_at_risk"], name="waiting_by_value_at_risk")]

    def __str__(self) -> str:
        return f"{self.customer_id} waits"


class Plan(models.Model):
    """What the planner decided for a day: how many were due, opened, left waiting, and waiting for want of people."""

    planned_on = models.DateField(unique=True)
    at = models.DateTimeField()
    run_id = models.BigIntegerField(null=True)
    policy_version = models.PositiveIntegerField()
    due = models.PositiveIntegerField()
    opened = models.PositiveIntegerField()
    waiting = models.PositiveIntegerField()
    unowned = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "follow_up_plan"
        ordering = ["-planned_on"]

    def __str__(self) -> str:
        return f"plan of {self.planned_on}"
