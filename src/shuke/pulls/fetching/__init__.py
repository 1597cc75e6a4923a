"""The ways to where a shop keeps its exports: a URL, an SFTP folder, a SQL database; none knows of the others."""

from collections.abc import Iterator
from contextlib import contextmanager

from shuke.pulls.fetching import databases, folders, urls
from shuke.pulls.fetching.places import Access, File, Place, Stream, Unchanged

__all__ = ["EXAMPLES", "Access", "File", "Place", "Stream", "Unchanged", "reached", "validate"]

WAYS = {"url": urls, "sftp": folders, "sql": databases}
EXAMPLES = {way: module.EXAMPLE for way, module in WAYS.items()}
"""What an address of each way looks like."""


@contextmanager
def reached(access: Access) -> Iterator[Place]:
    """The place, for as long as files are taken from it; PullFailed at any time."""
    with WAYS[access.way].reached(access) as place:
        yield place


def validate(access: Access) -> None:
    """Is this a place that could ever be reached? A database is asked besides whether it takes the query.

    WrongAddress, WrongKey, SecretNeeded, AddressForbidden, AddressUnknown, AddressInsecure, QueryRefused.
    """
    WAYS[access.way].validate(access)
