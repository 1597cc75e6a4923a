"""The command `shuke`: one module per package; each command attaches, makes one call, and says what came of it."""

import sys

import typer

from shuke.cli import churn, database, demo, duplicates, exports, intake, operate, pulls, scoring, staff, tokens
from shuke.cli.speech import say_failure
from shuke.core.errors import ShukeError

app = typer.Typer(
    name="shuke",
    help="Shuke 熟客 keeps a company's customers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(operate.up)
app.command()(operate.worker)
app.command()(operate.doctor)
app.command()(operate.verify)
app.command()(demo.demo)
app.command("import")(intake.import_file)
app.command("undo")(intake.undo_import)
app.command()(scoring.score)
app.command()(churn.churn)
app.command("duplicates")(duplicates.find)
app.command()(exports.export)
app.add_typer(database.app, name="db")
app.add_typer(staff.app, name="user")
app.add_typer(tokens.app, name="token")
app.add_typer(pulls.app, name="pull")


def main() -> None:
    """Run the command line. A foreseen failure is a sentence and exit code 2, never a stack trace."""
    try:
        app()
    except ShukeError as failure:
        say_failure(failure)
        sys.exit(2)
