"""`shuke pull`: what is fetched by the clock, and fetching it now."""

import json
from typing import Any

import typer

from shuke.cli.attach import attached
from shuke.cli.speech import err, out, say, translate
from shuke.core.errors import NotFound
from shuke.core.words import mark as _

app = typer.Typer(help="Files that are fetched on a schedule.", no_args_is_help=True)


class NoSuchPull(NotFound):
    code = "no_such_pull"
    message = _("There is no pull named %(name)s. `shuke pull list` shows those there are.")


@app.command("list")
def show(as_json: bool = typer.Option(False, "--json", help="Print them as JSON.")) -> None:
    """Show what is fetched, how the last time went, and when the next is."""
    with attached():
        from shuke.pulls import queries

        told = [_standing(each) for each in queries.listing()]
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for each in told:
        out.print("  ".join(str(value) for value in each.values() if value is not None), markup=False)


@app.command()
def run(
    name: str,
    as_json: bool = typer.Option(False, "--json", help="End with one JSON object on standard output."),
) -> None:
    """Fetch now and import what is new. Exit code 1 if it failed, or if somebody has to agree to columns first."""
    with attached():
        from django.utils.timezone import now

        from shuke.pulls import queries, services
        from shuke.pulls.models import Pull

        pull = Pull.objects.filter(name=name).first()
        if pull is None:
            raise NoSuchPull(name=name)
        this = services.ask(pull=pull, by=None, at=now())
        services.run(run_id=this.pk, wait=True)
        this.refresh_from_db()
        failure = queries.failure(this)
        told = _told(this, failure.words(translate) if failure else "")
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _tell(told)
    raise typer.Exit(1 if failure else 0)


def _standing(each) -> dict[str, Any]:
    pull, last = each.pull, each.last
    return {
        "name": pull.name,
        "way": pull.way,
        "source": pull.source.code,
        "kind": pull.kind,
        "last": last.begun_at.isoformat() if last else None,
        "status": str(last.status) if last else None,
        "next": None if pull.paused_at else pull.due_at.isoformat(),
    }


def _told(this, failure: str) -> dict[str, Any]:
    imports = [fetched.of_import_id for fetched in this.fetched.order_by("pk")]
    return {
        "status": str(this.status),
        "files": this.found,
        "known": this.known,
        "imports": imports,
        "failure": {"code": this.failure["code"], "words": failure} if failure else None,
    }


def _tell(told: dict[str, Any]) -> None:
    for file in told["files"]:
        out.print(f"{file['state']:>12}  {file['name']}", markup=False)
    if told["failure"]:
        err.print(told["failure"]["words"], style="bold red", markup=False)
    elif not told["files"]:
        say(_("Nothing new lay there."))
