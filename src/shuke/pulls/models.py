"""Where a shop leaves its exports, when they are fetched, and what came of each time."""

from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shuke.customers.models import Source
from shuke.intake.models import Import
from shuke.pulls.schedule import following
from shuke.staff.models import User

__all__ = ["Fetched", "Pull", "PullRun"]


class PullQuerySet(models.QuerySet):
    def due(self, *, at: datetime):
        return self.filter(paused_at=None, due_at__lte=at)


class Pull(models.Model):
    """One place from which files of one kind of one source are fetched again and again.

    `address` is a URL, a server of SFTP with its port, or a database; `host_key` the fingerprint of the server's key
    that somebody has confirmed. Without `daily_at` it is due every full hour. `failures` counts those since the last
    success.
    """

    class Way(models.TextChoices):
        URL = "url", _("URL")
        SFTP = "sftp", _("SFTP folder")
        SQL = "sql", _("SQL database")

    FIELD = "pull.secret"
    FAILURES = 3
    """In a row, and the page says that this does not mend itself."""

    name = models.CharField(max_length=60, unique=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="pulls")
    kind = models.CharField(max_length=20)
    way = models.CharField(max_length=4, choices=Way)
    address = models.CharField(max_length=500)
    user = models.CharField(max_length=100, blank=True)
    secret = models.BinaryField(null=True)
    host_key = models.CharField(max_length=100, blank=True)
    folder = models.CharField(max_length=300, blank=True)
    pattern = models.CharField(max_length=100, blank=True)
    query = models.TextField(blank=True)
    daily_at = models.TimeField(null=True)
    due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = PullQuerySet.as_manager()

    class Meta:
        db_table = "pull"
        ordering = ["name"]
        indexes = [models.Index(fields=["due_at"], name="pull_due", condition=Q(paused_at=None))]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """The server alone: the rest of an address may have a token in it."""
        return urlsplit(self.address if "//" in self.address else f"//{self.address}").hostname or self.address

    @property
    def kind_words(self) -> str:
        """What is fetched, in the reader's language."""
        return str(Import.Kind(self.kind).label)

    @property
    def is_failing(self) -> bool:
        return self.failures >= self.FAILURES

    def put_off(self, *, after: datetime) -> None:
        """Due again at its next time."""
        self.due_at = following(self.daily_at, after=after, zone=ZoneInfo(settings.TIME_ZONE))


class PullRunQuerySet(models.QuerySet):
    def unfinished(self):
        return self.filter(status__in=PullRun.UNFINISHED)


class PullRun(models.Model):
    """One time that a pull was fetched, or tried: then nothing is imported.

    `found` says which files lay there and what became of each. A file whose columns nobody has agreed to is kept
    (`path`, opened by `file_key`), so that a person can.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("under way")
        DONE = "done", _("done")
        ASKING = "asking", _("needs you")
        FAILED = "failed", _("failed")

    UNFINISHED = (Status.WAITING, Status.RUNNING)

    pull = models.ForeignKey(Pull, models.CASCADE, related_name="runs", db_index=False)
    trial = models.BooleanField(default=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    found = models.JSONField(default=list)
    known = models.PositiveIntegerField(default=0)
    columns = models.JSONField(default=list)
    failure = models.JSONField(default=dict)
    file_name = models.CharField(max_length=255, blank=True)
    path = models.TextField(blank=True)
    file_key = models.BinaryField(null=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = PullRunQuerySet.as_manager()

    class Meta:
        db_table = "pull_run"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="pull_is_under_way_once", fields=["pull"], condition=Q(status__in=("waiting", "running"))
            )
        ]
        indexes = [models.Index(fields=["pull", "-id"], name="pull_run_latest")]

    def __str__(self) -> str:
        return f"{self.pull_id}/{self.pk}"

    @property
    def is_finished(self) -> bool:
        return self.status not in self.UNFINISHED


class Fetched(models.Model):
    """A file that a pull has fetched, and the import that took it.

    `marks` are what told it from others before its content was read: size and time, or what a web server says of it.
    """

    pull = models.ForeignKey(Pull, models.CASCADE, related_name="fetched", db_index=False)
    run = models.ForeignKey(PullRun, models.SET_NULL, null=True, related_name="fetched")
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    marks = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    of_import = models.ForeignKey(Import, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "pull_fetched"
        ordering = ["-id"]
        indexes = [models.Index(fields=["pull", "name", "-id"], name="pull_fetched_by_name")]

    def __str__(self) -> str:
        return self.name
