"""A MariaDB as a shop would have it, of its own folder and port; and one that only says it is a MySQL."""

import datetime
import ipaddress
import os
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pymysql
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pymysql.constants import CLIENT

from integration.pulls.servers import PASSWORD, USER

PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
MARIADB = shutil.which("mariadbd", path=PLACES)
WAIT_SECONDS = 60
BEGUN_ANEW = (
    "DROP DATABASE IF EXISTS shop",
    "CREATE DATABASE shop CHARACTER SET utf8mb4",
    f"CREATE OR REPLACE USER {USER}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'",
    f"GRANT ALL ON shop.* TO {USER}@'127.0.0.1'",
    f"GRANT FILE ON *.* TO {USER}@'127.0.0.1'",
    "CREATE TABLE shop.orders (订单号 varchar(20), 会员卡号 text, 下单时间 timestamp, 实付金额 decimal(10, 2))",
    "INSERT INTO shop.orders VALUES ('A1', 'C1', '2026-10-01 12:00', 120.5)",
    "INSERT INTO shop.orders VALUES ('A2', 'C2', '2026-10-02 13:00', 88)",
)


class MySql:
    """A server of its own with a user who could write what it is used to read, and who may write files."""

    def __init__(self, folder: Path):
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    @property
    def fields(self):
        return {
            "way": "sql", "user": USER, "secret": PASSWORD, "query": "SELECT * FROM shop.orders ORDER BY 1",
            "address": f"mysql://127.0.0.1:{self.port}/shop",
        }  # fmt: skip

    @property
    def authority(self) -> Path:
        """The certificate of who has signed the server's own."""
        return self.folder / "ca.pem"

    @property
    def tls(self) -> ssl.SSLContext:
        """As the server speaks it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "server.pem", self.folder / "server.key")
        return context

    @property
    def _user(self) -> list[str]:
        return ["--user=root"] if os.getuid() == 0 else []

    def do(self, *statements: str) -> list[tuple]:
        """As somebody of the shop, with every right there."""
        with self._administrator() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def begin_anew(self) -> None:
        self.do(*BEGUN_ANEW)

    def start(self) -> subprocess.Popen:
        place = ["--no-defaults", f"--datadir={self.folder / 'data'}", *self._user]
        root = ["--auth-root-authentication-method=normal", "--skip-test-db"]
        subprocess.run(["mariadb-install-db", *place, *root], check=True, capture_output=True, env=_environment())
        _certificates(self.folder)
        asked = {
            "port": self.port, "bind-address": "127.0.0.1", "socket": self.folder / "s",
            "pid-file": self.folder / "pid", "log-error": self.folder / "log",
            "ssl-cert": self.folder / "server.pem", "ssl-key": self.folder / "server.key",
            "innodb-flush-log-at-trx-commit": 0, "innodb-buffer-pool-size": "16M", "default-time-zone": "+08:00",
        }  # fmt: skip
        return subprocess.Popen([MARIADB, *place, *(f"--{name}={value}" for name, value in asked.items())])

    def wait(self) -> None:
        until = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                self.do("SELECT 1")
            except pymysql.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
            else:
                return

    def _administrator(self) -> pymysql.Connection:
        place = str(self.folder / "s")
        return pymysql.connect(unix_socket=place, user="root", charset="utf8mb4", autocommit=True)


@contextmanager
def mysql_server(folder: Path) -> Iterator[MySql]:
    server = MySql(folder)
    process = server.start()
    try:
        server.wait()
        yield server
    finally:
        process.terminate()
        process.wait(WAIT_SECONDS)


def _environment() -> dict[str, str]:
    return os.environ | {"PATH": PLACES}


def _certificates(folder: Path) -> None:
    """An authority, and a certificate by it for 127.0.0.1."""
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("ca", "server")}
    for name, more in (
        ("ca", x509.BasicConstraints(ca=True, path_length=None)),
        ("server", x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])),
    ):
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_called(name))
            .issuer_name(_called("ca"))
            .public_key(keys[name].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(more, critical=False)
            .sign(keys["ca"], hashes.SHA256())
        )
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    unlocked = serialization.NoEncryption()
    encoded = (serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, unlocked)
    (folder / "server.key").write_bytes(keys["server"].private_bytes(*encoded))


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Rogue(ThreadingTCPServer):
    """Asks for the password by `plugin`, with TLS or without; keeps what it was `sent` before it asked, and after."""

    daemon_threads = True
    SALT = b"12345678901234567890"

    def __init__(self, plugin: str, tls: ssl.SSLContext | None):
        self.plugin, self.tls, self.sent, self.sent_after = plugin.encode(), tls, b"", b""
        super().__init__(("127.0.0.1", 0), _Asking)

    @property
    def fields(self):
        return {
            "way": "sql", "user": USER, "secret": PASSWORD, "query": "SELECT 1",
            "address": f"mysql://127.0.0.1:{self.server_address[1]}/shop",
        }  # fmt: skip

    @property
    def greeting(self) -> bytes:
        """Source: MySQL's client/server protocol, Protocol::HandshakeV10."""
        can = CLIENT.CAPABILITIES | (CLIENT.SSL if self.tls else 0)
        low, high = can & 0xFFFF, can >> 16
        first = b"\x0a8.0.99\0" + struct.pack("<I", 1) + self.SALT[:8] + b"\0"
        return first + struct.pack("<HBHHB10x", low, 45, 2, high, 21) + self.SALT[8:] + b"\0" + self.plugin + b"\0"


class _Asking(BaseRequestHandler):
    def handle(self):
        server, line, number = self.server, self.request, 2
        with suppress(OSError):
            line.sendall(_packet(0, server.greeting))
            if server.tls:
                line.recv(36)  # that it wants TLS
                line, number = server.tls.wrap_socket(line, server_side=True), 3
            server.sent += line.recv(65_536)
            full_login = server.plugin == b"caching_sha2_password"
            asked = b"\x01\x04" if full_login else b"\xfe" + server.plugin + b"\0" + server.SALT + b"\0"
            line.sendall(_packet(number, asked))
            server.sent_after += line.recv(65_536)
            line.close()


def _packet(number: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "little") + bytes([number]) + payload


@contextmanager
def rogue(plugin: str, tls: ssl.SSLContext | None = None) -> Iterator[Rogue]:
    server = Rogue(plugin, tls)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
