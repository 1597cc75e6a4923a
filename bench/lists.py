"""How long a page takes over many customers: lists, sorts, name search, 360 and today, with concurrent readers.

    python bench/lists.py [CUSTOMERS]

Makes an installation with that many generated customers (2 million if left out), writes a run's scores back and
switches them in, lets segments follow, starts the server, and asks it over HTTP with eight readers at once.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).resolve().parents[1] / "tests")]

READERS = 8
REQUESTS = 40
PASSWORD = "bench-password-2026"  # noqa: S105  of a server that lives for a minute
SORTS = ("-risk", "name", "days", "-money", "-orders", "contact")


def main(customers: int) -> None:
    with tempfile.TemporaryDirectory(prefix="shuke-bench-") as folder:
        os.environ |= {"SHUKE_HOME": str(Path(folder, "home")), "SHUKE_DEMO": "1"}
        _fill(customers)
        from installation import Installation

        site = Installation(Path(folder, "home"), SHUKE_DEMO="1")
        with site.up():
            ((gold,),) = site.sql("SELECT customer_id FROM customer_list WHERE tier = 'gold' LIMIT 1")
            visits = {name: [site.log_in(name, PASSWORD) for _ in range(READERS)] for name in ("admin", "agent")}
            for what, (name, paths) in _questions(gold, customers).items():
                _ask(what, visits[name], paths)


def _fill(customers: int) -> None:
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
            print(f"write-back and switch {seconds:.1f} s (10 s)", end="; ")
            print(f"segments follow in {_timed(lambda run=run: segments.refresh(run=run, at=now())):.1f} s", flush=True)
        population.tidy()
        print(f"figures counted in {_timed(lambda: reports.refresh(run_id=run.pk)):.1f} s", end="; ")
        planned = _timed(lambda: followups.plan(on=localdate(), run_id=run.pk, at=now()))
        print(f"the day planned in {planned:.1f} s", flush=True)


def _questions(gold: int, customers: int) -> dict[str, tuple[str, list[str]]]:
    chance = random.Random(7)
    somebody = [f"/customers/{gold + chance.randrange(customers // 2)}/" for _ in range(REQUESTS)]
    sorts = {f"list by {sort}": ("admin", [f"/customers/?sort={sort}"]) for sort in SORTS}
    return sorts | {
        "list, gold and active": ("admin", ["/customers/?tier=gold&activity=active"]),
        "list, cell of the heat map": ("admin", ["/customers/?r_quintile=5&f_quintile=1"]),
        "search by two characters": ("admin", ["/customers/?q=王芳", "/customers/?q=李伟", "/customers/?q=陈静"]),
        "search by pinyin": ("admin", ["/customers/?q=wang fang", "/customers/?q=li wei"]),
        "search by initials": ("admin", ["/customers/?q=wfm", "/customers/?q=lwj"]),
        "customer 360": ("admin", somebody),
        "today": ("agent", ["/today/"]),
        "overview": ("admin", ["/"]),
    }


def _ask(what: str, visits: list[Callable], paths: list[str]) -> None:
    def read(number: int) -> list[float]:
        times = []
        for turn in range(REQUESTS):
            begun = time.perf_counter()
            status, _page = visits[number](paths[(number + turn) % len(paths)])
            times.append((time.perf_counter() - begun) * 1000)
            assert status == 200, (what, status)
        return times[2:]

    with ThreadPoolExecutor(READERS) as readers:
        times = [one for chunk in readers.map(read, range(READERS)) for one in chunk]
    p95 = quantiles(times, n=20)[-1]
    print(f"{what:>28}: median {median(times):4.0f} ms, p95 {p95:4.0f} ms with {READERS} readers (150 ms)", flush=True)


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 2_000_000)
