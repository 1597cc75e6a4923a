"""The night: everybody scored from an up-to-date mirror to switched-in results, and how the first mirror comes to be.

    python bench/night.py                                   2 million customers, 60 million orders
    python bench/night.py --customers 200000 --orders 6000000

Shops are those of `bench/rfm.py`: the whole one, and a tenth of it for the growth and for the first mirror, which reads
orders that stand in PostgreSQL. Each is scored in a process of its own with a database of its own; the whole one once
more with less memory than its tables take.
"""

import argparse
import io
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

import rfm
from figures import Figure, show

PART = 10
SECONDS, MEMORY_MB, MIRRORED = 45, 4_096, 1_000_000
MUCH, LITTLE = "3GB", "600MB"
"""Memory of the engine: enough for all of it at once, and less than its largest tables."""

PEOPLE = """
INSERT INTO customer (id, name, pinyin, initials, birth_calendar, birth_leap_month, created_at, version)
OVERRIDING SYSTEM VALUE SELECT DISTINCT customer_id, '', '', '', 'solar', false, now(), 1 FROM people;
INSERT INTO identity (id, source_id, source_key, customer_id)
OVERRIDING SYSTEM VALUE SELECT identity_id, %(source)s, identity_id, customer_id FROM people;
ANALYZE customer, identity
"""
ORDERS = """
INSERT INTO customer_order (source_id, source_key, identity_id, kind, ordered_at, ordered_on, amount, status, channel,
    original_currency)
SELECT %(source)s, order_id, identity_id, kind, ordered_on, ordered_on, amount, '', channel, '' FROM bought
"""


def main() -> None:
    options = _options()
    if options.measure:
        print(json.dumps(_measure(options.measure, options.orders)))
    else:
        show(_figures(options.customers, options.orders))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=2_000_000)
    parser.add_argument("--orders", type=int, default=60_000_000)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _figures(customers: int, orders: int) -> Iterator[Figure]:
    small = _measured(rfm._generated(customers // PART, orders // PART), orders // PART)
    mirror = f"First mirror of {small['orders']:,} orders from PostgreSQL"
    yield Figure(mirror, small["orders"] / small["mirror"], "orders/s", at_least=MIRRORED)
    whole = _measured(rfm._generated(customers, orders))
    size = f"Night of {whole['customers']:,} customers and {whole['orders']:,} orders"
    growth = math.log(whole["seconds"] / small["seconds"]) / math.log(whole["orders"] / small["orders"])
    beside = f"{small['seconds']:.1f} s for a tenth of it: grows with the orders to the power of {growth:.2f}"
    yield Figure(f"{size}, from the mirror to the switch", whole["seconds"], "s", at_most=SECONDS, beside=beside)
    yield Figure(f"{size}, memory of the process", whole["peak_mb"], "MB", at_most=MEMORY_MB)
    spilling = _measured(rfm._generated(customers, orders), memory=LITTLE)
    assert spilling["customers"] == whole["customers"]
    beside = f"the process took {spilling['peak_mb']:,} MB"
    yield Figure(f"{size}, with {LITTLE} for the engine, which spills", spilling["seconds"], "s", beside=beside)


def _measured(folder: Path, in_database: int = 0, memory: str = MUCH) -> dict[str, float]:
    return told(__file__, "--measure", str(folder), "--orders", str(in_database), SHUKE_ANALYTICS_MEMORY=memory)


def told(script: str, *words: str, **settings: str) -> dict[str, Any]:
    """What a script measures in a process of its own: the object with which it ends."""
    command, env = [sys.executable, script, *words], os.environ | settings
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=env)
    return json.loads(done.stdout.splitlines()[-1])


def _measure(shop: Path, in_database: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="shuke-bench-") as folder:
        os.environ |= {"SHUKE_HOME": str(Path(folder, "home")), "SHUKE_DEMO": "1"}
        from shuke.cli.attach import attached

        with attached() as env:
            _fill(shop, with_orders=bool(in_database))
            mirrored = _mirror(env.home / "first-mirror") if in_database else math.nan
            _lay(shop, env.home / "mirror")
            from shuke.scoring import services

            begun = time.perf_counter()
            run = services.run(as_of=rfm.AS_OF)
            return {
                "seconds": time.perf_counter() - begun,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
                "customers": run.counts["customers"],
                "orders": rfm._orders_in(shop),
                "mirror": mirrored,
            }


def _fill(shop: Path, *, with_orders: bool) -> None:
    from django.db import connections

    from shuke.customers.models import Source

    source = {"source": Source.objects.create(code="bench", name="bench").pk}
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE people (identity_id bigint, customer_id bigint)")
        _copy(cursor, "people", pq.read_table(shop / "identities.parquet"))
        cursor.execute(PEOPLE, source)
        if with_orders:
            cursor.execute(
                "CREATE TEMP TABLE bought (order_id bigint, identity_id bigint, kind text, ordered_on date, "
                "amount bigint, channel text)"
            )
            for month in sorted(shop.glob("orders/*.parquet")):
                names = ["order_id", "identity_id", "kind", "ordered_on", "amount", "channel"]
                _copy(cursor, "bought", pq.read_table(month, columns=names))
            cursor.execute(ORDERS, source)


def _copy(cursor, table: str, rows: pa.Table) -> None:
    text = io.BytesIO()
    pa.csv.write_csv(rows, text)
    with cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv, HEADER)") as copy:
        copy.write(text.getbuffer())


def _mirror(folder: Path) -> float:
    from shuke.scoring.mirror import Mirror

    begun = time.perf_counter()
    with Mirror(folder).fresh():
        return time.perf_counter() - begun


def _lay(shop: Path, folder: Path) -> None:
    """The shop's files as a mirror that is up to date: no month is marked."""
    from shuke.history.models import MonthMark
    from shuke.scoring.mirror import Manifest, Mirror

    folder.mkdir(parents=True, exist_ok=True)
    manifest = Manifest()
    for path in sorted(shop.glob("orders/*.parquet")):
        manifest.files["orders"][str(date.fromisoformat(f"{path.stem}-01"))] = _linked(path, folder, "orders-")
    manifest.files["order_events"]["all"] = _linked(shop / "order_events.parquet", folder, "all-")
    Mirror(folder)._switch(manifest)
    MonthMark.objects.all().delete()


def _linked(path: Path, folder: Path, prefix: str) -> str:
    name = f"{prefix}{path.name}"
    os.link(path, folder / name)
    return name


if __name__ == "__main__":
    main()
