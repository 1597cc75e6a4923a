"""Homes that are real."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from integration.runtime.installation import Installation
from integration.runtime.machine import eventually, processes_of
from shuke.runtime.cluster import Cluster
from shuke.runtime.home import Home
from shuke.runtime.process import signal_process


@contextmanager
def empty_home() -> Iterator[Home]:
    """A home with a short path; whatever still works in it is killed afterwards."""
    root = Path(tempfile.mkdtemp(prefix="shuke-test-"))
    try:
        yield Home(root / "home")
    finally:
        for pid in processes_of(root):
            signal_process(pid, signal.SIGKILL)
        eventually(lambda: not processes_of(root), within=10)
        shutil.rmtree(root)


@pytest.fixture
def home() -> Iterator[Home]:
    """A home with nothing in it."""
    with empty_home() as empty:
        yield empty


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Home:
    """A home whose database is made: copying it is faster than making one per test."""
    made = Home(tmp_path_factory.mktemp("template") / "home")
    Cluster(made).ensure()
    return made


@pytest.fixture
def made_home(home: Home, template: Home) -> Home:
    """A home whose database is made and stopped."""
    shutil.copytree(template.root, home.root)
    return home


@pytest.fixture(scope="module")
def cluster(template: Home) -> Iterator[Cluster]:
    """A PostgreSQL that runs; a test that ends it starts it again."""
    with empty_home() as home:
        shutil.copytree(template.root, home.root)
        started = Cluster(home)
        started.start()
        yield started
        started.stop()


@pytest.fixture
def up(made_home: Home) -> Iterator[Installation]:
    """An installation that works, to be ended by the test."""
    yield from _working(made_home)


@pytest.fixture(scope="module")
def lasting_up(template: Home) -> Iterator[Installation]:
    """An installation that survives what the tests of a module do to it."""
    with empty_home() as home:
        shutil.copytree(template.root, home.root)
        yield from _working(home)


def _working(home: Home) -> Iterator[Installation]:
    installation = Installation(home)
    try:
        eventually(installation.works, within=60)
        yield installation
    finally:
        installation.process.kill()
        installation.process.wait()
