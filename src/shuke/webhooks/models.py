"""Who is told, and what was told or still has to be."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shuke.staff.models import User

__all__ = ["Delivery", "Endpoint", "Event"]


class Event(models.TextChoices):
    """What there is to tell."""

    TIER_CHANGED = "tier.changed", _("customers change their tier")
    FOLLOW_UP_CLOSED = "follow_up.closed", _("a follow-up is closed with its outcome")


class Endpoint(models.Model):
    """An address of another system that wants to know."""

    FIELD = "webhook_endpoint.signing_secret"

    name = models.CharField(max_length=100)
    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=30, choices=Event))
    signing_secret = models.BinaryField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "webhook_endpoint"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def event_words(self) -> list[str]:
        """What it wants to know, in the reader's language."""
        return [str(Event(event).label) for event in self.events]


class DeliveryQuerySet(models.QuerySet):
    def waiting(self):
        """Neither taken nor given up, for endpoints that still want it."""
        return self.filter(taken_at=None, given_up_at=None, endpoint__stopped_at=None)

    def due(self, *, at: datetime):
        return self.waiting().filter(due_at__lte=at).order_by("due_at", "pk")


class Delivery(models.Model):
    """One message to one endpoint: `message` is its name there, `told` how the last attempt ended."""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries", db_index=False)
    message = models.CharField(max_length=80)
    event = models.CharField(max_length=30, choices=Event)
    data = models.JSONField()
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    told = models.CharField(max_length=60, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        db_table = "webhook_delivery"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(name="webhook_message_is_made_once", fields=["endpoint", "message"])]
        indexes = [
            models.Index(fields=["due_at"], name="webhook_due", condition=Q(taken_at=None, given_up_at=None)),
        ]

    def __str__(self) -> str:
        return self.message
