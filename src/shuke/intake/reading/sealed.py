"""Kept files are encrypted, each with a key of its own, in frames that are read as a stream.

AES-256-GCM; the nonce is the frame's number (no key seals two files), the last frame is marked as such, so that a file
that was cut, reordered or altered does not open. Source: the STREAM construction of Hoang, Reyhanitabar, Rogaway and
Vizár (CRYPTO 2015).
"""

import io
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FRAME_BYTES = 1 << 20
TAG_BYTES = 16
KEY_BYTES = 32


def new_key() -> bytes:
    return AESGCM.generate_key(KEY_BYTES * 8)


def seal(plain: BinaryIO, sealed: BinaryIO, key: bytes) -> None:
    """Write all of `plain` into `sealed`."""
    cipher, number = AESGCM(key), 0
    frame = plain.read(FRAME_BYTES)
    while True:
        following = plain.read(FRAME_BYTES)
        sealed.write(cipher.encrypt(_nonce(number), frame, _place(last=not following)))
        if not following:
            break
        frame, number = following, number + 1


class Sealed(io.RawIOBase):
    """The plain bytes of a sealed file; OSError if it is not whole or not ours."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        self._file, self._cipher, self._number = file, AESGCM(key), 0
        self._next = file.read(FRAME_BYTES + TAG_BYTES)
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._ready and self._next:
            self._ready = memoryview(self._open_frame())
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size

    def close(self) -> None:
        self._file.close()
        super().close()

    def _open_frame(self) -> bytes:
        frame, self._next = self._next, self._file.read(FRAME_BYTES + TAG_BYTES)
        try:
            plain = self._cipher.decrypt(_nonce(self._number), frame, _place(last=not self._next))
        except InvalidTag:
            raise OSError(f"frame {self._number} of a kept file does not open") from None
        self._number += 1
        return plain


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _place(*, last: bool) -> bytes:
    return b"last" if last else b""
