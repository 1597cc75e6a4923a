"""`shuke token`: which programs may come in."""

import json
from datetime import timedelta

import typer

from shuke.cli.attach import attached
from shuke.cli.speech import out, say
from shuke.core.words import mark as _

app = typer.Typer(help="Tokens with which programs come in.", no_args_is_help=True)


@app.command()
def add(
    name: str,
    scope: list[str] = typer.Option(
        ..., help="facts:write, customers:read, scores:read or hooks:receive; may be given several times."
    ),
    source: str = typer.Option("", help="The source whose records the token writes."),
    days: int | None = typer.Option(None, min=1, help="How long it is valid; without end if left out."),
    as_json: bool = typer.Option(False, "--json", help="Print it as JSON."),
) -> None:
    """Make a token and print it, once."""
    with attached():
        from django.utils.timezone import now

        from shuke.staff.rights import Scope
        from shuke.staff.services import tokens

        if set(scope) - set(Scope.values):
            raise typer.BadParameter(", ".join(Scope.values), param_hint="--scope")
        expires_at = now() + timedelta(days=days) if days else None
        made = tokens.add(name=name, scopes=scope, source=source, expires_at=expires_at, by=None, at=now())
    if as_json:
        out.print_json(json.dumps({"token": made.secret, "signing_secret": made.signing_secret}))
        return
    say(_("Copy this now: it is shown once, and nobody can show it again."))
    out.print(made.secret, markup=False)
    if made.signing_secret:
        out.print(made.signing_secret, markup=False)
