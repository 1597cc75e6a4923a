"""How long it takes to find people twice among many customers, and how much memory: finding, then merging.

    python bench/duplicates.py [CUSTOMERS]

Makes an installation with that many generated customers (2 million if left out) with phones, e-mails and birthdays; a
sixth share a phone with somebody, and one in fifty is the same person as another. The search and the merges are those
of the program, in this process, whose peak of memory is printed; the server's is its own.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from figures import Figure, show

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).resolve().parents[1] / "tests")]

MINUTES, GIGABYTES = 10, 4

BIRTHDAYS = """
UPDATE customer SET birth_year = 1950 + truth * 31 % 55, birth_month = 1 + truth * 17 % 12,
    birth_day = 1 + truth * 13 % 28, name = twin.name, pinyin = twin.pinyin
FROM (SELECT id, name, pinyin, CASE WHEN id % 50 = 0 THEN id - 1 ELSE id END AS truth FROM customer) AS told
JOIN LATERAL (SELECT name, pinyin FROM customer AS other WHERE other.id = told.truth) AS twin ON true
WHERE told.id = customer.id
"""
# Every sixth household has one phone; the doubles have their own phone, or in one case of eight another.
CONTACTS = """
INSERT INTO contact_point (identity_id, kind, value, blind_index)
SELECT identity.id, kind, ''::bytea, substr(sha256((kind || value)::bytea), 1, 16)
FROM identity JOIN LATERAL (
    SELECT CASE WHEN customer_id % 50 = 0 AND customer_id % 400 <> 0 THEN customer_id - 1 ELSE customer_id END AS truth
) AS told ON true JOIN LATERAL (
    VALUES ('phone', CASE WHEN truth % 12 = 1 THEN truth - 1 ELSE truth END), ('email', truth)
) AS point (kind, value) ON kind = 'phone' OR truth % 2 = 0
"""


def main(customers: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="shuke-bench-") as folder:
        os.environ |= {"SHUKE_HOME": str(Path(folder, "home"))}
        from shuke.cli.attach import attached

        with attached():
            _fill(customers)
            yield from _search(customers, merges=False)
            yield from _search(customers, merges=True)


def _fill(customers: int) -> None:
    from django.db import connection

    import population

    begun = time.perf_counter()
    population.make(customers)
    with connection.cursor() as cursor:
        cursor.execute(BIRTHDAYS)
        cursor.execute(CONTACTS)
    population.tidy()
    print(f"{customers:,} customers made in {time.perf_counter() - begun:.0f} s", flush=True)


def _search(customers: int, *, merges: bool) -> Iterator[Figure]:
    from django.utils.timezone import now

    from shuke.customers.duplicates import services

    begun = time.perf_counter()
    searched = services.search(at=now(), merges=merges)
    minutes = (time.perf_counter() - begun) / 60
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    words = f"Duplicates among {customers:,} customers {'found and merged' if merges else 'found'}"
    pairs = f"{searched.pairs:,} pairs, {searched.sure:,} sure, {searched.merged:,} merged"
    beside = f"{pairs}, {searched.candidates:,} for people"
    yield Figure(words, minutes, "min", at_most=MINUTES, beside=beside)
    yield Figure(f"{words}, peak of memory", peak, "GB", at_most=GIGABYTES)


if __name__ == "__main__":
    show(main(int(sys.argv[1]) if sys.argv[1:] else 2_000_000))
