"""Commands attach to the running database, or start it for their duration."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django

from shuke.config.environment import Environment, environment
from shuke.runtime.cluster import Cluster, running
from shuke.runtime.home import Home


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
        yield from _ready(env)
        return
    with running(cluster):
        try:
            yield from _ready(env)
        finally:
            _hang_up()


def _ready(env: Environment) -> Iterator[Environment]:
    _set_up()
    from shuke.core import audit

    try:
        yield env
    finally:
        while audit.seal():
            pass


def start_django() -> None:
    """Load the program's own packages; the database must have been made before."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuke.config.settings")
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
