"""Imports: what came in from which file, what was set aside, and what stood there before."""

from django.db import models
from django.db.models import Func, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from shuke.customers.models import Source
from shuke.intake.checks.problems import CELL_FAULTS
from shuke.staff.models import User

__all__ = ["BeforeImage", "Import", "QuarantinedRow", "SourceQuality"]


class Import(models.Model):
    """One file of one source, from its first byte to its report.

    `header` are the file's column names; what was agreed for them is offered again when a file looks the same.
    `chunks` and `warnings` are committed with the staged rows that they count, so that a killed import goes on where
    it stood. `report` is written by the transaction that applies everything.
    """

    class Kind(models.TextChoices):
        ORDERS = "orders", _("Orders")
        CUSTOMERS = "customers", _("Customers")
        INTERACTIONS = "interactions", _("Interactions")
        LINES = "lines", _("Order lines")
        RETURNS = "returns", _("Returns and refunds")
        CONTRACTS = "contracts", _("Contracts")
        COSTS = "costs", _("Product costs")
        ACQUISITION = "acquisition", _("Acquisition costs")
        SPEND = "spend", _("Marketing spend")
        BEHAVIOURS = "behaviours", _("Behaviour")

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        READING = "reading", _("reading")
        APPLYING = "applying", _("applying")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    UNFINISHED = (Status.WAITING, Status.READING, Status.APPLYING)
    """Still to be read and written; being undone comes after."""
    UPLOAD_KEY = "import.upload_key"

    source = models.ForeignKey(Source, models.PROTECT, related_name="imports")
    kind = models.CharField(max_length=12, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    dry_run = models.BooleanField(default=False)
    file_name = models.CharField(max_length=255)
    path = models.TextField()
    upload_key = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    encoding = models.CharField(max_length=40, blank=True)
    header = models.JSONField(default=list)
    mapping = models.JSONField()
    chunks = models.PositiveIntegerField(default=0)
    rows_read = models.BigIntegerField(default=0)
    progress = models.FloatField(default=0)
    warnings = models.JSONField(default=list)
    report = models.JSONField(default=dict)
    failure = models.JSONField(default=dict)
    repeats = models.ForeignKey("self", models.PROTECT, null=True, related_name="repeated_by")
    by = models.ForeignKey(User, models.PROTECT, null=True)
    begun_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undo_report = models.JSONField(default=dict)

    class Meta:
        db_table = "import"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="import_of_a_file_is_under_way_once",
                fields=["source", "kind", "sha256", "dry_run"],
                condition=Q(status__in=("waiting", "reading", "applying")),
            ),
            models.CheckConstraint(
                name="import_progress_is_a_share", condition=Q(progress__gte=0) & Q(progress__lte=1)
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_finished(self) -> bool:
        return self.status not in self.UNFINISHED

    @property
    def is_kept(self) -> bool:
        """Whether what it has written stands."""
        return self.status == self.Status.DONE and not self.dry_run

    @property
    def can_be_undone(self) -> bool:
        """Whether something of it stands; of one that was undone, what stayed may go once nothing hangs on it."""
        return self.is_kept or (self.status == self.Status.UNDONE and self.has_left_something)

    @property
    def has_left_something(self) -> bool:
        return any(self.undo_report.get(what) for what in ("orders_kept", "interactions_kept", "records_kept"))

    @property
    def accepted(self) -> float | None:
        """The share of rows, 0 … 1, that were taken just as they came; None if none has come."""
        if not self.report.get("rows_in"):
            return None
        left_out = sum(told["count"] for told in self.report["warnings"] if told["code"] in CELL_FAULTS)
        return max(0, self.report["rows_in"] - self.report["quarantined"] - left_out) / self.report["rows_in"]


class QuarantinedRow(models.Model):
    """A row that could not be taken: where it stands, what is wrong with it, and its text, encrypted.

    `repair` is the row as somebody has written it since, one CSV record, for the import that will repeat this one.
    """

    FIELD = "quarantined_row.text"

    of_import = models.ForeignKey(Import, models.CASCADE, related_name="quarantined")
    line = models.BigIntegerField()
    problems = models.JSONField()
    text = models.BinaryField()
    repair = models.BinaryField(null=True)

    class Meta:
        db_table = "quarantined_row"
        ordering = ["of_import", "line"]
        constraints = [models.UniqueConstraint(name="quarantined_row_is_kept_once", fields=["of_import", "line"])]

    def __str__(self) -> str:
        return f"line {self.line}"


class ClockTimestamp(Func):
    """The moment itself, where now() is that at which the transaction began."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


class BeforeImage(models.Model):
    """A record as it was before an import corrected it, at `at`.

    What a source sends in a day is one import, which may correct a record again and again, until `last_at`.
    """

    of_import = models.ForeignKey(Import, models.CASCADE, related_name="before_images")
    table = models.CharField(max_length=40)
    record_id = models.BigIntegerField()
    body = models.JSONField()
    at = models.DateTimeField(db_default=ClockTimestamp())
    last_at = models.DateTimeField(db_default=ClockTimestamp())

    class Meta:
        db_table = "import_before_image"
        constraints = [
            models.UniqueConstraint(name="before_image_is_kept_once", fields=["of_import", "table", "record_id"])
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.record_id}"


class SourceQuality(models.Model):
    """How good the data of a source was on a day: counts of what was checked, and of what failed."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="quality", db_index=False)
    on = models.DateField()
    rows = models.BigIntegerField()
    rows_as_is = models.BigIntegerField()
    contacts = models.BigIntegerField()
    contacts_unreadable = models.BigIntegerField()
    contacts_invalid = models.BigIntegerField()
    records = models.BigIntegerField()
    records_doubled = models.BigIntegerField()
    records_implausible = models.BigIntegerField()
    newest_on = models.DateField(null=True)
    imported_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "source_quality"
        constraints = [models.UniqueConstraint(name="source_quality_is_told_once_a_day", fields=["source", "on"])]

    def __str__(self) -> str:
        return f"{self.source} {self.on}"

    @property
    def accepted(self) -> float | None:
        """The share of rows, 0 … 1, that were taken just as they came; None if none has come."""
        return self.rows_as_is / self.rows if self.rows else None

    @property
    def faults(self) -> int:
        return self.contacts_unreadable + self.contacts_invalid + self.records_doubled + self.records_implausible

    @property
    def accuracy(self) -> float | None:
        """The share, 0 … 1, of contacts that reach somebody and records that are one plausible person; None of none."""
        checked = self.contacts + self.contacts_unreadable + self.records
        return 1 - self.faults / checked if checked else None

    @property
    def days_old(self) -> int | None:
        """Days since the newest thing that the source has told of; negative if that lies ahead."""
        return (localdate() - self.newest_on).days if self.newest_on else None
