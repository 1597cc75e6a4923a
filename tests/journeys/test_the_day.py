"""In the day, on a whole installation: a fact is on its customer's page and scored within seconds, kills or not."""

import json
import os
import signal
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from installation import Installation, wait_until

pytestmark = pytest.mark.slow

FILE = """订单号,会员号,姓名,下单时间,金额
A1,M1,王芳,2025-03-01 10:00,300
A2,M1,王芳,2025-06-01 10:00,500
A3,M2,李强,2026-02-01 10:00,80
A4,M3,陈静,2026-05-01 10:00,900
"""
PASSWORD = "of-a-test-2026"
PATIENCE = 60
KILLS = int(os.environ.get("SHUKE_KILLS", "3"))


@pytest.fixture
def site(tmp_path: Path):
    """A scored shop, up and running."""
    orders = tmp_path / "orders.csv"
    orders.write_text(FILE, encoding="utf-8")
    site = Installation(tmp_path / "home", SHUKE_DEMO="1")
    site.json("import", str(orders))
    site.run("user", "add", "admin", "--role", "administrator", "--password", PASSWORD)
    site.json("score")
    with site.up():
        wait_until(site.works, seconds=PATIENCE)
        yield site


def orders_counted(site: Installation, customer: int) -> int:
    """How many orders the customer's score and list row know of, the lesser of the two."""
    both = "SELECT least(score.orders, listed.orders) FROM live_score AS score JOIN customer_list AS listed"
    ((orders,),) = site.sql(f"{both} USING (customer_id) WHERE customer_id = {customer}")
    return orders


@pytest.mark.promise
def test_an_order_is_on_the_page_and_scored_within_seconds(site):
    ((wang,),) = site.sql("SELECT id FROM customer WHERE name = '王芳'")
    visit = site.log_in("admin", PASSWORD)

    def is_told(key: str, *, orders: int) -> bool:
        _status, page = visit(f"/customers/{wang}/")
        return key in page and '"score-value">today<' in page and orders_counted(site, wang) == orders

    times = []
    for number in range(3):
        (committed,) = site.sell_today(wang, f"today-{number}")
        wait_until(partial(is_told, f"today-{number}", orders=3 + number), seconds=PATIENCE)
        times.append(time.time() - committed)
    print(f"measured: {max(times):.1f} s at most from the commit of an order to page, score and list row")


@pytest.mark.promise
def test_what_customers_do_by_themselves_is_scored_within_seconds(site):
    """Over the API; each of the three has long ordered nothing, so that a full cart shows in the journey."""
    added = site.run("token", "add", "shop", "--scope", "facts:write", "--source", "shop", "--json")
    token = json.loads(added.stdout)["token"]
    times = []
    for customer, key in site.sql("SELECT customer_id, source_key FROM identity ORDER BY source_key"):
        journey = f"SELECT journey FROM live_score WHERE customer_id = {customer}"
        assert site.sql(journey) == [("aware",)]
        sent = time.time()
        send(site, token, {"key": key, "customer": key, "at": datetime.now(UTC).isoformat(), "kind": "cart"})
        wait_until(lambda journey=journey: site.sql(journey) == [("decide",)], seconds=PATIENCE)
        times.append(time.time() - sent)
    print(f"measured: {max(times):.1f} s at most from a full cart to the score")


def send(site: Installation, token: str, behaviour: dict[str, str]) -> None:
    """A behaviour over the API."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps({"items": [behaviour]}).encode()
    with urlopen(Request(f"{site.url}/api/v1/behaviours", body, headers)) as answer:
        assert answer.status == 200


def test_a_worker_that_is_killed_loses_no_fact(site):
    ((wang,),) = site.sql("SELECT id FROM customer WHERE name = '王芳'")
    for number in range(KILLS):
        site.sell_today(wang, *(f"{number}-{each}" for each in range(3)))
        os.kill(site.processes()["worker"], signal.SIGKILL)
    committed = site.sell_today(wang, "last")[-1]
    wait_until(lambda: orders_counted(site, wang) == 2 + 3 * KILLS + 1, seconds=PATIENCE)
    print(f"measured: {time.time() - committed:.1f} s after {KILLS} kills")
