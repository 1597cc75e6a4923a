"""What a source sends in a day counts as one import of each kind: before-images hang on it, and its report adds up."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.timezone import localdate

from shuke.customers.models import Source
from shuke.intake.fields import Kind
from shuke.intake.models import Import

REPORT = {"rows_in": 0, "inserted": 0, "updated": 0, "unchanged": 0, "quarantined": 0, "warnings": []}


def of(source: Source, kind: Kind, *, at: datetime) -> Import:
    """The import of the day, a new one after the last was undone; call it under the lock of the source."""
    day = localdate(at).isoformat()
    this, _made = Import.objects.get_or_create(
        source=source,
        kind=kind,
        path="",
        file_name=f"API {day}",
        status=Import.Status.DONE,
        defaults={
            "sha256": "",
            "size": 0,
            "mapping": {"kind": kind, "columns": {}},
            "progress": 1,
            "report": REPORT,
            "begun_at": at,
            "finished_at": at,
        },
    )
    return this


def count(this: Import, results: Mapping[str, int], *, at: datetime) -> None:
    """Add what became of a batch to the day's report."""
    rows = sum(results.values())
    report = {**this.report, "rows_in": this.report["rows_in"] + rows}
    report["newest_on"] = localdate(at).isoformat()
    report |= {result: this.report[result] + number for result, number in results.items()}
    Import.objects.filter(pk=this.pk).update(report=report, rows_read=report["rows_in"], finished_at=at)
