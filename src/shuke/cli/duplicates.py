"""`shuke duplicates`: find customers who may be one person."""

import json
from dataclasses import asdict

import typer

from shuke.cli.attach import attached
from shuke.cli.speech import err, say
from shuke.core.words import mark as _


def find(
    merge: bool = typer.Option(False, "--merge", help="Also merge those who are almost certainly one person."),
    as_json: bool = typer.Option(False, "--json", help="End with one JSON object on standard output."),
) -> None:
    """Find customers who may be one person; who is sure to be is merged with --merge, the rest waits for people."""
    with attached(), err.status("…"):
        from django.utils.timezone import now

        from shuke.customers.duplicates import services

        searched = asdict(services.search(at=now(), merges=merge))
        if as_json:
            typer.echo(json.dumps(searched))
        else:
            say(_("%(merged)s customers merged; %(candidates)s pairs wait for a decision."), **searched)
