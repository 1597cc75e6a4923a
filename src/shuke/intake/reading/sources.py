"""One pass over a whole file before a row is taken from it: its encoding, decoded strictly, or its sheets."""

import codecs
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Self

from shuke.core.words import mark as _
from shuke.intake.reading.files import BLOCK_BYTES, Unusable, opened, raw
from shuke.intake.reading.workbooks import Sheet, is_workbook, sheets_of

SAMPLE_CHARACTERS = 1 << 17
HEAD_BYTES = 8192
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
LADDER = ("utf-8", "gb18030")
ENOUGH_LETTERS = 10_000
LINE_BREAK = re.compile(r"\r\n|\r|\n")


class Empty(Unusable):
    code = "file_empty"
    message = _("%(file)s is empty.")


class NotText(Unusable):
    code = "file_not_text"
    message = _("%(file)s is not a text file (line %(line)s).")


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
    """What one pass over the whole file found: if this exists, all of the file can be read.

    A text has an `encoding` and a `sample` of its characters, a workbook has `sheets`.
    """

    path: Path
    name: str
    sha256: str
    unpacked_bytes: int
    encoding: str = ""
    sample: str = ""
    whole: bool = True
    """Whether the sample is the whole text."""
    sheets: tuple[Sheet, ...] = ()
    key: bytes = field(default=b"", repr=False)
    """Opens a kept file; blank for one that lies there in clear."""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "path": str(self.path), "key": self.key.hex()}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        sheets = (
            Sheet(sheet["name"], sheet["rows"], tuple(tuple(cells) for cells in sheet["head"]))
            for sheet in told["sheets"]
        )
        return cls(**{**told, "path": Path(told["path"]), "key": bytes.fromhex(told["key"]), "sheets": tuple(sheets)})


def survey(path: Path, *, name: str = "", encoding: str | None = None, key: bytes = b"") -> Survey:
    """Read all of `path` once; Unusable if it is empty, no table, damaged, or not in one encoding.

    `name` is what people call the file (default: its own), `encoding` overrides the ladder BOM, UTF-8, GB18030,
    `key` opens a kept file.
    """
    name = name or path.name
    with raw(path, key) as file:
        is_book = is_workbook(file.peek(HEAD_BYTES))
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    if is_book:
        return Survey(path, name, sha256, path.stat().st_size, sheets=sheets_of(path, name, key), key=key)
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
        return Survey(path, name, sha256, reading.size, candidate, reading.sample, reading.whole, key=key)
    raise max(failures, key=lambda failure: failure.params["line"])


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
    """Western accents and Big5 also decode as GB18030, into characters that nobody writes: refuse those."""
    letters = list(islice(filter(_is_letter, reading.first_chinese), ENOUGH_LETTERS))
    if sum(map(_is_common, letters)) < len(letters) / 2:
        first = next(place for place, letter in enumerate(reading.first_chinese) if not letter.isascii())
        raise DoubtfulEncoding(file=name, line=reading.chinese_line + reading.first_chinese.count("\n", 0, first))


def _is_letter(character: str) -> bool:
    """Whether something is written with it beyond ASCII; what belongs to nobody's script counts too."""
    return not character.isascii() and (character.isalpha() or unicodedata.category(character) == "Co")


def _is_common(letter: str) -> bool:
    """Whether Chinese is written with it every day: GB 2312 has it, or it is a letter of full width."""
    is_chinese = "\u4e00" <= letter <= "\u9fff" and letter.encode("gb2312", "ignore")
    return bool(is_chinese) or "\uff00" <= letter <= "\uffef"
