"""A whole installation from the outside: its commands, its pages, and its processes to be killed."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg

from shuke.runtime.cluster import Cluster
from shuke.runtime.home import Home
from shuke.runtime.process import signal_process

SOURCES = Path(__file__).resolve().parents[1] / "src"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')

QUEUE_IMPORT = """
import sys
from pathlib import Path
from shuke.cli.attach import attached
with attached():
    from shuke.intake import services
    this = services.begin(path=Path(sys.argv[1]), source=sys.argv[2])
    services.start(this=this)
    print(this.pk)
"""


SELL_TODAY = """
import sys, time
from shuke.cli.attach import attached
with attached():
    from django.db import transaction
    from django.utils.timezone import localdate, now
    from shuke.customers.models import Identity, Source
    from shuke.history import services
    from shuke.history.models import Order
    customer, *keys = sys.argv[1:]
    identity = Identity.objects.filter(customer=customer).earliest("pk")
    for key in keys:
        with transaction.atomic():
            own = {"source": Source.own(), "source_key": key, "identity": identity, "amount": 10_000}
            Order.objects.create(**own, ordered_at=now(), ordered_on=localdate())
            services.mark(identities=[identity.pk], days=[localdate()])
        print(time.time(), flush=True)
"""


class Installation:
    """Shuke in a home of its own, driven by its command line."""

    def __init__(self, home: Path, *, python: Path | None = None, **settings: str) -> None:
        """`python` is an environment in which Shuke is installed; without it, these sources run in ours."""
        self.home = home
        self._python = str(python or sys.executable)
        self.url = f"http://127.0.0.1:{_free_port()}"
        self._env = {name: value for name, value in os.environ.items() if not name.startswith(("SHUKE_", "DJANGO_"))}
        self._env |= {"SHUKE_HOME": str(home), "SHUKE_URL": self.url, "SHUKE_LANGUAGE": "en", **settings}
        for name in ("DATABASE_URL", "PYTHONPATH", "VIRTUAL_ENV"):
            self._env.pop(name, None)
        if python is None:
            self._env["PYTHONPATH"] = str(SOURCES)
        self._up: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> list[str]:
        return [self._python, "-m", "shuke", *words]

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(self.command(*words), env=self._env, capture_output=True, text=True, check=check)

    def json(self, *words: str) -> dict[str, Any]:
        """The object with which a command ends."""
        return json.loads(self.run(*words, "--json").stdout.splitlines()[-1])

    def queue_import(self, file: Path, *, source: str) -> int:
        """Begin an import as its page does, for the worker to run; returns its number."""
        return int(self._inside(QUEUE_IMPORT, str(file), source))

    def sell_today(self, customer: int, *keys: str) -> list[float]:
        """An order of now for each key, each a transaction of its own; returns when each was committed."""
        return [float(moment) for moment in self._inside(SELL_TODAY, str(customer), *keys).split()]

    def _inside(self, program: str, *words: str) -> str:
        """Run a few lines with the installation's settings; returns what they print."""
        command = [self._python, "-c", program, *words]
        return subprocess.run(command, env=self._env, capture_output=True, text=True, check=True).stdout

    def begin(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a command that is going to be killed, in a process group of its own."""
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(self.command(*words), env=self._env, start_new_session=True, **quiet)

    @contextmanager
    def up(self, command: str = "up", *, within: int = 90) -> Iterator["Installation"]:
        """`shuke up`, or another command that ends in it, for the block; what is left of it afterwards is killed."""
        self._up = self.begin(command)
        try:
            wait_until(self.answers, seconds=within)
            yield self
        finally:
            self.end()

    def end(self) -> None:
        if self._up is not None and self._up.poll() is None:
            self._up.send_signal(signal.SIGTERM)
            self._up.wait(15)
        for pid in self.processes().values():
            signal_process(pid, signal.SIGKILL)

    def answers(self) -> bool:
        """Does the log-in page come?"""
        try:
            with urllib.request.urlopen(f"{self.url}/accounts/login/", timeout=5) as page:
                return page.status == 200
        except OSError:
            return False

    def works(self) -> bool:
        """Are all programs there, does a page come, and does the database answer?"""
        if not {"web", "worker", "postgres"} <= set(self.processes()) or not self.answers():
            return False
        try:
            return self.sql("SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False

    def processes(self) -> dict[str, int]:
        """The main processes of this home by name: up, web, worker, postgres."""
        found: dict[str, int] = {}
        for folder in Path("/proc").glob("[0-9]*"):
            name = self._name_of(folder)
            if name and int(folder.name) < found.get(name, 1 << 30):
                found[name] = int(folder.name)
        return found

    def _name_of(self, folder: Path) -> str | None:
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            env = (folder / "environ").read_bytes()
        except OSError:
            return None
        if f"{self.home}/pg" in words:
            return "postgres"
        if f"SHUKE_HOME={self.home}".encode() not in env.split(b"\0"):
            return None
        return next((name for mark, name in _MARKS if mark in words), None)

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database as its superuser."""
        with psycopg.connect(Cluster(Home(self.home)).dsn("superuser")) as database:
            return database.execute(query).fetchall()

    def log_in(self, username: str, password: str) -> "Browser":
        """A browser without scripts in which somebody has logged in."""
        browser = Browser(self.url)
        status, page = browser("/accounts/login/", login=username, password=password)
        assert status == 200 and "account/login" not in page, page[:500]
        return browser


class Browser:
    """A browser without scripts: `browser(path, **form)` gives status and page."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._jar = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))

    def __call__(self, path: str, **form: str) -> tuple[int, str]:
        request = urllib.request.Request(self.url + quote(path, safe="/?&=%"), headers={"Referer": self.url})
        if form:
            token = TOKEN.search(self._opener.open(self.url + path).read().decode())
            request.data = urlencode(form | {"csrfmiddlewaretoken": token[1] if token else ""}).encode()
        try:
            with self._opener.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    @property
    def cookies(self) -> str:
        """What it sends as `Cookie`."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)


_MARKS = (("granian", "web"), ("worker", "worker"), ("up", "up"))


def wait_until(holds: Callable[[], bool], *, seconds: float) -> float:
    """Wait until `holds`; returns the seconds it took."""
    begun = time.monotonic()
    while not holds():
        if time.monotonic() - begun > seconds:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.1)
    return time.monotonic() - begun


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
