"""What habits say of small shops that can be counted by hand."""

from types import SimpleNamespace

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.analytics.habits import by_item, habits
from shuke.analytics.tables import IDENTITIES, LINES, ORDER_EVENTS, ORDERS, PRODUCTS, Tables
from unit.analytics.baskets import basket, tables
from unit.analytics.shop import TODAY, ago, rows

few = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
baskets = st.builds(
    basket,
    st.integers(1, 3),
    st.integers(1, 500),
    st.lists(st.sampled_from(["tea", "cups", "sweets", "-tea"]), min_size=1, unique=True),
    hour=st.sampled_from([9, 10, None]),
    channel=st.sampled_from(["", "shop", "web"]),
)
shops = st.lists(baskets, max_size=12).map(lambda rest: [basket(1, 40, ["tea"]), *rest])


def of(facts: Tables, **more) -> dict:
    return rows(habits(facts, **{"as_of": TODAY, "goods": "category", **more}))


def items(facts: Tables, customer: int = 1, **more) -> dict:
    table = by_item(facts, **{"as_of": TODAY, "goods": "category", **more})
    told = table.filter(table.customer_id == customer).to_pyarrow().to_pylist()
    return {row["item"]: row for row in told}


def test_the_mix_is_by_money():
    told = items(tables([basket(1, 30, {"tea": 6_000, "cups": 3_000}), basket(1, 3, {"sweets": 1_000})]))
    assert {name: row["share"] for name, row in told.items()} == {"tea": 0.6, "cups": 0.3, "sweets": 0.1}
    assert [name for name, _row in sorted(told.items(), key=lambda each: each[1]["place"])] == ["tea", "cups", "sweets"]
    one = of(tables([basket(1, 30, {"tea": 6_000, "cups": 3_000}), basket(1, 3, {"sweets": 1_000})]))[1]
    assert one["items"] == 3
    assert one["concentration"] == pytest.approx(0.36 + 0.09 + 0.01)


def test_equal_shares_are_placed_by_name():
    told = items(tables([basket(1, 30, ["tea", "cups"])]))
    assert (told["cups"]["place"], told["tea"]["place"]) == (0, 1)


def test_articles_stand_in_where_there_are_no_categories():
    told = items(tables([basket(1, 30, ["tea", "cups"])], categories=False), goods="article")
    assert set(told) == {"1", "2"}


def test_more_and_less_compare_two_windows_of_180_days():
    shop = [
        basket(1, 500, ["sweets"]),
        *(basket(1, days, ["tea"], quantity=4.0) for days in (10, 20, 30)),
        basket(1, 200, ["tea"], quantity=4.0),
        *(basket(1, days, ["cups"]) for days in (190, 200, 210, 360)),
    ]
    told = items(tables(shop))
    assert (told["tea"]["quantity_180"], told["tea"]["quantity_180_before"]) == (12, 4)
    assert told["tea"]["quantity_change"] == pytest.approx(0.5)
    assert told["cups"]["quantity_change"] == -1
    assert told["sweets"]["quantity_change"] is None


def test_a_newcomer_has_no_window_before():
    told = items(tables([basket(1, days, ["tea"]) for days in (10, 20, 30, 200, 359)]))
    assert told["tea"]["quantity_change"] is None


def test_of_equally_frequent_hours_and_channels_the_smaller_is_told():
    shop = [
        *(basket(1, days, ["tea"], hour=hour, channel=channel) for days, hour, channel in (
            (1, 20, "web"), (2, 20, "shop"), (3, 9, "web"), (4, 9, "shop"), (5, None, ""))),
    ]  # fmt: skip
    one = of(tables(shop))[1]
    assert (one["favourite_hour"], one["hour_orders"], one["hour_known"]) == (9, 2, 4)
    assert (one["favourite_channel"], one["channel_orders"], one["channel_known"]) == ("shop", 2, 4)


def test_who_never_said_when_or_how_has_no_favourite():
    one = of(tables([basket(1, 5, ["tea"])]))[1]
    assert {one[f"favourite_{name}"] for name in ("hour", "channel")} == {None}
    assert (one["favourite_weekday"], one["favourite_month"]) == (ago(5).weekday(), ago(5).month)


def test_the_season_is_that_of_the_last_year():
    shop = [*(basket(1, days, ["tea"]) for days in (400, 401, 430)), basket(1, 200, ["tea"]), basket(1, 10, ["tea"])]
    one = of(tables(shop))[1]
    assert (one["favourite_month"], one["month_orders"], one["month_known"]) == (
        min(ago(200).month, ago(10).month),
        1,
        2,
    )


def test_what_was_sent_back_or_cancelled_is_no_habit():
    cancelled = {"order_id": 2, "identity_id": 1, "kind": "cancellation", "happened_on": ago(1), "amount": 0}
    shop = [basket(1, 30, ["tea"]), basket(1, 5, ["cups"], hour=9), basket(1, 4, ["-tea"])]
    told = tables(shop, events=[cancelled])
    assert set(items(told)) == {"tea"}
    assert of(told)[1]["favourite_hour"] is None


def test_of_a_merged_customer_all_orders_are_told():
    told = items(tables([basket(1, 30, ["tea"]), basket(2, 20, ["tea"])], identities={2: 1}))
    assert told["tea"]["orders"] == 2


@few
@given(shops, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(shop, random):
    shuffled = random.sample(shop, len(shop))
    told, expected = of(tables(shuffled)), of(tables(shop))
    assert {customer: pytest.approx(row) for customer, row in expected.items()} == told


@few
@given(shops, st.integers(-30, 0))
def test_a_basket_of_today_or_later_changes_nothing(shop, days_ago):
    late = basket(1, days_ago, ["tea", "cups"], hour=9, channel="web")
    assert of(tables([*shop, late])) == of(tables(shop))


@few
@given(shops)
def test_shares_add_up_to_one(shop):
    facts = tables(shop)
    for customer in of(facts):
        told = items(facts, customer)
        assert not told or sum(row["share"] for row in told.values()) == pytest.approx(1)


def test_habits_compile_for_spark(monkeypatch):
    options = SimpleNamespace(pyspark=SimpleNamespace(treat_nan_as_null=False))
    monkeypatch.setattr("ibis.backends.sql.compilers.pyspark.options", options)
    facts = Tables(
        ibis.table(ORDERS, "orders"),
        ibis.table(ORDER_EVENTS, "order_events"),
        ibis.table(IDENTITIES, "identities"),
        lines=ibis.table(LINES, "lines"),
        products=ibis.table(PRODUCTS, "products"),
    )
    for told in (habits(facts, as_of=TODAY, goods="category"), by_item(facts, as_of=TODAY, goods="article")):
        assert "GROUP BY" in ibis.to_sql(told, dialect="pyspark")
