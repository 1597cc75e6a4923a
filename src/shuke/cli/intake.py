"""`shuke import`: a file into customers and facts."""

import json
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from shuke.cli.attach import attached
from shuke.cli.paths import using
from shuke.cli.speech import err, out, say, translate
from shuke.core.errors import NotFound
from shuke.core.words import mark as _


class Kinds(StrEnum):
    ORDERS = "orders"
    CUSTOMERS = "customers"
    INTERACTIONS = "interactions"
    LINES = "lines"
    RETURNS = "returns"
    CONTRACTS = "contracts"
    COSTS = "costs"
    ACQUISITION = "acquisition"
    SPEND = "spend"


SHOWN = 5
STEPS = {"reading": _("Reading"), "applying": _("Writing")}


class NoSuchImport(NotFound):
    code = "no_such_import"
    message = _("There is no import %(number)s.")


class NoSuchFile(NotFound):
    code = "no_such_file"
    message = _("There is no file %(file)s.")


def import_file(
    file: Path,
    source: str = typer.Option("shop", help="The system that the file comes from."),
    kind: Kinds | None = typer.Option(None, help="What a row is; found from the columns if left out."),
    encoding: str = typer.Option(
        "", help="How its text is written: utf-8, gb18030, big5 …; found from the text if left out."
    ),
    sheet: list[str] = typer.Option([], help="A sheet of a workbook; the longest, and those like it, if left out."),
    delimiter: str = typer.Option("", help="What divides the columns of a text; found if left out."),
    blank_as_above: bool | None = typer.Option(
        None,
        "--blank-as-above/--blank-is-blank",
        help="Whether a row without a customer belongs to the customer above; if left out, as agreed before.",
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="Report what would happen and change nothing."),
    as_json: bool = typer.Option(False, "--json", help="End with one JSON object on standard output."),
) -> None:
    """Import a CSV file, packed or not, or a workbook. The same file again changes nothing; a killed import goes on."""
    with using(file):
        if not file.is_file():
            raise NoSuchFile(file=file)
    with attached():
        from shuke.intake import queries, services

        with using(file):
            this = services.begin(
                path=file,
                source=source,
                kind=kind.value if kind else None,
                encoding=encoding,
                sheets=sheet,
                delimiter=delimiter,
                continued=blank_as_above,
                dry_run=dry_run,
            )
        this = _run(this.pk)
        if failure := queries.failure(this):  # of a colleague's run, which ours waited for
            raise failure
        report = {"import": this.pk, **queries.report(this)}
        if as_json:
            typer.echo(_json(report))
        else:
            _tell(this, report, dry_run=dry_run)


def undo_import(
    number: int = typer.Argument(help="The import's number, as its page and `import --json` say it."),
    as_json: bool = typer.Option(False, "--json", help="End with one JSON object on standard output."),
) -> None:
    """Take back all that an import has written, corrections included. What has changed since stays, and is counted."""
    with attached():
        from django.utils.timezone import now

        from shuke.intake import queries, services

        this = queries.history().filter(pk=number).first()
        if this is None:
            raise NoSuchImport(number=number)
        services.ask_undo(this=this, by=None, at=now())
        report = services.undo(import_id=number).undo_report
        if as_json:
            typer.echo(json.dumps(report))
        else:
            _list(report)


def _run(import_id: int):
    """The import at its end, after a bar that shows how far it is."""
    from shuke.intake import services

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rows]:,}"),
        TimeElapsedColumn(),
        console=err,
    ) as bar:
        line = bar.add_task(translate(STEPS["reading"]), total=1.0, rows=0)

        def show(done: services.Progress) -> None:
            words = translate(STEPS.get(done.status, done.status))
            bar.update(line, completed=done.share, rows=done.rows, description=words)

        return services.run(import_id=import_id, on_progress=show)


def _json(report: dict[str, Any]) -> str:
    """The report as one JSON object; money keeps every digit, where `json` would have made a float of it."""
    members = (
        f"{json.dumps(name)}: {value if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)}"
        for name, value in report.items()
    )
    return f"{{{', '.join(members)}}}"


def _list(report: dict[str, Any]) -> None:
    for name, value in report.items():
        out.print(f"{name:>24}  {value}", markup=False)


def _tell(this, report: dict, *, dry_run: bool) -> None:
    from shuke.intake.checks import PROBLEMS

    if dry_run:
        say(_("Dry run: nothing was changed."))
    _list(report)
    for row in this.quarantined.all()[:SHOWN]:
        found = [f"{problem['column']}: {translate(PROBLEMS[problem['code']])}" for problem in row.problems]
        say(_("Line %(line)s waits in quarantine. %(words)s"), line=row.line, words=" ".join(found))
