"""Files in a folder of an SFTP server whose key somebody has confirmed; before that no password is sent."""

import asyncio
import stat
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import TypeVar
from urllib.parse import urlsplit

import asyncssh
from anyio.from_thread import BlockingPortal, start_blocking_portal

from shuke.pulls.fetching.guard import server_address
from shuke.pulls.fetching.places import BLOCK_BYTES, Access, File, Marks, Stream, Unchanged
from shuke.pulls.problems import (
    Denied,
    HostKeyChanged,
    HostKeyUnknown,
    NotThere,
    StillWritten,
    TooManyFiles,
    TooSlow,
    Unreachable,
    WrongAddress,
    WrongKey,
)

EXAMPLE = "sftp.example.com:22"
PORT = 22
CONNECT_SECONDS, LOGIN_SECONDS, READ_SECONDS, LIST_SECONDS = 10, 20, 60, 60
MOST_FILES = 10_000
PRIVATE_KEY = "-----BEGIN "
NOBODY = ([], [], [])
"""No key is trusted but the one that was confirmed; a file of known hosts is another program's."""

Result = TypeVar("Result")


def validate(access: Access) -> None:
    host, port = _server(access)
    _keys(access)
    server_address(host, port, access)


@contextmanager
def reached(access: Access) -> Iterator["Folder"]:
    host, port = _server(access)
    address = server_address(host, port, access)
    with start_blocking_portal() as portal:
        line = _Line(portal, host)
        connection = line.wait(_connected(access, host, address, port), CONNECT_SECONDS + LOGIN_SECONDS)
        try:
            sftp = line.wait(connection.start_sftp_client(path_errors="surrogateescape"), LOGIN_SECONDS)
            yield Folder(access, line, sftp)
        finally:
            portal.call(connection.abort)


@dataclass(frozen=True, slots=True)
class _Line:
    """Waits for a server as code that knows of no event loop does; says in our words why it did not answer."""

    portal: BlockingPortal
    host: str

    def wait(self, act: Coroutine[None, None, Result], seconds: float) -> Result:
        try:
            return self.portal.call(asyncio.wait_for, act, seconds)
        except TimeoutError:
            raise TooSlow(host=self.host) from None
        except (asyncssh.PermissionDenied, asyncssh.SFTPPermissionDenied):
            raise Denied(host=self.host) from None
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
            raise NotThere(host=self.host) from None
        except (OSError, asyncssh.Error):
            raise Unreachable(host=self.host) from None


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of a folder whose names fit the pattern."""

    access: Access
    line: _Line
    sftp: asyncssh.SFTPClient
    spelled: dict[str, str] = field(default_factory=dict)
    """By the name of a file that is shown, how the server spells it."""

    def files(self) -> list[File]:
        found = self.line.wait(self._listed(), LIST_SECONDS)
        return sorted(found, key=lambda file: (file.marks["mtime"], file.name))

    @contextmanager
    def opened(self, file: File, *, before: Marks) -> Iterator[Stream]:
        if before and before == file.marks:
            raise Unchanged
        path = str(PurePosixPath(self.access.folder or ".") / self.spelled.get(file.name, file.name))
        remote = self.line.wait(self.sftp.open(path, "rb"), READ_SECONDS)
        try:
            yield Stream(self._chunks(file, remote), file.marks)
        finally:
            self.line.wait(remote.close(), READ_SECONDS)

    def _chunks(self, file: File, remote: asyncssh.SFTPClientFile) -> Iterator[bytes]:
        size = 0
        while chunk := self.line.wait(remote.read(BLOCK_BYTES), READ_SECONDS):
            size += len(chunk)
            yield chunk
        if size != file.size or _marks(self.line.wait(remote.stat(), READ_SECONDS)) != file.marks:
            raise StillWritten(file=file.name)

    async def _listed(self) -> list[File]:
        found = []
        async for entry in self.sftp.scandir(self.access.folder or "."):
            name = _readable(str(entry.filename))
            self.spelled[name] = str(entry.filename)
            if not stat.S_ISREG(entry.attrs.permissions or 0) or not fnmatchcase(name, self.access.pattern or "*"):
                continue
            if "/" in name or len(name) > 255:
                continue
            found.append(File(name, entry.attrs.size, _marks(entry.attrs)))
            if len(found) > MOST_FILES:
                raise TooManyFiles(host=self.line.host, most=MOST_FILES)
        return found


class _Client(asyncssh.SSHClient):
    """Lets a server pass that shows the confirmed key, and remembers which one it has shown."""

    def __init__(self, confirmed: str) -> None:
        self.confirmed, self.shown = confirmed, ""

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        self.shown = key.get_fingerprint()
        return self.shown == self.confirmed


async def _connected(access: Access, host: str, address: str, port: int) -> asyncssh.SSHClientConnection:
    client = _Client(access.host_key)
    keys = _keys(access)
    try:
        return await asyncssh.connect(
            address,
            port,
            username=access.user,
            password=None if keys else access.secret,
            client_keys=keys,
            client_factory=lambda: client,
            known_hosts=NOBODY,
            agent_path=None,
            gss_host=None,
            config=None,
            connect_timeout=CONNECT_SECONDS,
            login_timeout=LOGIN_SECONDS,
        )
    except asyncssh.HostKeyNotVerifiable:
        refusal = HostKeyChanged if access.host_key else HostKeyUnknown
        raise refusal(host=host, fingerprint=client.shown) from None


def _keys(access: Access) -> list[asyncssh.SSHKey] | None:
    """The private key, where the secret is one and no password."""
    if not access.secret.lstrip().startswith(PRIVATE_KEY):
        return None
    try:
        return [asyncssh.import_private_key(access.secret.strip() + "\n")]
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        raise WrongKey from None


def _server(access: Access) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{access.address.removeprefix('sftp://')}")
        host, port = parts.hostname, parts.port or PORT
    except ValueError:
        raise WrongAddress(example=EXAMPLE) from None
    if not host or parts.path.strip("/") or parts.username:
        raise WrongAddress(example=EXAMPLE)
    return host, port


def _readable(name: str) -> str:
    """A name that is no UTF-8 is taken for GB18030, as servers on Chinese Windows write it."""
    raw = name.encode("utf-8", "surrogateescape")
    return name if raw.decode("utf-8", "ignore") == name else raw.decode("gb18030", "replace")


def _marks(attributes: asyncssh.SFTPAttrs) -> Marks:
    return {"size": attributes.size, "mtime": attributes.mtime}
