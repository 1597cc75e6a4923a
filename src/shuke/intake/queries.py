"""Reading about imports: what a file would mean, how one is going, what was set aside."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from shuke.core.errors import ShukeError, told_again
from shuke.core.money import from_minor
from shuke.intake.checks import Checked
from shuke.intake.fields import Kind
from shuke.intake.mapping import Mapping, Proposal, propose, validate
from shuke.intake.models import Import, QuarantinedRow
from shuke.intake.reading import Layout, Survey, lay_out, read_chunks, survey

__all__ = ["Preview", "failure", "faults", "history", "preview", "quarantined", "report", "set_aside_since"]

EXAMPLES = 8
MONEY = ("net_amount", "net_amount_without_customer")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file says and what we would make of it, before anything is stored."""

    survey: Survey
    layout: Layout
    proposal: Proposal

    @property
    def examples(self) -> tuple[tuple[str, ...], ...]:
        """The first rows as they are in the file, one cell per column of `layout.header`."""
        return self.layout.examples[:EXAMPLES]

    def checked(self, mapping: Mapping) -> Checked:
        """The first chunk as `mapping` reads it: values, rows that would be set aside, warnings."""
        from shuke.intake.checks.checker import Checker  # noqa: PLC0415  an engine of 50 MB, for those who look ahead

        agreed = validate(mapping, self.layout, file=self.survey.name)
        checker = Checker(agreed, self.layout, zone=settings.TIME_ZONE, region=settings.SHUKE.region)
        return checker.check(next(read_chunks(self.survey, self.layout)))


def preview(
    path: Path, *, name: str = "", kind: Kind | str | None = None, encoding: str | None = None, key: bytes = b""
) -> Preview:
    """Look at a file without storing anything; Unusable with the reason if it cannot be imported."""
    found = survey(path, name=name, encoding=encoding, key=key)
    layout = lay_out(found)
    return Preview(found, layout, propose(layout, kind=Kind(kind) if kind else None))


def history() -> QuerySet[Import]:
    """All imports, the newest first, with their sources and people."""
    return Import.objects.select_related("source", "by")


def quarantined(this: Import, *, limit: int = 100) -> Iterator[tuple[QuarantinedRow, str]]:
    """The rows that an import set aside, each with its text as it came."""
    for row in this.quarantined.all()[:limit]:
        yield row, settings.KEY_RING.decrypt(row.text, field=QuarantinedRow.FIELD)


def report(this: Import) -> dict[str, Any]:
    """The report of a finished import for programs: money in whole units (Decimal), warnings counted and listed."""
    told = dict(this.report)
    told["warnings_by"] = told["warnings"]
    told["warnings"] = sum(each["count"] for each in told["warnings_by"])
    for key in MONEY:
        if key in told:
            told[key] = from_minor(told[key])
    return told


def failure(this: Import) -> ShukeError | None:
    """Why an import failed; None if it did not."""
    return told_again(this.failure["code"], this.failure["params"]) if this.failure else None


def faults() -> Iterator[str]:
    """What must never be: rows of a finished import that nobody can account for."""
    for this in Import.objects.filter(status=Import.Status.DONE):
        told = this.report
        accounted = sum(told[part] for part in ("inserted", "updated", "unchanged", "quarantined"))
        if told["rows_in"] != accounted:
            yield f"import {this.pk} read {told['rows_in']} rows and accounts for {accounted}"


def set_aside_since(moment: datetime) -> QuerySet[Import]:
    """Imports since `moment` that set rows aside, the newest first."""
    done = history().filter(status=Import.Status.DONE, dry_run=False, finished_at__gte=moment)
    return done.filter(report__quarantined__gt=0)
