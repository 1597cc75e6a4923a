"""Secrets that an installation makes for itself, each in a file that only its owner can read."""

import secrets
from functools import cache
from pathlib import Path

from shuke.config.environment import Environment, environment
from shuke.core.crypto import KeyRing
from shuke.core.files import write_once
from shuke.runtime.home import Home


def secret_key(env: Environment) -> str:
    """The key that signs sessions: the given one, or one kept in the home folder."""
    if env.secret_key:
        return env.secret_key.get_secret_value()
    path = _secrets(env) / "session_key"
    if not path.exists():
        write_once(path, secrets.token_urlsafe(48))
    return path.read_text()


@cache
def key_ring() -> KeyRing:
    """The installation's key ring; made on the first use of a new home."""
    path = _secrets(environment()) / "keys.json"
    if not path.exists():
        KeyRing.generate().save(path)
    return KeyRing.load(path)


def _secrets(env: Environment) -> Path:
    folder = Home(env.home).secrets
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
