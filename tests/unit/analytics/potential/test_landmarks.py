"""Who came to what, counted by hand."""

from datetime import timedelta
from types import SimpleNamespace

import ibis
import pytest

from shuke.analytics.goods import bought
from shuke.analytics.potential.landmarks import baskets, cases, counts, landmarks, seen_at
from shuke.analytics.tables import IDENTITIES, LINES, ORDER_EVENTS, ORDERS, PRODUCTS, Tables
from unit.analytics.baskets import basket, tables
from unit.analytics.shop import TODAY, ago

SHOP = [
    *(basket(customer, 150, ["tea"]) for customer in (1, 2, 3, 4)),
    *(basket(customer, 60, ["cups"]) for customer in (1, 2)),
    basket(3, 300, ["cups"]),
    *(basket(customer, 150, ["sweets"]) for customer in (5, 6, 7)),
    basket(5, 30, ["cups"]),
    basket(8, 400, ["tea"]),
]


def purchases(shop, **more):
    return bought(tables(shop, **more), seen_until=TODAY, goods="category")


def told(table) -> dict:
    rows = table.to_pyarrow().to_pylist()
    return {(row.pop("left"), row.pop("right")): row for row in rows}


def test_a_pair_counts_those_who_had_the_left_and_not_yet_the_right():
    seen = seen_at(purchases(SHOP), ago(90), window_days=90)
    pair = told(counts(seen, at_least=1))["tea", "cups"]
    # Of 1 to 4, who had tea lately, 3 had cups before; 1 and 2 came. Of the others, 5 to 7, one came.
    assert pair == {"of": 3, "came": 2, "others_of": 3, "others_came": 1}


def test_what_is_seldom_is_no_pair():
    seen = seen_at(purchases(SHOP), ago(90), window_days=90)
    assert set(told(counts(seen, at_least=2))) == {("tea", "cups")}


def test_who_bought_nothing_lately_is_no_case():
    silent = [*SHOP, basket(8, 60, ["cups"])]
    seen = seen_at(purchases(silent), ago(90), window_days=90)
    assert told(counts(seen, at_least=1))["tea", "cups"]["of"] == 3


def test_a_customer_at_two_landmarks_is_two_cases():
    days = (ago(90), ago(180))
    twice = cases(purchases([*SHOP, basket(1, 250, ["tea"])]), days, window_days=90)
    pair = told(counts(twice, at_least=1))["tea", "cups"]
    assert (pair["of"], pair["came"]) == (4, 2)


def test_a_basket_holds_both():
    orders = [["tea", "cups"], ["tea", "cups"], ["tea"], ["cups"], ["sweets"]]
    shop = [basket(number, 10, items) for number, items in enumerate(orders)]
    pair = told(counts(baskets(purchases(shop)), at_least=1))["tea", "cups"]
    assert pair == {"of": 3, "came": 2, "others_of": 2, "others_came": 1}


@pytest.mark.parametrize(
    ("history", "count"),
    [
        pytest.param(179, 0, id="too-short"),
        pytest.param(180, 1, id="one-window-before-and-after"),
        pytest.param(5_000, 4, id="no-more-than-four"),
    ],
)
def test_a_landmark_has_a_window_before_and_after_it(history, count):
    days = landmarks(ago(history), as_of=TODAY, window_days=90)
    assert days == tuple(TODAY - timedelta(90 * number) for number in range(1, count + 1))


def test_everything_compiles_for_spark(monkeypatch):
    options = SimpleNamespace(pyspark=SimpleNamespace(treat_nan_as_null=False))
    monkeypatch.setattr("ibis.backends.sql.compilers.pyspark.options", options)
    schemas = {"orders": ORDERS, "order_events": ORDER_EVENTS, "identities": IDENTITIES}
    schemas |= {"lines": LINES, "products": PRODUCTS}
    facts = Tables(**{name: ibis.table(schema, name) for name, schema in schemas.items()})
    lines = bought(facts, seen_until=TODAY, goods="article")
    for seen in (cases(lines, [ago(90), ago(180)], window_days=90), baskets(lines)):
        assert "JOIN" in ibis.to_sql(counts(seen, at_least=20), dialect="pyspark")
