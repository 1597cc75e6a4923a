"""Imports of a whole installation that are killed in the middle, and when they are done."""

import gzip
import os
import signal
import time
from itertools import islice
from pathlib import Path

from installation import Installation, wait_until

REAL_FILE = Path(__file__).resolve().parents[1] / "src/shuke/demo/online_retail.csv.gz"
LINES = 60_000
"""Of the real file: enough to be killed in the middle."""

IMPORT_LOCKS = 7_303_000_000
"""An import is worked on by whoever holds the lock with this number plus its own."""


def excerpt(target: Path) -> Path:
    """The first LINES of the real file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(REAL_FILE, "rt", encoding="utf-8") as rows, target.open("w", encoding="utf-8") as file:
        file.writelines(islice(rows, LINES))
    return target


def time_of_import(site: Installation, file: Path) -> float:
    """Seconds from the moment at which an import has begun to work to its end."""
    process = site.begin("import", str(file), "--source", "timed")
    wait_until(lambda: is_under_way(site), seconds=60)
    begun = time.monotonic()
    assert process.wait() == 0
    return time.monotonic() - begun


def killed_import(site: Installation, file: Path, source: str, *, after: float) -> bool:
    """Import, and kill that `after` seconds of work; says whether the kill met an import that was not done."""
    victim = site.begin("import", str(file), "--source", source)
    wait_until(lambda: is_under_way(site) or victim.poll() is not None, seconds=60)
    time.sleep(after)
    alive = victim.poll() is None
    if alive:
        os.killpg(victim.pid, signal.SIGKILL)
    assert victim.wait() in (0, -signal.SIGKILL)
    wait_until(lambda: not is_under_way(site), seconds=30)
    return alive and not is_done(site, source)


def is_under_way(site: Installation) -> bool:
    """Does somebody hold the lock of an import?"""
    key = "(classid::bigint << 32) | objid::bigint"
    locks = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND {key} > {IMPORT_LOCKS}"
    return site.sql(locks)[0][0] > 0


def is_done(site: Installation, source: str) -> bool:
    """Has the import of a source ended, with every row accounted for?"""
    rows = site.sql(
        f"SELECT status, report FROM import JOIN source ON source.id = import.source_id WHERE source.code = '{source}'"
    )
    if not rows or rows[0][0] in ("waiting", "reading", "applying"):
        return False
    ((status, report),) = rows
    assert (status, report["rows_in"], report["inserted"]) == ("done", LINES - 1, LINES - 1), (status, report)
    return True


def killed_process(site: Installation, name: str, file: Path) -> str:
    """Kill a process in the middle of an import; says after how long all was back, and the import done."""
    site.queue_import(file, source=name)
    wait_until(lambda: is_under_way(site), seconds=60)
    old = site.processes()[name]
    assert not is_done(site, name)
    os.kill(old, signal.SIGKILL)
    begun = time.monotonic()
    back = wait_until(lambda: site.processes().get(name, old) != old and site.works(), seconds=60)
    wait_until(lambda: is_done(site, name), seconds=180)
    return f"{name} {back:.1f} s (import done after {time.monotonic() - begun:.0f} s)"
