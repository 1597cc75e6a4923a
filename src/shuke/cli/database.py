"""`shuke db`: the embedded PostgreSQL by itself."""

from pathlib import Path
from typing import Annotated

import typer

from shuke.cli.attach import cluster_of
from shuke.cli.paths import using
from shuke.cli.speech import say
from shuke.config.environment import environment
from shuke.core.errors import Refused
from shuke.core.words import mark as _
from shuke.runtime.cluster import Cluster, running
from shuke.runtime.restore import restore as restore_dump

app = typer.Typer(help="The embedded PostgreSQL.", no_args_is_help=True)


class NotOurs(Refused):
    code = "database_not_ours"
    message = _("DATABASE_URL names a PostgreSQL of your own; look after it with its own tools.")


@app.command()
def start() -> None:
    """Start the database and leave it running."""
    cluster = _ours()
    cluster.ensure()
    cluster.start(tied=False)
    say(_("The database is running."))


@app.command()
def stop() -> None:
    """Stop the database."""
    _ours().stop()
    say(_("The database has stopped."))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(context: typer.Context) -> None:
    """Open psql on the database; everything behind is passed on."""
    with running(_ours()) as cluster:
        raise typer.Exit(cluster.psql(*context.args))


@app.command()
def dump(file: Path) -> None:
    """Write the whole database to FILE in pg_dump's custom format."""
    with running(_ours()) as cluster, using(file):
        cluster.dump(file)
    say(_("Written to %(file)s."), file=file)


@app.command()
def restore(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]) -> None:
    """Make a dump the database; the data of before are kept. Secrets are not in a dump: put their folder back first."""
    before = restore_dump(_ours().home, file)
    say(_("%(file)s is the database now."), file=file)
    if before:
        say(_("The data of before lie in %(folder)s."), folder=before)


def _ours() -> Cluster:
    cluster = cluster_of(environment())
    if cluster is None:
        raise NotOurs
    return cluster
