"""Online Retail (UCI 352, D. Chen, CC BY 4.0), cleaned: the groups of the concept page, as of 2011-12-10."""

from datetime import date
from types import SimpleNamespace

import ibis
import pytest

from conftest import SHARED_DATA
from shuke.analytics import rfm
from shuke.analytics.clusters.applying import place
from shuke.analytics.clusters.features import measures
from shuke.analytics.clusters.fitting import fit
from shuke.analytics.tables import ORDERS
from unit.analytics.churn import shops
from unit.analytics.clusters.kinds import POLICY
from unit.analytics.shop import rows
from unit.analytics.test_online_retail import CLEAN_INVOICES

AS_OF = date(2011, 12, 10)


@pytest.fixture(scope="module")
def measured():
    file = SHARED_DATA / "online_retail.csv.gz"
    if not file.exists():
        pytest.skip(f"the real files are not in {SHARED_DATA}")
    engine = ibis.duckdb.connect()
    engine.raw_sql(f"CREATE TABLE orders AS {CLEAN_INVOICES.format(file=file)}")
    facts = shops.tables(engine.table("orders").cast(ORDERS).order_by("order_id").to_pyarrow())
    return rfm.rfm_t(facts, as_of=AS_OF, seen_until=AS_OF).drop("first_ordered_on", "last_ordered_on").cache()


@pytest.fixture(scope="module")
def found(measured):
    return fit(measured.select("customer_id", **measures(measured)).to_pyarrow(), POLICY, as_of=AS_OF)


def test_a_gift_shop_has_five_groups(found):
    traits = [[(trait.feature, trait.is_high) for trait in group.traits] for group in found.groups]
    assert traits == [
        [("money", True), ("orders", True)],
        [("money", True), ("days_since_last", False)],
        [("trend", False), ("days_since_last", True)],
        [("money", False), ("trend", True)],
        [("days_since_last", True), ("money", False)],
    ]


def test_a_customer_is_where_the_concept_page_says(measured, found):
    customer = SimpleNamespace(**rows(measured)[12347])
    told = place(customer, found)
    assert (told.group.number, told.next.number) == (1, 2)
    assert told.fit == pytest.approx(0.197, abs=0.001)
    assert {reason.feature: round(reason.towards, 3) for reason in told.reasons} == {
        "money": 0.677,
        "orders": -0.234,
        "days_since_last": 0.164,
        "own_cycle": -0.156,
        "trend": -0.019,
    }
