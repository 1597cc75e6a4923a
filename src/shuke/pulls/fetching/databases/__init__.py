"""What a query finds in a database, as CSV: one SELECT, where nothing can be written, read row by row."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from shuke.pulls.fetching.databases import mysql, postgresql
from shuke.pulls.fetching.databases.servers import Server, server_of
from shuke.pulls.fetching.guard import server_address
from shuke.pulls.fetching.places import Access, Place
from shuke.pulls.problems import PullFailed, QueryRefused, SecretNeeded, WrongAddress

SORTS = {scheme: sort for sort in (postgresql, mysql) for scheme in sort.SCHEMES}
EXAMPLE = f"{postgresql.EXAMPLE} | {mysql.EXAMPLE}"
WHOLE_SECONDS = 1_800
CHECK_SECONDS = 20


def validate(access: Access) -> None:
    """QueryRefused as well, if the server can be asked now; what else is wrong with it, the first run says."""
    sort, server = _server(access)
    if not access.secret or not access.user:
        raise SecretNeeded
    server_address(server.host, server.port, access)
    try:
        with sort.reached(access, server, seconds=CHECK_SECONDS) as database:
            database.check()
    except QueryRefused:
        raise
    except PullFailed:
        return


@contextmanager
def reached(access: Access) -> Iterator[Place]:
    sort, server = _server(access)
    with sort.reached(access, server, seconds=WHOLE_SECONDS) as database:
        yield database


def _server(access: Access) -> tuple[ModuleType, Server]:
    sort = SORTS.get(access.address.split("://")[0])
    if sort is None or not access.query.strip():
        raise WrongAddress(example=EXAMPLE)
    return sort, server_of(access.address, port=sort.PORT, example=sort.EXAMPLE)
