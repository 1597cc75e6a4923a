"""Field encryption: AES-256-GCM with a key id, and a keyed blind index for exact search.

A ciphertext is `version (1 byte) | key id (2 bytes) | nonce (12) | sealed text and tag`. The table, the column and
the key id are its associated data, so that a value moved to another column does not open.
Source: NIST SP 800-38D (GCM); RFC 2104 (HMAC).
"""

import base64
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shuke.core.errors import ShukeError
from shuke.core.files import write_once
from shuke.core.words import mark as _

VERSION = 1
HEADER_BYTES = 3
NONCE_BYTES = 12
BLIND_INDEX_BYTES = 16


class CannotDecrypt(ShukeError):
    """The key is missing or wrong, or the value was altered; there is never a guess instead."""

    code = "cannot_decrypt"
    message = _("A protected value cannot be opened: the key is missing or the value was altered.")


class KeyRingMissing(ShukeError):
    """Without the key ring nothing that is protected can be read or written."""

    code = "key_ring_missing"
    message = _("The key ring %(path)s is missing. Restore it from where you keep your keys.")


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of an installation: data keys by id, the id that new values use, and the index key."""

    data_keys: dict[int, bytes]
    current: int
    index_key: bytes

    @classmethod
    def generate(cls) -> "KeyRing":
        return cls({1: secrets.token_bytes(32)}, 1, secrets.token_bytes(32))

    @classmethod
    def load(cls, path: Path) -> "KeyRing":
        try:
            stored = json.loads(path.read_text())
        except FileNotFoundError:
            raise KeyRingMissing(path=path) from None
        keys = {int(key_id): base64.b64decode(key) for key_id, key in stored["data_keys"].items()}
        return cls(keys, stored["current"], base64.b64decode(stored["index_key"]))

    def save(self, path: Path) -> None:
        """Write the ring once, readable by its owner only; an existing ring is never overwritten."""
        keys = {str(key_id): base64.b64encode(key).decode() for key_id, key in self.data_keys.items()}
        stored = {
            "data_keys": keys,
            "current": self.current,
            "index_key": base64.b64encode(self.index_key).decode(),
        }
        write_once(path, json.dumps(stored))

    def encrypt(self, text: str, *, field: str) -> bytes:
        """The ciphertext of `text` for `field` ("table.column")."""
        header = bytes([VERSION]) + self.current.to_bytes(2, "big")
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self.data_keys[self.current]).encrypt(nonce, text.encode(), header + field.encode())
        return header + nonce + sealed

    def decrypt(self, ciphertext: bytes, *, field: str) -> str:
        """The text of a ciphertext of `field`; CannotDecrypt when key, place or bytes are not the original ones."""
        header, rest = bytes(ciphertext[:HEADER_BYTES]), bytes(ciphertext[HEADER_BYTES:])
        key = self.data_keys.get(int.from_bytes(header[1:], "big"))
        if key is None or header[:1] != bytes([VERSION]):
            raise CannotDecrypt
        try:
            text = AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], header + field.encode())
        except (InvalidTag, ValueError):
            raise CannotDecrypt from None
        return text.decode()

    def blind_index(self, text: str, *, field: str) -> bytes:
        """A keyed fingerprint: equal texts of one field find each other; nobody without the key can test a guess."""
        return hmac.digest(self.index_key, f"{field}\x00{text}".encode(), "sha256")[:BLIND_INDEX_BYTES]
