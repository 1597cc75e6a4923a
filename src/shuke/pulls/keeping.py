"""What is fetched lies here as what people send: encrypted with a key of its own from its first byte."""

import hashlib
import io
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from shuke.intake.models import Import
from shuke.intake.reading.sealed import FRAME_BYTES, new_key, seal
from shuke.intake.services import uploads_folder
from shuke.pulls.models import PullRun
from shuke.pulls.problems import TooLarge, TooSlow

MOST_BYTES = 1 << 30
LONGEST = 1_800
"""Seconds that one file may take to come in."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A fetched file, sealed; `key` opens it."""

    path: Path
    size: int
    sha256: str
    key: bytes = field(repr=False)

    @property
    def sealed_key(self) -> bytes:
        return settings.KEY_RING.encrypt(self.key.hex(), field=Import.UPLOAD_KEY)

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


def keep(chunks: Iterator[bytes], *, run: PullRun, host: str) -> Kept:
    """Store what comes in; TooLarge or TooSlow beyond the limits, and then nothing stays."""
    path, key = uploads_folder() / f"{_prefix(run)}{uuid.uuid4().hex}", new_key()
    plain = _Plain(chunks, host)
    try:
        with path.open("xb") as file:
            seal(io.BufferedReader(plain, FRAME_BYTES), file, key)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Kept(path, plain.size, plain.digest.hexdigest(), key)


def discard_half_done(run: PullRun) -> None:
    """Throw away what a killed attempt at `run` has left behind."""
    for path in uploads_folder().glob(f"{_prefix(run)}*"):
        discard_unless_imported(path)


def discard_unless_imported(path: Path) -> None:
    if not Import.objects.filter(path=str(path)).exists():
        path.unlink(missing_ok=True)


class _Plain(io.RawIOBase):
    """Chunks as a file that is read once, counted on the way."""

    def __init__(self, chunks: Iterator[bytes], host: str) -> None:
        self._chunks, self._host, self._ready = chunks, host, memoryview(b"")
        self._until = time.monotonic() + LONGEST
        self.size, self.digest = 0, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._count(chunk)
            self._ready = memoryview(chunk)
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size

    def _count(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.digest.update(chunk)
        if self.size > MOST_BYTES:
            raise TooLarge(host=self._host, megabytes=MOST_BYTES >> 20)
        if time.monotonic() > self._until:
            raise TooSlow(host=self._host)


def _prefix(run: PullRun) -> str:
    return f"pull-{run.pk}-"
