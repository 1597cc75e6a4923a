"""From the mark to the list row: what it takes to score a few of many customers in the day.

    python bench/inday.py [CUSTOMERS] [ORDERS_EACH]

Makes an installation with that many generated customers and orders (2 million, 5 each if left out), scores everybody,
and then sells something today to 1, 100 and 5,000 of them: on a quiet machine, while everybody is scored once more, and
while the list is rebuilt. Between two passes there is the worker's pause of a second; before the first, another one may
come on top.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from statistics import median

from figures import Figure, show

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).resolve().parents[1] / "tests")]

MARKED = (1, 100, 5_000)
TIMES = 5
GOAL = 10

ORDERS = """
INSERT INTO customer_order (source_id, source_key, identity_id, kind, ordered_at, ordered_on, amount, status, channel,
    original_currency)
SELECT source_id, 'O' || id || '-' || n, id, 'sale', day, day, 1000 + (id * 7919 + n * 104729) %% 1000000, '', '', ''
FROM (
    SELECT id, source_id, n, current_date - (1 + (id * 31 + n * 1299709 + n * n) %% 900)::integer AS day
    FROM identity, generate_series(1, %s) AS n
) AS bought
"""
SELL = """
INSERT INTO customer_order (source_id, source_key, identity_id, kind, ordered_at, ordered_on, amount, status, channel,
    original_currency)
SELECT source_id, 'T' || id || '-' || %(round)s, id, 'sale', now(), %(today)s, 5000, '', '', ''
FROM identity WHERE id %% %(every)s = %(round)s %% %(every)s ORDER BY id LIMIT %(most)s
RETURNING identity_id
"""
FOLLOWED = """
SELECT count(*) FROM customer_list JOIN identity USING (customer_id)
WHERE identity.id = ANY(%s) AND customer_list.days_since_last = 0
"""


def main(customers: int, orders_each: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="shuke-bench-") as folder:
        os.environ |= {"SHUKE_HOME": str(Path(folder, "home")), "SHUKE_DEMO": "1"}
        from shuke.cli.attach import attached

        with attached():
            _fill(customers, orders_each)
            yield from _measure(customers)


def _fill(customers: int, orders_each: int) -> None:
    from django.db import connection
    from django.utils.timezone import now

    import population
    from shuke.scoring import services as scoring
    from shuke.segments import services as segments

    print(f"{customers:,} customers made in {_timed(lambda: population.make(customers)):.0f} s", end="; ", flush=True)
    with connection.cursor() as cursor:
        made = _timed(lambda: cursor.execute(ORDERS, [orders_each]))
    print(f"{customers * orders_each:,} orders in {made:.0f} s", end="; ", flush=True)
    population.tidy()
    print(f"everybody scored in {_timed(scoring.run):.0f} s", end="; ", flush=True)
    live = _live_run()
    print(f"segments follow in {_timed(lambda: segments.refresh(run=live, at=now())):.0f} s", flush=True)
    population.tidy()


def _measure(customers: int) -> Iterator[Figure]:
    from django.utils.timezone import now

    from shuke.scoring import services as scoring
    from shuke.segments import services as segments

    rounds = iter(range(1, 1_000_000))
    for marked in MARKED:
        times = [_pass(marked, customers, next(rounds)) for _ in range(TIMES)]
        yield _figure(f"{marked:,} of {customers:,} marked", times)
    for what, act in (
        ("while everybody is scored", scoring.run),
        ("while the list is rebuilt", lambda: segments.refresh(run=_live_run(), at=now())),
    ):
        with ThreadPoolExecutor(1) as beside:
            working, times = beside.submit(_apart, act), []
            while _is_under_way(working):
                times.append(_pass(100, customers, next(rounds)))
                time.sleep(1)
        yield _figure(f"100 of {customers:,} marked {what}", times)


def _pass(marked: int, customers: int, number: int) -> float:
    """Sell to some customers in one transaction; seconds from its commit to the list rows of all of them."""
    from django.db import connection, transaction
    from django.utils.timezone import localdate

    from shuke.cli.worker import LOOK_EVERY
    from shuke.history.services import mark
    from shuke.scoring.services import rescore_marked

    with connection.cursor() as cursor:
        with transaction.atomic():
            every = max(1, customers // marked // 2)
            some = {"round": number, "today": localdate(), "every": every, "most": marked}
            cursor.execute(SELL, some)
            identities = [identity for (identity,) in cursor.fetchall()]
            assert len(identities) == marked
            mark(identities=identities, days=[localdate()])
        begun = time.perf_counter()
        while True:
            rescore_marked()
            cursor.execute(FOLLOWED, [identities])
            if cursor.fetchone() == (len(identities),):
                return time.perf_counter() - begun
            time.sleep(LOOK_EVERY)


def _is_under_way(working: Future) -> bool:
    if working.done():
        working.result()
    return not working.done()


def _apart(act: Callable[[], object]) -> None:
    from django.db import connections

    try:
        act()
    finally:
        connections.close_all()


def _live_run() -> object:
    from shuke.scoring.queries import live_run

    return live_run()


def _figure(what: str, times: list[float]) -> Figure:
    beside = f"median of {len(times)} passes {median(times):.2f} s"
    return Figure(f"From the mark to the list row, {what}", max(times), "s", at_most=GOAL, beside=beside)


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    show(main(*(given + [2_000_000, 5][len(given) :])))
