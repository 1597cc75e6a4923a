"""Can Spark compute here? Its package, its Java, and the master of its cluster."""

import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from shuke.core.words import mark as _
from shuke.runtime.health import Check
from shuke.runtime.problems import Problem
from shuke.runtime.shared_folder import SharedFolder

__all__ = ["JavaMissing", "MasterSilent", "SparkMissing", "doctor", "find_master", "find_package"]

PATIENCE = 5  # seconds
JAVA = re.compile(r"Using Scala version .+?, (.+)$", re.MULTILINE)


class SparkMissing(Problem):
    code = "spark_missing"
    message = _("SHUKE_ENGINE asks for Spark, which is not installed here.")
    remedy = _("Install it with: pip install 'shuke[spark]'")


class JavaMissing(Problem):
    code = "java_missing"
    message = _("Spark does not start here: it finds no Java 17 or 21.")
    remedy = _("Install Java 17 or 21, and set JAVA_HOME to its folder where java is not on the PATH.")


class MasterSilent(Problem):
    code = "spark_master_silent"
    message = _("No Spark master answers at %(master)s.")
    remedy = _("Start the cluster, or correct SHUKE_ENGINE; nothing between it and this machine may close the port.")


def doctor(master: str, *, shared: str | None) -> Iterator[Check]:
    """All checks of an installation whose scores Spark computes at `master`, from facts in the `shared` folder."""
    yield _check("spark", _("Spark %(version)s."), find_package)
    yield _check("java", _("Spark runs on %(java)s."), find_java)
    yield _check("spark_master", _("%(master)s takes connections."), lambda: find_master(master))
    yield _shared(shared) if shared else _not_shared(master)


def find_package() -> dict[str, str]:
    """The installed version of Spark; SparkMissing."""
    try:
        return {"version": version("pyspark")}
    except PackageNotFoundError:
        raise SparkMissing from None


def find_java() -> dict[str, str]:
    """The Java that Spark itself finds, which takes it two seconds; SparkMissing, JavaMissing."""
    find_package()
    spec = find_spec("pyspark")
    program = Path(str(spec and spec.origin)).parent / "bin" / "spark-submit"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = JAVA.search(said.stderr + said.stdout)
    if said.returncode or not found:
        raise JavaMissing
    return {"java": found[1]}


def find_master(master: str) -> dict[str, str]:
    """One of the masters of an address that takes connections; MasterSilent."""
    if not master.startswith("spark://"):
        return {"master": master}
    for place in master.removeprefix("spark://").split(","):
        host, port = place.rsplit(":", 1)
        with suppress(OSError), socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE):
            return {"master": f"spark://{place}"}
    raise MasterSilent(master=master)


def _check(name: str, well: str, find: Callable[[], dict[str, str]]) -> Check:
    try:
        return Check(name, True, well, find())
    except Problem as problem:
        return Check(name, False, problem.message, problem.params, problem.remedy)


def _shared(address: str) -> Check:
    def write() -> dict[str, str]:
        folder = SharedFolder(address)
        folder.try_out()
        return {"place": folder.place}

    return _check("shared", _("The facts can be written to %(place)s."), write)


def _not_shared(master: str) -> Check:
    """Workers on this machine read the mirror itself, as long as their account may."""
    here = not master.startswith("spark://")
    message = _("Spark reads the mirror in SHUKE_HOME.")
    remedy = _("Set SHUKE_MIRROR to a folder or an object store that all machines of the cluster can read.")
    return Check("shared", here, message, {}, remedy, hint=True)
