"""How a MySQL may ask for the password: as a proof that it is known, or as it is through TLS, and in no other way.

An unencrypted line could be anybody's. There the library would send the password itself to a server that asks for it,
or encrypt it with whatever key it is shown.
"""

from collections.abc import Callable
from typing import Any

from pymysql import _auth, err
from pymysql.connections import Connection
from pymysql.constants import CR


class Refused:
    """A login that shows the password, gives too much of it away, or needs a library of its own."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def authenticate(self, packet: Any) -> Any:
        raise err.OperationalError(CR.CR_AUTH_PLUGIN_CANNOT_LOAD, "")


class _ThroughTls(Refused):
    """A login that may come to sending the password itself."""

    proof: Callable[[Connection, Any], Any]

    def authenticate(self, packet: Any) -> Any:
        if not self.connection._secure:
            return super().authenticate(packet)
        return self.proof(self.connection, packet)


class CachingSha2(_ThroughTls):
    proof = staticmethod(_auth.caching_sha2_password_auth)


class Sha256(_ThroughTls):
    proof = staticmethod(_auth.sha256_password_auth)


TAKEN: dict[str, type[Refused]] = {
    "caching_sha2_password": CachingSha2,
    "sha256_password": Sha256,
    "client_ed25519": Refused,
    "dialog": Refused,
    "mysql_clear_password": Refused,
    "mysql_old_password": Refused,
}
"""By the name of a way to log in; mysql_native_password is the library's own, and all others it refuses itself."""
