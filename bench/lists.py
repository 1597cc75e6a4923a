"""How long a page takes over many customers: lists, sorts, name search, 360 and today, with concurrent readers.

    python bench/lists.py [CUSTOMERS]

Makes an installation with that many generated customers (2 million if left out), writes a run's scores back and
switches them in, lets segments follow, starts the server, and asks it over HTTP with eight readers at once. Twice over:
back to back, a new page the moment the last one came, and as people read, a page a second each.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPConnection
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import quote, urlsplit

from figures import Figure, show

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).resolve().parents[1] / "tests")]

READERS = 8
REQUESTS = 40
GOAL = 150
WRITTEN_WITHIN = 10
PASSWORD = "bench-password-2026"  # noqa: S105  of a server that lives for a minute
SORTS = ("-risk", "name", "days", "-money", "-orders", "contact")


def main(customers: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="shuke-bench-") as folder:
        os.environ |= {"SHUKE_HOME": str(Path(folder, "home")), "SHUKE_DEMO": "1"}
        yield from _fill(customers)
        from installation import Installation

        site = Installation(Path(folder, "home"), SHUKE_DEMO="1")
        with site.up():
            somebody = site.sql(f"SELECT id, name, pinyin, initials FROM customer ORDER BY id % 7919 LIMIT {REQUESTS}")
            cookies = {
                name: [site.log_in(name, PASSWORD).cookies for _ in range(READERS)] for name in ("admin", "agent")
            }
            for what, (name, paths) in _questions(somebody).items():
                yield _ask(f"{customers:,} customers, {what}", site.url, cookies[name], paths)


def _fill(customers: int) -> Iterator[Figure]:
    from shuke.cli.attach import attached

    with attached():
        from django.utils.timezone import localdate, now

        import population
        from shuke.followups import services as followups
        from shuke.reports import services as reports
        from shuke.segments import services as segments
        from shuke.staff import services as staff

        for name, role in (("admin", "administrator"), ("agent", "agent")):
            staff.add_user(username=name, name=name, role=role, password=PASSWORD, by=None, at=now())
        print(f"{customers:,} customers made in {_timed(lambda: population.make(customers)):.1f} s")
        for day in (localdate() - timedelta(days=1), localdate()):
            run, seconds = population.score(customers, as_of=day)
            follow = _timed(lambda run=run: segments.refresh(run=run, at=now()))
            words, beside = f"{customers:,} scores written back and switched in", f"segments follow in {follow:.1f} s"
            yield Figure(words, seconds, "s", at_most=WRITTEN_WITHIN, beside=beside)
        population.tidy()
        print(f"figures counted in {_timed(lambda: reports.refresh(run_id=run.pk)):.1f} s", end="; ")
        planned = _timed(lambda: followups.plan(on=localdate(), run_id=run.pk, at=now()))
        print(f"the day planned in {planned:.1f} s", flush=True)


def _questions(somebody: list[tuple[int, str, str, str]]) -> dict[str, tuple[str, list[str]]]:
    sorts = {f"list by {sort}": ("admin", [f"/customers/?sort={sort}"]) for sort in SORTS}
    return sorts | {
        "list, gold and active": ("admin", ["/customers/?tier=gold&activity=active"]),
        "list, cell of the heat map": ("admin", ["/customers/?r_quintile=5&f_quintile=1"]),
        "search by name": ("admin", [f"/customers/?q={name}" for _, name, _, _ in somebody]),
        "search by two characters": ("admin", [f"/customers/?q={name[:2]}" for _, name, _, _ in somebody]),
        "search by pinyin": ("admin", [f"/customers/?q={pinyin}" for _, _, pinyin, _ in somebody]),
        "search by initials": ("admin", [f"/customers/?q={initials}" for *_, initials in somebody]),
        "search with a typo": ("admin", [f"/customers/?q={pinyin[:-1]}x" for _, _, pinyin, _ in somebody]),
        "customer 360": ("admin", [f"/customers/{key}/" for key, *_ in somebody]),
        "today": ("agent", ["/today/"]),
        "overview": ("admin", ["/"]),
    }


def _ask(what: str, site: str, cookies: list[str], paths: list[str]) -> Figure:
    busy, reading = (_read(site, cookies, paths, pace=pace) for pace in (0, 1))
    beside = f"median {median(reading):.0f} ms; back to back {_p95(busy):.0f} ms, median {median(busy):.0f} ms"
    words = f"{what}, p95 of {READERS} readers, a page a second each"
    return Figure(words, _p95(reading), "ms", at_most=GOAL, beside=beside)


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


def _read(site: str, cookies: list[str], paths: list[str], *, pace: float) -> list[float]:
    """Milliseconds of each page, by as many processes as there are readers, so that none waits for another's thread."""
    questions = [(site, cookie, paths, number, pace) for number, cookie in enumerate(cookies)]
    with get_context("spawn").Pool(len(cookies)) as readers:
        return [one for chunk in readers.starmap(visit, questions, chunksize=1) for one in chunk]


def visit(site: str, cookie: str, paths: list[str], number: int, pace: float) -> list[float]:
    """Milliseconds of each page of one reader, the first two left out, over a connection kept open as browsers do."""
    chance, times = random.Random(number), []
    connection = HTTPConnection(urlsplit(site).netloc)
    for turn in range(REQUESTS if not pace else REQUESTS // 4):
        begun = time.perf_counter()
        path = quote(paths[(number + turn) % len(paths)], safe="/?&=%")
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - begun) * 1000)
        assert answer.status == HTTPStatus.OK, (path, answer.status)
        time.sleep(pace * chance.uniform(0.5, 1.5))
    return times[2:]


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


if __name__ == "__main__":
    show(main(int(sys.argv[1]) if sys.argv[1:] else 2_000_000))
