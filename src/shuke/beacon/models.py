"""The shops' web pages that may tell something, what waits to be written, and what became of it, counted by day."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from shuke.staff.models import User

__all__ = ["TAKEN", "Ending", "Pace", "Site", "Tally", "Waiting"]


class Ending(models.TextChoices):
    """What becomes of an event; of a message that cannot be read as a whole it is counted once."""

    WRITTEN = "written", _("written")
    KNOWN = "known", _("sent once more, and known already")
    ORIGIN = "origin", _("from a page of somebody else")
    SIGNATURE = "signature", _("signature wrong: the customer was not told by your server")
    EXPIRED = "expired", _("signature of another day")
    CONSENT = "consent", _("without consent")
    OBJECTION = "objection", _("the browser asks not to be followed")
    TOO_MANY = "too_many", _("too many events of one customer in a minute")
    TOO_LARGE = "too_large", _("message too large")
    UNREADABLE = "unreadable", _("message unreadable")
    UNUSABLE = "unusable", _("event unusable: kind, time or text")


TAKEN = (Ending.WRITTEN, Ending.KNOWN)
"""Endings that are no refusals."""


class SiteQuerySet(models.QuerySet):
    def open(self):
        """The sites of which something is taken."""
        return self.filter(stopped_at=None)


class Site(models.Model):
    """A shop's web pages. `key` stands in them for everybody to read; the secret (encrypted) stays on its server.

    `source` is the code of the source whose customer numbers the pages use, `origins` where the pages are served.
    """

    FIELD = "beacon_site.signing_secret"

    name = models.CharField(max_length=100)
    key = models.CharField(max_length=20, unique=True)
    source = models.SlugField(allow_unicode=True, db_index=False)
    origins = ArrayField(models.CharField(max_length=200))
    signing_secret = models.BinaryField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = SiteQuerySet.as_manager()

    class Meta:
        db_table = "beacon_site"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class Waiting(models.Model):
    """Events of one message that were taken: records as the API takes them, on their way into history."""

    site = models.ForeignKey(Site, models.PROTECT, db_index=False)
    records = models.JSONField()

    class Meta:
        db_table = "beacon_waiting"

    def __str__(self) -> str:
        return f"message {self.pk}"


class Pace(models.Model):
    """How many events one customer has sent in one minute."""

    site = models.ForeignKey(Site, models.CASCADE, db_index=False)
    customer = models.CharField(max_length=200, db_collation="C")
    minute = models.DateTimeField()
    events = models.PositiveIntegerField()

    class Meta:
        db_table = "beacon_pace"
        constraints = [
            models.UniqueConstraint(name="pace_is_counted_once_a_minute", fields=["minute", "site", "customer"])
        ]

    def __str__(self) -> str:
        return f"{self.customer} {self.minute:%H:%M}"


class Tally(models.Model):
    """How many events of a site ended like this on a day."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="tallies", db_index=False)
    day = models.DateField()
    ending = models.CharField(max_length=12, choices=Ending)
    events = models.BigIntegerField()

    class Meta:
        db_table = "beacon_tally"
        constraints = [models.UniqueConstraint(name="tally_is_one_a_day", fields=["site", "day", "ending"])]

    def __str__(self) -> str:
        return f"{self.day} {self.ending}"

    @property
    def is_taken(self) -> bool:
        return self.ending in TAKEN
