"""What all ways have in common."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from shuke.core.outbound import Network

Marks = Mapping[str, Any]
BLOCK_BYTES = 1 << 20


class Unchanged(Exception):
    """The place says that the file is the one that was fetched before."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where exports are kept, how to get in, and which networks beyond the usual ones may be reached."""

    way: str
    name: str
    address: str
    user: str = ""
    secret: str = field(default="", repr=False)
    host_key: str = ""
    folder: str = ""
    pattern: str = ""
    query: str = ""
    zone: str = "UTC"
    allowed: Sequence[Network] = ()


@dataclass(frozen=True, slots=True)
class File:
    """A file as the place lists it. `marks` tell it from an earlier one of its name; none where only reading tells."""

    name: str
    size: int | None = None
    marks: Marks = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stream:
    """A file while it comes in. `marks` may become known with its first byte only."""

    chunks: Iterator[bytes]
    marks: Marks = field(default_factory=dict)


class Place(Protocol):
    """An open way to a place."""

    def files(self) -> list[File]:
        """What lies there, the oldest first."""
        ...

    def opened(self, file: File, *, before: Marks) -> AbstractContextManager[Stream]:
        """The bytes of a file; Unchanged if its marks are still those of `before`."""
        ...
