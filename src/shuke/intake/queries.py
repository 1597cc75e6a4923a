"""Reading about imports: what a file would mean, how one is going, what was set aside."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.text import slugify

from shuke.core.errors import ShukeError, told_again
from shuke.core.money import from_minor
from shuke.intake.checks import Checked
from shuke.intake.fields import Kind
from shuke.intake.mapping import Mapping, Proposal, propose, recalled, validate
from shuke.intake.models import Import, QuarantinedRow, SourceQuality
from shuke.intake.parsing.parent import looked, parsed
from shuke.intake.parsing.wire import Look, Plan, Question
from shuke.intake.reading import Layout, cells_of

__all__ = [
    "Preview",
    "failure",
    "faults",
    "history",
    "latest_quality",
    "layout_of",
    "preview",
    "proposal",
    "quarantined",
    "repairs_for",
    "report",
    "set_aside_since",
    "source_code",
    "text_of",
]

EXAMPLES = 8
DEFAULT_SOURCE = "shop"
MONEY = ("net_amount", "net_amount_without_customer")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file says and what we would make of it, before anything is stored."""

    look: Look
    proposal: Proposal

    @property
    def examples(self) -> tuple[tuple[str, ...], ...]:
        """The first rows as they are in the file, one cell per column of the header."""
        return self.look.layout.examples[:EXAMPLES]

    def checked(self, mapping: Mapping) -> Checked | None:
        """The first chunk as `mapping` reads it: values, rows that would be set aside, warnings; None of no rows."""
        agreed = validate(mapping, self.look.layout, file=self.look.survey.name)
        plan = Plan(self.look, agreed, settings.TIME_ZONE, settings.SHUKE.region)
        with closing(parsed(plan)) as chunks:
            return next(chunks, None)


def preview(question: Question, *, source: str, kind: Kind | None = None) -> Preview:
    """Look at a file without storing anything; Unusable with the reason if it cannot be imported."""
    look = looked(question)
    return Preview(look, proposal(look, source=source, kind=kind))


def proposal(look: Look, *, source: str, kind: Kind | None = None) -> Proposal:
    """What was agreed for the last file of the source with the same columns, else the likeliest."""
    same = Import.objects.filter(
        source__code=source_code(source), header=list(look.layout.header), status=Import.Status.DONE
    )
    before = same.filter(kind=kind).first() if kind else same.first()
    if before:
        return recalled(Mapping.from_json(before.mapping), look.layout)
    return propose(look.layout, kind=kind)


def source_code(name: str) -> str:
    """The code of the source that somebody calls `name`."""
    return slugify(name, allow_unicode=True)[:50] or DEFAULT_SOURCE


def history() -> QuerySet[Import]:
    """All imports, the newest first, with their sources and people."""
    return Import.objects.select_related("source", "by")


def latest_quality() -> QuerySet[SourceQuality]:
    """How good each source is by its last measure, the largest sources first; none of which nothing is left."""
    newest = SourceQuality.objects.order_by("source_id", "-on").distinct("source_id")
    measured = SourceQuality.objects.filter(pk__in=newest.values("pk")).exclude(rows=0, records=0)
    return measured.select_related("source").order_by("-rows", "source")


def quarantined(this: Import, *, limit: int = 100) -> Iterator[tuple[QuarantinedRow, str]]:
    """The rows that an import set aside, each with its text as it is now."""
    for row in this.quarantined.all()[:limit]:
        yield row, text_of(row)


def text_of(row: QuarantinedRow) -> str:
    """A row that was set aside, as somebody has repaired it or as it came."""
    return settings.KEY_RING.decrypt(row.repair or row.text, field=QuarantinedRow.FIELD)


def layout_of(this: Import) -> Layout:
    """How the records of an import's file are divided."""
    return Layout(tuple(this.header), (), delimiter=this.mapping.get("delimiter") or ",")


def repairs_for(this: Import) -> dict[int, list[str]]:
    """The rows that people have written anew for `this`, by line: of the import that it repeats, and those before."""
    repairs: dict[int, list[str]] = {}
    before = this.repeats
    while before:
        rows = before.quarantined.exclude(repair=None)
        mended = {row.line: cells_of(text_of(row), layout_of(before).delimiter) for row in rows}
        repairs = mended | repairs
        before = before.repeats
    return repairs


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
