"""`shuke score`: score every customer, carry the scores to tiers and lists, and plan the day."""

import json
from datetime import datetime

import typer

from shuke.cli.attach import attached
from shuke.cli.speech import err, say
from shuke.core.words import mark as _


def score(
    as_of: datetime = typer.Option(None, formats=["%Y-%m-%d"], help="The day to compute for; today if left out."),
    as_json: bool = typer.Option(False, "--json", help="End with one JSON object on standard output."),
) -> None:
    """Score every customer as of a day and make these scores the ones that count."""
    with attached(), err.status("…"):
        from shuke.cli.chain import score_and_plan

        done = score_and_plan(as_of.date() if as_of else None)
        if as_json:
            typer.echo(json.dumps(done, ensure_ascii=False, default=str))
        else:
            say(_("%(customers)s customers scored as of %(as_of)s; %(opened)s follow-ups opened."), **done)
