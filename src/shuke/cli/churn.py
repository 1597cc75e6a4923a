"""`shuke churn`: learn from a table that says itself who left, and write each row's chance beside it."""

import json
from pathlib import Path
from typing import Any

import typer

from shuke.cli.attach import attached
from shuke.cli.intake import NoSuchFile
from shuke.cli.paths import using
from shuke.cli.speech import err, out, say, translate
from shuke.core.words import mark as _

SHOWN = 10
TOO_GOOD = 0.97
"""An area under the curve that honest tables do not have."""
HEADS = (_("rows"), _("said"), _("came true"), _("lift"))


def churn(
    file: Path,
    label: str = typer.Option(..., help="The column that says who has left."),
    lapsed: str = typer.Option("", help="What it says of those who have; known of yes, 1, 是 and the like."),
    output: Path | None = typer.Option(None, "-o", "--output", help="Write the table with chances and reasons here."),
    encoding: str = typer.Option(
        "", help="How its text is written: utf-8, gb18030, big5 …; found from the text if left out."
    ),
    sheet: list[str] = typer.Option([], help="A sheet of a workbook; the longest, and those like it, if left out."),
    delimiter: str = typer.Option("", help="What divides the columns of a text; found if left out."),
    as_json: bool = typer.Option(False, "--json", help="End with one JSON object on standard output."),
) -> None:
    """Learn from a table with one row per customer who leaves, and how well that foretells. Nothing is kept of it."""
    with using(file):
        if not file.is_file():
            raise NoSuchFile(file=file)
    with attached():
        from shuke.scoring import snapshots

        with using(file), err.status("…"):
            table = snapshots.read(
                file, label=label, lapsed=lapsed, encoding=encoding, sheets=sheet, delimiter=delimiter
            )
        with err.status("…"):
            learned = snapshots.learn(table)
            told = snapshots.tell(table, learned)
        if output:
            with using(output):
                snapshots.write(table, told, target=output)
    report = _report(table, learned, told)
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
    else:
        _tell(report)
    if output:
        say(_("%(rows)s rows written to %(file)s."), rows=report["rows"], file=output)


def _report(table, learned, told) -> dict[str, Any]:
    rate = learned.lapse_rate
    strength = {table.names[place]: weight for place, weight in told.strength().items()}
    words = {table.names[place] for place in learned.left_out}
    used = set(strength) | words | {table.names[learned.label]}
    return {
        "rows": table.rows.num_rows,
        "ragged": table.ragged,
        "label": table.names[learned.label],
        "lapsed": table.lapsed,
        "labelled": learned.customers,
        "lapse_rate": rate,
        "auc": learned.measured.auc,
        "auc_low": learned.auc_low,
        "brier": learned.measured.brier,
        "brier_of_base_rate": rate * (1 - rate),
        "log_loss": learned.measured.log_loss,
        "tenths": [band.model_dump() for band in learned.bands],
        "columns": strength,
        "left_out": sorted(words),
        "say_nothing": sorted({table.names[place] for place in table.learnable().column_names} - used),
    }


def _tell(report: dict[str, Any]) -> None:
    _line(_("%(labelled)s rows to learn from; %(share)s of them say “%(lapsed)s” in “%(label)s”."), report)
    _line(
        _(
            "Each fifth of them was judged by what the other four had taught. Of two customers of whom one has left, "
            "that one had the higher chance in %(times)s of 100 cases (AUC %(auc).3f, surely above %(auc_low).3f; 0.5 "
            "is a coin)."
        ),
        report,
    )
    _line(_("Brier %(brier).3f; with the same chance for everybody %(brier_of_base_rate).3f. Lower is better."), report)
    if report["auc"] >= TOO_GOOD:
        _line(
            _("That is too good to be true: look whether one of the strongest columns is known only afterwards."),
            report,
        )
    _tenths(report["tenths"])
    _columns(report)
    if report["ragged"]:
        _line(_("%(ragged)s rows were passed over: they have another number of cells than the header."), report)


def _line(text: str, report: dict[str, Any]) -> None:
    said = {"share": f"{report['lapse_rate'] * 100:.1f}%", "times": round(report["auc"] * 100)}
    shown = report | said | {"labelled": f"{report['labelled']:,}"}
    out.print(translate(text) % shown, markup=False)


def _heading(text: str) -> None:
    out.print(f"\n{translate(text)}", markup=False)


def _tenths(tenths: list[dict[str, float]]) -> None:
    _heading(_("By tenths of the rows, the highest chances first:"))
    out.print("  ".join(f"{translate(head):>9}" for head in HEADS), markup=False)
    for each in tenths:
        shares = (f"{each[name] * 100:.1f}%" for name in ("predicted", "observed"))
        cells = (f"{each['customers']:,}", *shares, f"{each['lift']:.2f}")
        out.print("  ".join(f"{cell:>9}" for cell in cells), markup=False)


def _columns(report: dict[str, Any]) -> None:
    _heading(_("The strongest columns, and how far they move a chance (log-odds):"))
    for name, weight in list(report["columns"].items())[:SHOWN]:
        out.print(f"{weight:>9.2f}  {name}", markup=False)
    for text, names in (
        (_("Left out, for they hold more than 32 different words: %(names)s."), report["left_out"]),
        (_("Of no use for this: %(names)s."), report["say_nothing"]),
    ):
        if names:
            out.print(translate(text) % {"names": ", ".join(names)}, markup=False)
