"""Spark for tests: a session on this machine, and a cluster of real masters and workers on the loopback."""

import json
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest

from installation import wait_until

LOOPBACK = "127.0.0.1"
MASTER = "local[2]"
SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""A Java that soon ends again: to compile most thoroughly would take it longer than it gains."""
SMALL = {
    "spark.driver.host": LOOPBACK,
    "spark.driver.bindAddress": LOOPBACK,
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.driver.extraJavaOptions": SHORT_LIVED,
    "spark.executor.extraJavaOptions": SHORT_LIVED,
    "spark.executor.memory": "512m",
    "spark.executor.cores": "1",
}
"""What a shop of a few hundred customers needs; as an operator says it in spark-defaults.conf."""


def needed() -> None:
    """Skip where Spark is not installed, unless SHUKE_REQUIRE_SPARK forbids it."""
    if find_spec("pyspark") is None and not os.environ.get("SHUKE_REQUIRE_SPARK"):
        pytest.skip("needs the extra `spark`")


def view(engine: ibis.BaseBackend, name: str, rows: pa.Table) -> ir.Table:
    """The rows as a temporary view, which Ibis itself cannot make."""
    engine._session.createDataFrame(rows).createOrReplaceTempView(name)
    return engine.table(name)


def configured(folder: Path) -> Mapping[str, str]:
    """Where programs of Spark find their configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"{name} {value}" for name, value in SMALL.items()]
    (folder / "spark-defaults.conf").write_text("\n".join(lines))
    daemons = {"SPARK_DAEMON_MEMORY": "256m", "SPARK_DAEMON_JAVA_OPTS": SHORT_LIVED}
    return {"SPARK_CONF_DIR": str(folder), "SPARK_LOCAL_IP": LOOPBACK, **daemons}


@contextmanager
def cluster(folder: Path, *, workers: int) -> Iterator[str]:
    """A standalone cluster, each worker in a folder `worker-<number>`; yields the address of its master."""
    env = {**os.environ, **configured(folder / "conf"), "SPARK_LOCAL_DIRS": str(folder / "scratch")}
    port, page = _free_port(), _free_port()
    master = f"spark://{LOOPBACK}:{port}"
    running = [_begin("master.Master", "--port", port, "--webui-port", page, env=env)]
    try:
        wait_until(lambda: _workers(page) is not None, seconds=90)
        for number in range(workers):
            place = ("--work-dir", folder / f"worker-{number}", "--webui-port", 0)
            running.append(_begin("worker.Worker", *place, "--cores", 1, "--memory", "1g", master, env=env))
        wait_until(lambda: _workers(page) == workers, seconds=90)
        yield master
    finally:
        for process in reversed(running):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _begin(role: str, *words: object, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    spec = find_spec("pyspark")
    program = Path(str(spec and spec.origin)).parent / "bin" / "spark-class"
    command = [str(program), f"org.apache.spark.deploy.{role}", "--host", LOOPBACK, *map(str, words)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, env=env, start_new_session=True, **quiet)


def _workers(page: int) -> int | None:
    """How many workers the master counts; None while it does not answer."""
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{page}/json/", timeout=5) as answer:
            return json.load(answer)["aliveworkers"]
    except OSError:
        return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]
