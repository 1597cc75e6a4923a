"""A page that asks the database, served by granian; its worker ends with granian's main process."""

import os

import psycopg

from shuke.runtime.process import die_with_parent

die_with_parent()


def application(_environ, start_response):
    with psycopg.connect(os.environ["DSN"]) as connection:
        (name,) = connection.execute("SELECT current_user").fetchone()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{name} {os.getpid()}".encode()]
