"""What a shop has: a web server, an SFTP server and a database, each real and on this machine."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

import asyncssh
import psycopg

import settings as test_settings

USER, PASSWORD = "shop", "correct horse"


class WebServer(ThreadingHTTPServer):
    """Serves `files` by path as (headers, blocks of a body), and keeps who asked for what, and with which headers."""

    daemon_threads = True

    def __init__(self):
        self.files, self.asked, self.headers = {}, [], {}
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def fields(self):
        return {"way": "url", "address": f"{self.url}/orders.csv"}

    def put(self, content, path="/orders.csv", status=200, **headers):
        blocks = [content.encode()] if isinstance(content, str) else content
        self.files[path] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, blocks)

    def redirect(self, to, path="/orders.csv"):
        self.put("", path, 302, Location=to)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        status, headers, blocks = self.server.files.get(self.path, (404, {}, [b""]))
        if headers.get("ETag") and headers["ETag"] == self.headers.get("If-None-Match"):
            status, blocks = 304, []
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):
            for block in blocks:
                self.wfile.write(block)

    def log_message(self, *_args):
        pass


@contextmanager
def web_server() -> Iterator[WebServer]:
    server = WebServer()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class SftpServer:
    """An SFTP server that knows one user, with a password or a key, in a loop and a thread of its own."""

    def __init__(self, folder: Path):
        folder.mkdir(exist_ok=True)
        self.folder, self.key, self.port = folder, asyncssh.generate_private_key("ssh-ed25519"), 0
        self.users_key = asyncssh.generate_private_key("ssh-ed25519")
        self.passwords_tried = []
        self._loop = asyncio.new_event_loop()

    @property
    def fields(self):
        return {
            "way": "sftp", "address": f"127.0.0.1:{self.port}", "user": USER, "secret": PASSWORD,
            "pattern": "orders*.csv", "folder": "out", "host_key": self.key.get_fingerprint(),
        }  # fmt: skip

    def put(self, name: str, content: str) -> Path:
        path = self.folder / "out" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
        return path

    def start(self):
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._acceptor = self._do(self._listen())
        self.port = self._acceptor.get_port()

    def stop(self):
        self._acceptor.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def show_another_key(self):
        """A new machine, or somebody in between."""
        self._acceptor.close()
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self._acceptor = self._do(self._listen())

    async def _listen(self):
        return await asyncssh.listen(
            "127.0.0.1",
            self.port,
            server_host_keys=[self.key],
            server_factory=lambda: _Doorkeeper(self),
            sftp_factory=lambda connection: asyncssh.SFTPServer(connection, chroot=str(self.folder)),
            reuse_address=True,
        )

    def _do(self, act):
        return asyncio.run_coroutine_threadsafe(act, self._loop).result(10)


class _Doorkeeper(asyncssh.SSHServer):
    def __init__(self, server):
        self.server = server

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        self.server.passwords_tried.append(password)
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, username, key):
        return key == self.server.users_key.convert_to_public()


@contextmanager
def sftp_server(folder: Path) -> Iterator[SftpServer]:
    server = SftpServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class Database(ThreadingTCPServer):
    """The tests' PostgreSQL as a shop would have it: by TCP, with a role that could write what it is used to read."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Relay)

    @property
    def fields(self):
        return {
            "way": "sql", "user": USER, "secret": PASSWORD, "query": "SELECT * FROM shop.orders ORDER BY 1",
            "address": f"postgresql://127.0.0.1:{self.server_address[1]}/{test_settings.DATABASE}",
        }  # fmt: skip

    def do(self, *statements: str) -> list[tuple]:
        """As somebody of the shop, with every right there."""
        with psycopg.connect(test_settings.superuser(test_settings.DATABASE), autocommit=True) as connection:
            for statement in statements:
                done = connection.execute(statement)
            return done.fetchall() if done.description else []


class _Relay(BaseRequestHandler):
    """Passes bytes between TCP and the server's own socket."""

    def handle(self):
        with psycopg.connect(test_settings.superuser("postgres")) as known, _line_to(known.info) as there:
            back = threading.Thread(target=_pass_on, args=(there, self.request), daemon=True)
            back.start()
            _pass_on(self.request, there)
            back.join()


def _line_to(info: psycopg.ConnectionInfo) -> socket.socket:
    if not info.host.startswith("/"):
        return socket.create_connection((info.host, info.port))
    line = socket.socket(socket.AF_UNIX)
    line.connect(f"{info.host}/.s.PGSQL.{info.port}")
    return line


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while block := source.recv(65_536):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)


TABLE = "CREATE TABLE shop.orders (订单号 text, 会员卡号 text, 下单时间 timestamptz, 实付金额 numeric(10, 2))"
REMOVED = ("DROP SCHEMA IF EXISTS shop CASCADE", f"DROP ROLE IF EXISTS {USER}")
MADE = (
    f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'",
    f"CREATE SCHEMA shop AUTHORIZATION {USER}",
    TABLE,
    f"ALTER TABLE shop.orders OWNER TO {USER}",
    "INSERT INTO shop.orders VALUES ('A1', 'C1', '2026-10-01 12:00+08', 120.5)",
    "INSERT INTO shop.orders VALUES ('A2', 'C2', '2026-10-02 13:00+08', 88)",
)


@contextmanager
def database() -> Iterator[Database]:
    server = Database()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.do(*REMOVED, *MADE)
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        server.do(*REMOVED)
