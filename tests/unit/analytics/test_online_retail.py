"""Known answers of Online Retail (UCI 352, D. Chen, CC BY 4.0): cleaned gross figures as of 2011-12-10."""

from datetime import date

import ibis
import pyarrow as pa
import pytest

from conftest import SHARED_DATA
from shuke.analytics import lab, scores
from shuke.analytics.policies import Policies, TierPolicy
from shuke.analytics.tables import IDENTITIES, ORDER_EVENTS, Tables
from shuke.analytics.value import value_at_risk
from unit.analytics.shop import fitted, rows

AS_OF = date(2011, 12, 10)
CLEAN_INVOICES = """
SELECT row_number() OVER (ORDER BY InvoiceNo) AS order_id, CAST(CAST(CustomerID AS DOUBLE) AS BIGINT) AS identity_id,
    1 AS source_id, 1 AS store_id, 1 AS line_id, 'sale' AS kind, CAST(min(InvoiceDate) AS DATE) AS ordered_on,
    CAST(round(sum(Quantity * UnitPrice) * 100) AS BIGINT) AS amount,
    CAST(extract(hour FROM min(InvoiceDate)) AS SMALLINT) AS hour, 'web' AS channel
FROM read_csv('{file}', types = {{
    'InvoiceNo': 'VARCHAR', 'CustomerID': 'VARCHAR', 'Quantity': 'BIGINT', 'UnitPrice': 'DECIMAL(12,4)'}})
WHERE CustomerID <> '' AND Quantity > 0 AND UnitPrice > 0 AND InvoiceNo NOT LIKE 'C%'
GROUP BY InvoiceNo, CustomerID
"""


@pytest.fixture(scope="module")
def shop():
    file = SHARED_DATA / "online_retail.csv.gz"
    if not file.exists():
        pytest.skip(f"the real files are not in {SHARED_DATA}")
    engine = ibis.duckdb.connect()
    engine.raw_sql(f"CREATE TABLE orders AS {CLEAN_INVOICES.format(file=file)}")
    orders = engine.table("orders")
    people = orders.select("identity_id", customer_id="identity_id").distinct().to_pyarrow()
    events = pa.Table.from_pylist([], schema=ORDER_EVENTS.to_pyarrow())
    return Tables(
        orders,
        engine.create_table("order_events", events, schema=ORDER_EVENTS),
        engine.create_table("identities", people, schema=IDENTITIES),
    )


@pytest.fixture(scope="module")
def learned(shop):
    return fitted(shop, as_of=AS_OF)


@pytest.fixture(scope="module")
def customers(shop, learned):
    return rows(scores.apply(scores.features(shop, as_of=AS_OF), Policies(), learned))


def test_the_whole_shop(customers):
    assert len(customers) == 4_338
    assert sum(row["orders"] for row in customers.values()) == 18_532
    assert sum(row["money"] for row in customers.values()) == 891_140_790


@pytest.mark.parametrize(
    ("customer", "days", "orders", "money"),
    [
        (12346, 326, 1, 7_718_360),
        (12347, 3, 7, 431_000),
        (12748, 1, 209, 3_371_973),
        (14646, 2, 73, 28_020_602),
        (17841, 2, 124, 4_099_157),
        (18102, 1, 60, 25_965_730),
    ],
)
def test_single_customers(customers, customer, days, orders, money):
    row = customers[customer]
    assert (row["days_since_last"], row["orders"], row["money"]) == (days, orders, money)


def test_fifths_meet_where_they_should(learned):
    assert learned.r_cuts == pytest.approx((13.8, 33, 72, 180))
    assert learned.f_cuts == pytest.approx((1, 2, 3, 6))
    assert learned.m_cuts == pytest.approx((25_019, 49_010, 94_228, 205_843), abs=0.5)


def test_tiers_and_activity(customers):
    def count(column):
        values = [row[column] for row in customers.values()]
        return {value: values.count(value) for value in set(values)}

    assert count("tier") == {"gold": 315, "silver": 747, "bronze": 3_276}
    assert count("activity") == {"new": 252, "active": 2_854, "dormant": 1_158, "lost": 74}


def test_lines_agree_with_ranks_for_everybody(customers):
    by_recency = sorted(customers.values(), key=lambda c: (c["days_since_last"], -c["net_money_365"], c["customer_id"]))
    by_money = sorted(customers.values(), key=lambda c: (-c["net_money_365"], c["customer_id"]))
    recent = {row["customer_id"] for row in by_recency[: int(4_338 * 0.20)]}
    rich = {row["customer_id"] for row in by_money[: int(4_338 * 0.15)]}
    assert {customer for customer, row in customers.items() if row["tier"] == "gold"} == recent & rich


@pytest.mark.parametrize(
    ("customer", "letters", "fifths", "tier", "activity", "at_risk"),
    [
        (12347, "ABBA", (5, 5, 5), "gold", "active", 6_151),
        (12748, "AACA", (5, 5, 5), "gold", "active", 528_640),
        (12346, "CCAC", (1, 1, 5), "bronze", "dormant", 7_718_360),
    ],
)
def test_the_examples_of_the_concept_page(customers, customer, letters, fifths, tier, activity, at_risk):
    row = customers[customer]
    assert "".join(row[letter] for letter in "rfmt") == letters
    assert (row["r_quintile"], row["f_quintile"], row["m_quintile"]) == fifths
    assert (row["tier"], row["activity"], row["value_at_risk"]) == (tier, activity, at_risk)


def test_what_would_change_if_gold_meant_the_best_tenth_by_money(shop, learned, customers):
    policies = Policies(tier=TierPolicy(gold_money_share=0.10))
    features = value_at_risk(scores.features(shop, as_of=AS_OF), learned)
    now = lab.Ruling(policies, fitted(shop, policies, as_of=AS_OF))
    found = lab.judge(features, was=lab.Ruling(Policies(), learned), now=now)
    steps = {(row["was"], row["now"]): row for row in lab.flow(found, "tier").to_pyarrow().to_pylist()}
    by_recency = sorted(customers.values(), key=lambda c: (c["days_since_last"], -c["net_money_365"], c["customer_id"]))
    by_money = sorted(customers.values(), key=lambda c: (-c["net_money_365"], c["customer_id"]))
    recent = {row["customer_id"] for row in by_recency[:867]}
    gold = recent & {row["customer_id"] for row in by_money[:433]}
    assert rows(lab.moved(found)).keys() == (recent & {row["customer_id"] for row in by_money[:650]}) - gold
    assert {step: row["customers"] for step, row in steps.items()} == {
        ("gold", "gold"): len(gold),
        ("gold", "silver"): 75,
        ("silver", "silver"): 747,
        ("bronze", "bronze"): 3_276,
    }
    assert len(gold) == 240
    assert steps["gold", "silver"]["net_money_365"] == 22_510_452
