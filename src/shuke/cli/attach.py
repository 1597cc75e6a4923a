"""Commands attach to the running database, or start it for their duration."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import django
import psycopg

from shuke.config.environment import Environment, environment
from shuke.config.startup import kept_for_good
from shuke.core.words import mark as _
from shuke.runtime.cluster import Cluster, running
from shuke.runtime.home import Home
from shuke.runtime.problems import Problem


class NoAnswer(Problem):
    """The message of the driver is left out: it may quote the address, and the password in it."""

    code = "database_no_answer"
    message = _("The PostgreSQL that DATABASE_URL names does not let us in, or does not answer.")
    remedy = _("It must look like postgresql://name:password@host:5432/database; try it with psql.")


def cluster_of(env: Environment) -> Cluster | None:
    """The embedded PostgreSQL, or None where DATABASE_URL names another server."""
    return None if env.database_url else Cluster(Home(env.home))


@contextmanager
def attached() -> Iterator[Environment]:
    """The program, ready to be called: database running, schema up to date, Django set up.

    What a command did is sealed when it ends, for there may be no worker that would do it.
    """
    env = environment()
    cluster = cluster_of(env)
    if cluster is None:
        Home(env.home).make()
        insist_on_an_answer(env)
        with _ready():
            yield env
        return
    with running(cluster):
        try:
            with _ready():
                yield env
        finally:
            _hang_up()


def insist_on_an_answer(env: Environment) -> None:
    """Ask the server of DATABASE_URL for one connection, and say in words when there is none. NoAnswer."""
    try:
        psycopg.connect(env.database_url.get_secret_value(), connect_timeout=10).close()
    except psycopg.Error:
        raise NoAnswer from None


@contextmanager
def _ready() -> Iterator[None]:
    _set_up()
    from django.db import OperationalError

    from shuke.core import audit

    try:
        yield
    finally:
        with suppress(OperationalError):  # a worker seals what a broken connection left
            while audit.seal():
                pass


def start_django() -> None:
    """Load the program's own packages; the database must have been made before."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuke.config.settings")
    with kept_for_good():
        django.setup()


def _hang_up() -> None:
    """Close what leads to the database: it may stop now, and a later command in this process finds another."""
    from django.db import connections

    connections.close_all()
    for alias in connections:
        if hasattr(connections[alias], "close_pool"):
            connections[alias].close_pool()


def _set_up() -> None:
    start_django()
    from django.utils.translation import activate

    from shuke.core import schema

    activate(environment().language)
    if schema.is_behind():
        schema.migrate()
