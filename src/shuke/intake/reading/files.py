"""The bytes of a file: opened if it was kept sealed, unpacked with a guard, decoded as a stream."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from shuke.core.errors import Invalid
from shuke.core.words import mark as _
from shuke.intake.reading.sealed import Sealed

BLOCK_BYTES = 1 << 20
MAX_RATIO = 100
"""Unpacked bytes for each packed one; above it an archive is taken for a bomb."""

GZIP_MAGIC = b"\x1f\x8b"


class Unusable(Invalid):
    """The file as a whole cannot be imported; `params` name the file and, where known, line and column."""

    code = "file_unusable"
    message = _("%(file)s cannot be imported.")


class Damaged(Unusable):
    code = "file_damaged"
    message = _("%(file)s is damaged and cannot be unpacked.")


class PackedTooTightly(Unusable):
    code = "file_packed_too_tightly"
    message = _("%(file)s unpacks to more than %(ratio)s times its size. Unpack it yourself and import the result.")


@contextmanager
def opened(path: Path, name: str, key: bytes = b"") -> Iterator[BinaryIO]:
    """The unpacked bytes of `path`; PackedTooTightly or Damaged while reading, where it is so."""
    with raw(path, key) as file:
        packed = file.peek(2)[:2] == GZIP_MAGIC
        yield _Unpacked(file, name) if packed else file


def raw(path: Path, key: bytes) -> io.BufferedReader:
    """The bytes of `path` as it lies there; `key` opens a kept file."""
    plain = path.open("rb")
    return io.BufferedReader(Sealed(plain, key), BLOCK_BYTES) if key else plain


class Utf8Stream(io.RawIOBase):
    """Bytes in any encoding, read as UTF-8, with a last record of its own that shows the end was reached."""

    def __init__(self, file: BinaryIO, encoding: str, *, ending: str = "") -> None:
        self._file, self._ending = file, ending.encode()
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._ready = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready and not self._ended:
            block = self._file.read(BLOCK_BYTES)
            self._ended = not block
            text = self._decoder.decode(block, final=self._ended).encode()
            self._ready = memoryview(text + self._ending if self._ended else text)
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size


class _Counted:
    """A stream that knows how much of it was read; a kept file cannot tell where it stands."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.size = file, 0

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.size += len(block)
        return block


class _Unpacked(io.RawIOBase):
    """A gzip stream that refuses to grow beyond MAX_RATIO times what was read for it."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._packed, self._name, self._size = _Counted(file), name, 0
        self._file = gzip.GzipFile(fileobj=self._packed)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            block = self._file.read(BLOCK_BYTES if size < 0 else size)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise Damaged(file=self._name) from None
        self._size += len(block)
        # The first blocks say little: the head of an honest file can be all blanks.
        if self._size > BLOCK_BYTES and self._size > MAX_RATIO * self._packed.size:
            raise PackedTooTightly(file=self._name, ratio=MAX_RATIO)
        return block
