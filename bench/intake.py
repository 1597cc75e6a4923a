"""How fast files come in: the whole import against raw COPY of the same rows into the same tables, and its memory.

    python bench/intake.py [FILE ...]

Without a file: the shop's order lines of the demo data if they are there, generated orders, one a row, and an export of
a million dirty rows of twenty columns in GB18030. Both sides commit the same rows under the same constraints and
indexes, in one run, on the same server. What refers to another table is checked for raw COPY by foreign keys
everywhere, as it would be for anybody; our tables check order lines by the statement, and what raw COPY takes then
stands beside.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from figures import Figure, show

ROUNDS = 3
ROWS = 1_000_000
GENERATED_CUSTOMERS = 200_000
TABLES = ("store", "customer", "identity", "contact_point", "product", "customer_order", "order_line", "order_event")
REFERENCES = {"order_id": "customer_order", "product_id": "product"}
SHARED_DATA = Path(os.environ.get("SHUKE_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


def main(files: list[Path]) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="shuke-bench-") as folder:
        os.environ["SHUKE_HOME"] = str(Path(folder, "home"))
        from shuke.cli.attach import attached

        with attached():
            for file in files or _files(Path(folder)):
                yield from _compare(file, Path(folder))


def _compare(file: Path, folder: Path) -> Iterator[Figure]:
    from shuke.intake import queries, services

    ratios = []
    for _round in range(ROUNDS):
        _empty()
        with _timed() as ours:
            this = services.run(import_id=services.begin(path=file, source="bench").pk)
        copies = _dump(folder)
        _empty()
        with _timed() as checked:
            _copy_back(copies)
        _empty()
        with _foreign_keys(), _timed() as raw:
            _copy_back(copies)
        ratios.append((raw.seconds / ours.seconds, raw.seconds, checked.seconds, ours.seconds))
    ratio, raw_seconds, checked_seconds, our_seconds = sorted(ratios)[ROUNDS // 2]
    rows = queries.report(this)["rows_in"]
    words = f"{file.name}, {rows:,} rows"
    took = f"import {our_seconds:.1f} s, raw COPY {raw_seconds:.1f} s, {checked_seconds:.1f} s with our checks of lines"
    pace = our_seconds * 1e6 / rows
    yield Figure(f"{words}: a million rows come in", pace, "s", at_most=300, beside=f"{rows / our_seconds:,.0f} rows/s")
    yield Figure(f"{words}: as fast as raw COPY", ratio * 100, "%", at_least=40, beside=took)
    largest, together = _memory(file)
    both = f"{together} MB in import and parser"
    yield Figure(f"{words}: memory of one process", largest, "MB", at_most=512, beside=both)


def _memory(file: Path) -> tuple[int, int]:
    """The most that one of import and parser holds, and both together, in MB; pages that they share count once."""
    _empty()
    script = (
        "import sys; from pathlib import Path; from shuke.cli.attach import attached\n"
        "with attached():\n"
        "    from shuke.intake import services\n"
        "    services.run(import_id=services.begin(path=Path(sys.argv[1]), source='bench').pk)\n"
    )
    largest = together = 0
    with subprocess.Popen([sys.executable, "-c", script, file]) as process:
        while process.poll() is None:
            held = [_held(pid) for pid in (process.pid, *_children(process.pid))]
            largest, together = max(largest, *held), max(together, sum(held))
            time.sleep(0.05)
    assert process.returncode == 0
    return largest >> 10, together >> 10


def _children(pid: int) -> list[int]:
    """The parser; PostgreSQL, where the import has started it, is measured by its own settings."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in children if b"parsing.child" in Path(f"/proc/{child}/cmdline").read_bytes()]
    except OSError:
        return []


def _held(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


class _Clock:
    seconds = 0.0


@contextmanager
def _timed() -> Iterator[_Clock]:
    clock, start = _Clock(), time.perf_counter()
    yield clock
    clock.seconds = time.perf_counter() - start


def _empty() -> None:
    """All but the sources, so that raw COPY finds the one its rows name."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)}, import, month_mark CASCADE")


@contextmanager
def _foreign_keys() -> Iterator[None]:
    """Order lines refer as PostgreSQL would have it, row by row."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE order_line DISABLE TRIGGER USER")
        for column, table in REFERENCES.items():
            cursor.execute(
                f"ALTER TABLE order_line ADD CONSTRAINT {column}_fk FOREIGN KEY ({column}) REFERENCES {table}"
            )
        try:
            yield
        finally:
            for column in REFERENCES:
                cursor.execute(f"ALTER TABLE order_line DROP CONSTRAINT {column}_fk")
            cursor.execute("ALTER TABLE order_line ENABLE TRIGGER USER")


def _dump(folder: Path) -> dict[str, Path]:
    from django.db import connection

    copies = {}
    for table in TABLES:
        copies[table] = folder / f"{table}.copy"
        with connection.cursor() as cursor, copies[table].open("wb") as file, cursor.copy(_out(table)) as rows:
            file.writelines(rows)
    return copies


def _out(table: str) -> str:
    return f"COPY {table} TO STDOUT"


def _copy_back(copies: dict[str, Path]) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for table, path in copies.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as copy, path.open("rb") as file:
                while block := file.read(1 << 20):
                    copy.write(block)


def _files(folder: Path) -> Iterator[Path]:
    import dirt

    real = SHARED_DATA / "online_retail.csv.gz"
    if real.exists():
        yield real
    yield _generated_orders(folder)
    yield dirt.write(folder / "dirty_export.csv", ROWS)


def _generated_orders(folder: Path) -> Path:
    chance = random.Random(7)
    path = folder / "generated_orders.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("订单号,会员卡号,下单时间,实付金额,订单状态,退款金额,渠道,门店\n")
        for number in range(ROWS):
            who, cents = chance.randrange(GENERATED_CUSTOMERS), chance.randrange(100, 90_000)
            day = f"202{number % 3 + 3}-{number % 12 + 1:02}-{number % 28 + 1:02} {number % 24:02}:{number % 60:02}:00"
            shop = f"{number % 40 + 1}号店"
            file.write(f"NO{number:09},V{who:07},{day},{cents / 100:.2f},交易成功,0.00,门店,{shop}\n")
    return path


if __name__ == "__main__":
    show(main([Path(name) for name in sys.argv[1:]]))
