"""A file's bytes as text: unpacked with a guard, decoded strictly, surveyed once before a row is taken from it."""

import codecs
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from shuke.core.errors import Invalid
from shuke.core.words import mark as _
from shuke.intake.reading.sealed import Sealed

BLOCK_BYTES = 1 << 20
SAMPLE_CHARACTERS = 1 << 17
HEAD_BYTES = 8192
MAX_RATIO = 100
"""Unpacked bytes for each packed one; above it an archive is taken for a bomb."""

GZIP_MAGIC = b"\x1f\x8b"
WORKBOOK_MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
LADDER = ("utf-8", "gb18030")
LINE_BREAK = re.compile(r"\r\n|\r|\n")


class Unusable(Invalid):
    """The file as a whole cannot be imported; `params` name the file and, where known, line and column."""

    code = "file_unusable"
    message = _("%(file)s cannot be imported.")


class Empty(Unusable):
    code = "file_empty"
    message = _("%(file)s is empty.")


class Workbook(Unusable):
    code = "file_is_a_workbook"
    message = _("%(file)s is a workbook. Save the sheet as CSV and import that.")


class NotText(Unusable):
    code = "file_not_text"
    message = _("%(file)s is not a text file (line %(line)s).")


class Damaged(Unusable):
    code = "file_damaged"
    message = _("%(file)s is damaged and cannot be unpacked.")


class PackedTooTightly(Unusable):
    code = "file_packed_too_tightly"
    message = _("%(file)s unpacks to more than %(ratio)s times its size. Unpack it yourself and import the result.")


class UnknownEncoding(Unusable):
    code = "encoding_unknown"
    message = _("%(file)s: there is no encoding named %(encoding)s.")


class UnreadableBytes(Unusable):
    code = "file_unreadable_bytes"
    message = _("%(file)s, line %(line)s: these bytes are not %(encoding)s. Name the encoding of the file.")


class DoubtfulEncoding(Unusable):
    code = "encoding_doubtful"
    message = _("%(file)s, line %(line)s: this is neither UTF-8 nor Chinese text. Name the encoding of the file.")


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over the whole file found: if this exists, every byte of the file can be read as `encoding`."""

    path: Path
    name: str
    encoding: str
    sha256: str
    unpacked_bytes: int
    sample: str
    whole: bool
    """Whether the sample is the whole file."""
    key: bytes = field(default=b"", repr=False)
    """Opens a kept file; blank for one that lies there in clear."""


def survey(path: Path, *, name: str = "", encoding: str | None = None, key: bytes = b"") -> Survey:
    """Read all of `path` once; Unusable if it is empty, no text, damaged, or not in one encoding.

    `name` is what people call the file (default: its own), `encoding` overrides the ladder BOM, UTF-8, GB18030,
    `key` opens a kept file.
    """
    name = name or path.name
    with _bytes_of(path, key) as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    failures = []
    for candidate in _candidates(path, name, key, encoding):
        with opened(path, name, key) as file:
            try:
                reading = _read_all(file, name, candidate)
            except UnreadableBytes as failure:
                failures.append(failure)
                continue
        if candidate == "gb18030" and not encoding:
            _insist_on_chinese(reading, name)
        return Survey(path, name, candidate, sha256, reading.size, reading.sample, reading.whole, key)
    raise max(failures, key=lambda failure: failure.params["line"])


@contextmanager
def opened(path: Path, name: str, key: bytes = b"") -> Iterator[BinaryIO]:
    """The unpacked bytes of `path`; PackedTooTightly or Damaged while reading, where it is so."""
    with _bytes_of(path, key) as file:
        packed = file.peek(2)[:2] == GZIP_MAGIC
        yield _Unpacked(file, name) if packed else file


def _bytes_of(path: Path, key: bytes) -> io.BufferedReader:
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


@dataclass(slots=True)
class _Reading:
    """What is known of a file while it is read through."""

    size: int = 0
    line: int = 1
    sample: str = ""
    whole: bool = True
    first_chinese: str = ""
    chinese_line: int = 0

    def take(self, text: str) -> None:
        if not self.first_chinese and not text.isascii():
            self.first_chinese, self.chinese_line = text, self.line
        room = SAMPLE_CHARACTERS - len(self.sample)
        self.sample += text[:room]
        self.whole = self.whole and len(text) <= room
        self.line += text.count("\n")


def _candidates(path: Path, name: str, key: bytes, encoding: str | None) -> tuple[str, ...]:
    with opened(path, name, key) as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise Empty(file=name)
    if head.startswith(WORKBOOK_MAGIC):
        raise Workbook(file=name)
    if encoding:
        return (_known(encoding, name),)
    marked = [found for mark, found in BYTE_ORDER_MARKS.items() if head.startswith(mark)]
    if not marked and b"\0" in head:
        raise NotText(file=name, line=1 + head.count(b"\n", 0, head.index(b"\0")))
    return tuple(marked) or LADDER


def _known(encoding: str, name: str) -> str:
    try:
        found = codecs.lookup(encoding)
        if found._is_text_encoding:
            "".encode(found.name)
            return found.name
    except (LookupError, ValueError):  # no such name, or one that nothing can be written in
        pass
    raise UnknownEncoding(file=name, encoding=encoding)


def _read_all(file: BinaryIO, name: str, encoding: str) -> _Reading:
    reading = _Reading()
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    while True:
        block = file.read(BLOCK_BYTES)
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as failure:
            line = reading.line + failure.object.count(b"\n", 0, failure.start)
            raise UnreadableBytes(file=name, line=line, encoding=encoding) from None
        if "\0" in text:
            raise NotText(file=name, line=reading.line + text.count("\n", 0, text.index("\0")))
        reading.size += len(block)
        reading.take(text)
        if not block:
            break
    if not reading.sample.strip():
        raise Empty(file=name)
    return reading


def _insist_on_chinese(reading: _Reading, name: str) -> None:
    """Western accents also decode as GB18030, into characters that nobody writes: refuse those."""
    written = [character for character in reading.first_chinese if "\u4e00" <= character <= "\u9fff"]
    common = len("".join(written).encode("gb2312", "ignore")) // 2
    if common < len(written) / 2:
        first = next(place for place, letter in enumerate(reading.first_chinese) if not letter.isascii())
        raise DoubtfulEncoding(file=name, line=reading.chinese_line + reading.first_chinese.count("\n", 0, first))
