"""`shuke export`: whole lists as files."""

from enum import StrEnum
from pathlib import Path

import typer

from shuke.cli.attach import attached
from shuke.cli.paths import using
from shuke.cli.speech import say
from shuke.core.words import mark as _


class Lists(StrEnum):
    CUSTOMERS = "customers"
    SCORES = "scores"
    FOLLOWUPS = "followups"


class Formats(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"


def export(
    what: Lists,
    output: Path = typer.Option(..., "-o", "--output", help="The file to write."),
    format_: Formats = typer.Option(Formats.CSV, "--format", help="csv or parquet."),
) -> None:
    """Write a list to a file; an existing file is replaced only by a complete one."""
    with attached():
        from django.utils.timezone import now

        from shuke.core import audit
        from shuke.reports import exports

        with using(output):
            rows = exports.write(what.value, format_=format_.value, target=output)
        audit.record(None, "list.exported", at=now(), list=what.value, rows=rows, by_command=True)
        say(_("%(rows)s rows written to %(file)s."), rows=rows, file=output)
