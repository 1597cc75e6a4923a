"""How fast records come in over the API: whole requests, a whole installation, one process that serves.

    python bench/api.py [SECONDS]

Events a second in batches of 100, most of them orders that are new, or what customers do by themselves; and how
long a single event takes. Clients run on the same cores as web, workers and database, and send as soon as the last
answer came.
"""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from figures import Figure, show

SECONDS = 20.0
BATCH = 100
CLIENTS = 3
SINGLES = 1_000
CUSTOMERS = 20_000
HOST = "127.0.0.1"
SOURCES = Path(__file__).resolve().parents[1] / "src"


def main(seconds: float) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="shuke-bench-") as folder, _installation(Path(folder)) as (port, token):
        _send_for(2, port, token)
        for kind in ("orders", "events", "behaviours"):
            sent = _send_for(seconds, port, token, path=kind)
            words = f"API, {kind} in batches of {BATCH}, one web process"
            yield Figure(words, sent / seconds, "a second", at_least=2_000)
        (half, most), (busy_half, busy_most) = (_half_and_most(_singles(port, token, busy=busy)) for busy in (0, 1))
        busy = f"beside batches of {BATCH} without a pause {busy_most:.0f} ms, median {busy_half:.0f} ms"
        yield Figure("API, single event, p99", most, "ms", at_most=50, beside=f"median {half:.1f} ms; {busy}")


def _half_and_most(times: list[float]) -> tuple[float, float]:
    """Median and 99th percentile of sorted seconds, in milliseconds."""
    return times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000


def _send_for(seconds: float, port: int, token: str, *, path: str = "orders", clients: int = CLIENTS) -> int:
    """How many records several clients get in meanwhile."""
    end, sent = time.perf_counter() + seconds, [0] * clients

    def client(number: int) -> None:
        post = _poster(port, token, path)
        while time.perf_counter() < end:
            answers = post([_event(path) for _ in range(BATCH)])
            sent[number] += sum(answer["result"] != "refused" for answer in answers)

    _at_once([lambda number=number: client(number) for number in range(clients)])
    return sum(sent)


def _singles(port: int, token: str, *, busy: int) -> list[float]:
    """Seconds of each of many events sent alone, sorted."""
    times: list[float] = []
    done = threading.Event()

    def singles() -> None:
        post = _poster(port, token, "events")
        for _ in range(SINGLES):
            begun = time.perf_counter()
            post([_event("events")])
            times.append(time.perf_counter() - begun)
        done.set()

    def batches() -> None:
        post = _poster(port, token, "events")
        while not done.is_set():
            post([_event("events") for _ in range(BATCH)])

    _at_once([singles, *[batches] * busy])
    return sorted(times)


def _at_once(acts: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _poster(port: int, token: str, path: str) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    """A client with a connection of its own."""
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def post(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        key = {"Idempotency-Key": f"{random.getrandbits(128):x}"}
        connection.request("POST", f"/api/v1/{path}", json.dumps({"items": items}), headers | key)
        response = connection.getresponse()
        body = response.read()
        assert response.status == 200, body
        return json.loads(body)["items"]

    return post


def _event(path: str) -> dict[str, Any]:
    """An order, or something that a customer does just now; among events also contacts and changed profiles."""
    customer, chance = f"V{random.randrange(CUSTOMERS)}", random.random()
    at = f"2026-{random.randrange(1, 11):02}-{random.randrange(1, 29):02}T{random.randrange(24):02}:30:00+08:00"
    key = f"{random.getrandbits(64):x}"
    if path == "behaviours":
        kind, moment = random.choice(("view", "cart")), datetime.now(UTC).isoformat()
        return {"key": key, "customer": customer, "at": moment, "kind": kind, "subject": "/tea"}
    if path == "events" and chance < 0.2:
        return {"type": "interaction", "key": key, "customer": customer, "at": at, "channel": "phone", "note": "好"}
    if path == "events" and chance < 0.3:
        return {"type": "customer", "key": customer, "name": "王小明", "phone": f"1380013{random.randrange(9999):04}"}
    order = {"key": key, "customer": customer, "at": at, "amount": f"{random.randrange(1, 900)}.50", "status": "已完成"}
    return order | ({"type": "order"} if path == "events" else {})


@contextmanager
def _installation(folder: Path) -> Iterator[tuple[int, str]]:
    """`shuke up` with one web process, and a token that writes."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SHUKE_", "DJANGO_"))}
    env |= {"SHUKE_HOME": str(folder / "home"), "SHUKE_URL": f"http://{HOST}:{port}", "SHUKE_WEB_PROCESSES": "1"}
    env |= {"PYTHONPATH": str(SOURCES)}
    shuke = [sys.executable, "-m", "shuke"]
    add = [*shuke, "token", "add", "bench", "--scope", "facts:write", "--source", "bench", "--json"]
    with subprocess.Popen([*shuke, "up"], env=env, stderr=subprocess.DEVNULL) as up:
        try:
            _wait_for(port)
            told = subprocess.run(add, env=env, capture_output=True, text=True, check=True)
            yield port, json.loads(told.stdout)["token"]
        finally:
            up.send_signal(signal.SIGTERM)


def _wait_for(port: int) -> None:
    for _ in range(900):
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("shuke up does not answer")


if __name__ == "__main__":
    show(main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
