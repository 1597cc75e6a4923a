"""Each promise of this release with its measured value, then each figure on speed and size: `make accept`.

    python tests/accept.py [--promises | --figures | PROMISE ...] [--without PROMISE ...]

One line each: ✓ or ✗, the promise, the value. Ends with the number that hold and the number that do not. The figures
are those of `bench/`, at full size: they want a quiet machine, and more than half an hour of it.
"""

import argparse
import csv
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import mean, median

import psycopg

from installation import Installation, wait_until
from killing import REAL_FILE, excerpt, is_done, killed_import, killed_process, time_of_import
from shuke.runtime.cluster import Cluster, running
from shuke.runtime.home import Home
from shuke.runtime.problems import Problem
from shuke.runtime.spark import find_java

ROOT = Path(__file__).resolve().parents[1]
AS_OF = "2011-12-10"
KILLS = int(os.environ.get("SHUKE_KILLS", "20"))
KILLS_A_ROUND = 4
HOLDS, DOES_NOT = "✓", "✗"
"""With which each line begins, those of `bench/` too."""

READY_WITHIN = 60
"""Seconds from the installed program to the page of the demo."""
SCORED_WITHIN = 10
"""Seconds from the commit of a fact to the customer's page and score."""
KNOWN = {"customers": 4338, "orders": 18_532, "money": 8_911_407.90, "net": 8_300_065.81}

KINDS = {
    "orders": "订单号,会员卡号,下单时间,实付金额\nA1,7,2026-01-05,100.00\nA2,8,2026-02-06,50.00\n",
    "lines": "订单编号,宝贝标题,价格,购买数量,外部系统编号\nA1,乌龙茶,40.00,2,T1\nA1,红茶,20.00,1,T2\n",
    "returns": "退款编号,订单编号,退款金额,退款时间,退款状态\nR1,A1,30.00,2026-02-10,退款成功\n",
    "contracts": "合同编号,客户编号,产品名称,开始日期,到期日期,合同金额\nC1,7,年卡,2026-01-01,2026-12-31,1200\n",
    "costs": "商品编码,成本价,生效日期\nT1,25.5,2026-01-01\nT2,12,2026-01-01\n",
    "acquisition": "客户编号,获客成本,获客日期\n7,88.00,2026-03-01\n",
    "spend": "月份,渠道,计划名称,花费\n2026-05,抖音,夏季,1000.00\n2026年6月,抖音,夏季,900\n",
}
"""A small file of each kind that says more about orders and customers."""

CONTENT = """
SELECT md5(string_agg(row, E'\\n' ORDER BY row)) FROM (
    SELECT concat_ws('|', o.source_key, i.source_key, o.kind, o.ordered_at, o.amount, o.status) AS row
    FROM customer_order o LEFT JOIN identity i ON i.id = o.identity_id
    UNION ALL
    SELECT concat_ws('|', o.source_key, l.ordinal, p.code, l.quantity, l.unit_price, l.amount)
    FROM order_line l JOIN customer_order o ON o.id = l.order_id JOIN product p ON p.id = l.product_id
) AS rows
"""


class NotMeasured(Exception):
    """Something is missing here without which nobody can say whether a promise holds."""


@dataclass(frozen=True, slots=True)
class Promise:
    words: str
    keep: Callable[[Path], str]


def bare_machine_demo(folder: Path) -> str:
    """Clone, build a new environment, make the demo, start it, open a page."""
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    begun = time.monotonic()
    subprocess.run(["make", "--silent", "-C", str(clone), ".venv/run.stamp"], env=env, check=True)
    installed = time.monotonic() - begun
    site = Installation(folder / "home", python=clone / ".venv/bin/python")
    begun = time.monotonic()
    with site.up("demo", within=5 * READY_WITHIN):
        status, page = site.log_in("xiaoli", "shuke-demo-2026")("/today/")
        ready = time.monotonic() - begun
        assert status == 200 and "follow-up-" in page
        assert ready <= READY_WITHIN, f"ready {ready:.0f} s after the installation"
    return f"installed in {installed:.0f} s, demo ready {ready:.0f} s later, today's list opens"


def known_answers(folder: Path) -> str:
    """Gross through the export's columns, net in the report."""
    site = Installation(folder)
    report = site.json("import", str(REAL_FILE))
    site.json("score", "--as-of", AS_OF)
    site.run("export", "scores", "-o", str(folder / "scores.csv"))
    with (folder / "scores.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    days, orders = [int(row["days_since_last"]) for row in rows], [int(row["orders"]) for row in rows]
    money = [float(row["money"]) for row in rows]
    gold = sum(row["tier"] == "gold" for row in rows)
    assert len(rows) == KNOWN["customers"] == report["customers"]
    assert (round(mean(days), 2), median(days), max(days)) == (93.06, 51, 374)
    assert (sum(orders), round(mean(orders), 2), median(orders), max(orders)) == (KNOWN["orders"], 4.27, 2, 209)
    assert (round(mean(money), 2), max(money)) == (2054.27, 280_206.02)
    assert abs(median(money) - 674.485) < 0.001
    assert round(sum(money), 2) == KNOWN["money"]
    assert report["net_amount"] == KNOWN["net"]
    assert gold in (314, 315)
    totals = f"{sum(orders)} orders, {sum(money):,.2f} gross, {report['net_amount']:,.2f} net"
    return f"{len(rows)} customers, {totals}, {gold} gold"


def same_file_twice(folder: Path) -> str:
    site = Installation(folder)
    first = site.json("import", str(REAL_FILE))
    before = content(site)
    second = site.json("import", str(REAL_FILE))
    assert first["inserted"] == second["unchanged"] == first["rows_in"]
    assert (second["inserted"], second["updated"], second["quarantined"]) == (0, 0, 0)
    assert content(site) == before
    return f"{second['unchanged']:,} rows unchanged, 0 inserted, 0 updated, same checksum"


def killed_imports(folder: Path) -> str:
    """Killed while it works, again and again at random moments, then left alone: the content of an unbroken import."""
    chance, kills = random.Random(20), 0
    small = excerpt(folder / "orders.csv")
    site = Installation(folder / "home")
    site.json("import", str(small), "--source", "unbroken")
    with running(Cluster(Home(site.home))):
        expected = content(site, started=True, source="unbroken")
        usual = time_of_import(site, small)
        rounds = 0
        while kills < KILLS:
            rounds += 1
            source = f"round-{rounds}"
            for _ in range(KILLS_A_ROUND):
                kills += killed_import(site, small, source, after=chance.uniform(0, usual / 3))
                if is_done(site, source):
                    break
            else:
                site.run("import", str(small), "--source", source)
                assert is_done(site, source)
            assert content(site, started=True, source=source) == expected, source
    return f"{kills} kills of {rounds} imports under way, each with the checksum of an unbroken one"


def killed_processes(folder: Path) -> str:
    """kill -9 of each process in turn while the worker imports: nothing is lost, all comes back, the import ends."""
    site = Installation(folder)
    small = excerpt(folder / "orders.csv")
    site.json("import", str(small))
    expected = content(site)
    times = []
    with site.up():
        wait_until(site.works, seconds=60)
        for name in ("web", "worker", "postgres"):
            times.append(killed_process(site, name, small))
            assert content(site, started=True, source=name) == content(site, started=True, source="shop") == expected
        before = content(site, started=True)
        supervisor = site.processes()["up"]
        os.kill(supervisor, signal.SIGKILL)
        gone = wait_until(lambda: not site.processes(), seconds=10)
    with site.up():
        assert content(site, started=True) == before
    return f"back after {', '.join(times)}; supervisor killed: no process left after {gone:.1f} s, all there on restart"


def late_commits(folder: Path) -> str:
    """Two interleaved writers, one of them committing after a refresh of the mirror: no fact is missed."""
    site = Installation(folder)
    site.json("import", str(excerpt(folder / "orders.csv")))
    with running(Cluster(Home(site.home))) as cluster:
        with (
            closing(psycopg.connect(cluster.dsn("app"))) as late,
            closing(psycopg.connect(cluster.dsn("app"))) as early,
        ):
            write_order(late, "late")
            write_order(early, "early")
            early.commit()
            seen_first = site.json("score", "--as-of", "2012-06-01")["customers"]
            late.commit()
        seen_then = site.json("score", "--as-of", "2012-06-01")["customers"]
        ((expected,),) = site.sql(
            "SELECT count(DISTINCT identity_id) FROM customer_order WHERE kind = 'sale' AND amount > 0"
        )
    assert (seen_first, seen_then) == (expected - 1, expected)
    return f"{seen_first} customers before the late commit, {seen_then} of {expected} after"


def write_order(writer: psycopg.Connection, key: str) -> None:
    ((customer,),) = writer.execute(
        "INSERT INTO customer (name, pinyin, initials, birth_calendar, birth_leap_month, created_at, version)"
        " VALUES (%s, '', '', 'solar', false, now(), 1) RETURNING id",
        [key],
    ).fetchall()
    ((identity,),) = writer.execute(
        "INSERT INTO identity (source_id, source_key, customer_id) SELECT min(id), %s, %s FROM source RETURNING id",
        [key, customer],
    ).fetchall()
    writer.execute("INSERT INTO month_mark (month) VALUES (%s)", [date(2012, 1, 1)])
    writer.execute(
        "INSERT INTO customer_order (source_id, source_key, identity_id, kind, ordered_at, ordered_on, amount, status,"
        " channel, original_currency) SELECT min(id), %s, %s, 'sale', %s, %s, 100, '', '', '' FROM source",
        [key, identity, date(2012, 1, 5), date(2012, 1, 5)],
    )


def keyboard(folder: Path) -> str:
    """The browser test that closes ten follow-ups with the keyboard and counts the keys."""
    return measured_by("tests/browser/test_calls.py")


def in_the_day(folder: Path) -> str:
    """A running installation is told of single orders and of what customers do, one at a time."""
    measured = measured_by("tests/journeys/test_the_day.py")
    seconds = [float(each.split()[0]) for each in measured.split("; ")]
    assert len(seconds) == 2 and max(seconds) <= SCORED_WITHIN, measured
    return measured


def measured_by(path: str) -> str:
    """What the tests say that are marked as a promise."""
    command = [sys.executable, "-m", "pytest", "-q", path, "-m", "promise", "-s"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    lines = (line.lstrip(".") for line in done.stdout.splitlines())
    measured = [line.removeprefix("measured: ") for line in lines if line.startswith("measured: ")]
    if not measured:
        raise NotMeasured(done.stdout[-500:])
    return "; ".join(measured)


def dirty_exports(folder: Path) -> str:
    """In the browser, without a hand on what is proposed: the figures of each file's truth, repairs, an undo."""
    return measured_by("tests/journeys/test_dirty_exports.py")


def generated_dirt(folder: Path) -> str:
    return measured_by("tests/unit/intake/test_dirt.py")


def other_kinds(folder: Path) -> str:
    """Orders by their numbers, then what other files say of them; all of it again; all of it taken back."""
    site = Installation(folder / "home")
    files = {kind: folder / f"{kind}.csv" for kind in KINDS}
    for kind, text in KINDS.items():
        files[kind].write_text(text, encoding="utf-8")
    with running(Cluster(Home(site.home))):
        first = {kind: site.json("import", str(file), "--source", "shop") for kind, file in files.items()}
        again = {kind: site.json("import", str(file), "--source", "shop") for kind, file in files.items()}
        back_in_turn = sorted((report["import"] for report in first.values()), reverse=True)
        undone = [site.json("undo", str(number)) for number in back_in_turn]
    rows = sum(report["inserted"] for report in first.values())
    assert rows == sum(report["rows_in"] for report in first.values())
    assert sum(report["unchanged"] for report in again.values()) == rows
    assert not any(count for report in undone for what, count in report.items() if what.endswith("_kept")), undone
    return f"{len(KINDS)} kinds found by their columns, {rows} rows in, none changed by the same files, all taken back"


def one_key(folder: Path) -> str:
    return measured_by("tests/integration/api/test_once.py")


def sure_merges(folder: Path) -> str:
    return measured_by("tests/unit/customers/test_finder.py")


def lifetime_of_the_papers(folder: Path) -> str:
    """CDNOW's customers of the first quarter of 1997, held against the figures that the papers print."""
    return measured_by("tests/unit/analytics/lifetime/test_cdnow.py")


def lifetime_of_odd_shops(folder: Path) -> str:
    return measured_by("tests/unit/analytics/lifetime/test_real_shops.py")


def churn(folder: Path) -> str:
    return measured_by("tests/unit/analytics/churn/test_known_answers.py")


def churn_of_a_table(folder: Path) -> str:
    return measured_by("tests/unit/analytics/churn/test_snapshots.py")


def operations_lead(folder: Path) -> str:
    """In the browser, over the demo's data: why, how sure, and what if."""
    return measured_by("tests/journeys/test_operations_lead.py")


def odd_shops(folder: Path) -> str:
    return measured_by("tests/integration/scoring/test_odd_shops.py")


def one_purchase_model(folder: Path) -> str:
    return measured_by("tests/unit/analytics/churn/test_purchase_model.py")


def engines_agree(folder: Path) -> str:
    """The whole program on each engine, from the import of the real file to the scores of two days."""
    needs_spark()
    return measured_by("tests/integration/scoring/test_two_engines.py")


def rules_agree(folder: Path) -> str:
    needs_spark()
    return measured_by("tests/integration/segments/test_three_engines.py")


def needs_spark() -> None:
    try:
        find_java()
    except Problem as missing:
        raise NotMeasured(f"it could not be measured. {missing} {missing.advice()}") from missing


def newcomer(folder: Path) -> str:
    """From an installation without data to the first closed follow-up, in the browser, with a file of one's own."""
    return measured_by("tests/journeys/test_newcomer.py")


def content(site: Installation, *, started: bool = False, source: str | None = None) -> str:
    """A checksum over all orders and lines, free of ids."""
    query = CONTENT
    if source:
        only = f"o.source_id = (SELECT id FROM source WHERE code = '{source}')"
        query = query.replace("UNION ALL", f"WHERE {only} UNION ALL").replace(") AS rows", f"WHERE {only}) AS rows")
    if started:
        return site.sql(query)[0][0]
    with running(Cluster(Home(site.home))):
        return site.sql(query)[0][0]


PROMISES = (
    Promise("The demo starts from a fresh clone in a new environment", bare_machine_demo),
    Promise("Online Retail gives the known answers through import, scores and export", known_answers),
    Promise("The same file twice changes nothing", same_file_twice),
    Promise("Random kills of an import end in the same content", killed_imports),
    Promise("kill -9 of each process in turn loses nothing and all comes back", killed_processes),
    Promise("Interleaved writers and a late commit miss no fact in the mirror", late_commits),
    Promise("An event is on the 360 and scored within 10 s", in_the_day),
    Promise("Four dirty exports come in exactly, rows are repaired, an import is undone", dirty_exports),
    Promise("Generated dirty files: every row is taken or set aside, no character changed", generated_dirt),
    Promise("Returns, order lines, contracts and costs come in once and are taken back", other_kinds),
    Promise("Fifty posts with one key make one object", one_key),
    Promise("Automatic merges are right, and find nine in ten", sure_merges),
    Promise("Lifetime value: the printed figures of the papers, and what came after", lifetime_of_the_papers),
    Promise("Lifetime value does not diverge on half a year, and declines politely", lifetime_of_odd_shops),
    Promise("Churn in 30 days on Online Retail as of 2011-11-09; of shuffled days nothing", churn),
    Promise("Churn of a table with a label: AUC between .83 and .86", churn_of_a_table),
    Promise("Where the purchase model foretells best, everybody is scored by it", one_purchase_model),
    Promise("Scores and what they learn are the same on DuckDB and on Spark", engines_agree),
    Promise("A rule finds the same customers on DuckDB, PostgreSQL and Spark", rules_agree),
    Promise("No orders, one customer, an outlier, silence: each run ends and says what it could not do", odd_shops),
    Promise(
        "From the screen alone: why somebody is at risk, how sure that is, what if gold were 10 %", operations_lead
    ),
    Promise("A newcomer with an order file of their own closes a first follow-up", newcomer),
    Promise("An agent closes ten follow-ups in a row with the keyboard", keyboard),
)


def kept(promises: Iterable[Promise]) -> Iterator[str]:
    for promise in promises:
        with tempfile.TemporaryDirectory(prefix="shuke-") as folder:
            try:
                yield f"{HOLDS} {promise.words}: {promise.keep(Path(folder))}"
            except NotMeasured as missing:
                yield f"{DOES_NOT} {promise.words}: {missing}"
            except Exception as failure:
                yield f"{DOES_NOT} {promise.words}: {type(failure).__name__}: {str(failure)[:1500]}"


def figures() -> Iterator[str]:
    """What the scripts of `bench/` come to, without what they tell on the way."""
    with subprocess.Popen([sys.executable, ROOT / "bench"], stdout=subprocess.PIPE, text=True) as bench:
        yield from (line.rstrip() for line in bench.stdout or () if line.startswith((HOLDS, DOES_NOT)))


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_mutually_exclusive_group()
    parts.add_argument("--promises", action="store_true", help="leave the figures on speed and size out")
    parts.add_argument("--figures", action="store_true", help="only the figures on speed and size")
    names = [promise.keep.__name__ for promise in PROMISES]
    parser.add_argument("--without", nargs="+", default=[], metavar="PROMISE", help="leave these promises out")
    parts.add_argument("names", nargs="*", default=[], metavar="PROMISE", help=f"one of {', '.join(names)}")
    asked = parser.parse_args()
    if unknown := {*asked.names, *asked.without} - set(names):
        parser.error(f"no promise is named {', '.join(sorted(unknown))}")
    return asked


def told(asked: argparse.Namespace) -> Iterator[str]:
    if not asked.figures:
        names = set(asked.names or (each.keep.__name__ for each in PROMISES)) - set(asked.without)
        yield from kept(each for each in PROMISES if each.keep.__name__ in names)
    if not asked.promises and not asked.names:
        yield from figures()


def main() -> int:
    counts = Counter()
    for line in told(options()):
        print(line, flush=True)
        counts[line[0]] += 1
    print(f"{counts[HOLDS]} passed, {counts[DOES_NOT]} failed")
    return 1 if counts[DOES_NOT] else 0


if __name__ == "__main__":
    sys.exit(main())
