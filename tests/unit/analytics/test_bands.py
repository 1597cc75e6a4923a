import pytest

from unit.analytics.shop import fitted, sale, scored, tables


@pytest.mark.parametrize(
    ("days_ago", "letter"),
    [
        pytest.param(1, "A", id="yesterday"),
        pytest.param(30, "A", id="exactly-30-days"),
        pytest.param(31, "B", id="31-days"),
        pytest.param(90, "B", id="exactly-90-days"),
        pytest.param(91, "C", id="91-days"),
    ],
)
def test_recency_letter(days_ago, letter):
    assert scored(tables([sale(1, days_ago)]))[1]["r"] == letter


@pytest.mark.parametrize(
    ("orders", "first_days_ago", "letter"),
    [
        pytest.param(2, 30, "A", id="two-in-the-first-month"),
        pytest.param(1, 30, "B", id="one-in-the-first-month"),
        pytest.param(1, 60, "B", id="one-in-two-months"),
        pytest.param(1, 61, "C", id="one-in-more-than-two-months"),
    ],
)
def test_frequency_letter(orders, first_days_ago, letter):
    facts = tables([sale(1, first_days_ago - day) for day in range(orders)])
    assert scored(facts)[1]["f"] == letter


@pytest.mark.parametrize(
    ("amount", "letter"),
    [(200_001, "A"), (200_000, "B"), (50_001, "B"), (50_000, "C"), (1, "C")],
)
def test_average_order_must_be_above_its_threshold(amount, letter):
    assert scored(tables([sale(1, 5, amount)]))[1]["m"] == letter


@pytest.mark.parametrize(
    ("now", "before", "letter"),
    [
        pytest.param(120, 100, "A", id="exactly-1.2-times"),
        pytest.param(119, 100, "B", id="a-little-more"),
        pytest.param(80, 100, "B", id="exactly-0.8-times"),
        pytest.param(79, 100, "C", id="less"),
        pytest.param(0, 100, "C", id="nothing-now"),
        pytest.param(100, 0, "A", id="nothing-before"),
        pytest.param(0, 0, "C", id="nothing-in-either"),
    ],
)
def test_trend_letter(now, before, letter):
    orders = [sale(1, 300)] + [sale(1, day, money) for day, money in ((10, now), (100, before)) if money]
    assert scored(tables(orders))[1]["t"] == letter


def test_fifths_split_a_population_evenly():
    facts = tables([sale(n, n, n * 100) for n in range(1, 11)])
    rows = scored(facts)
    assert fitted(facts).r_cuts == pytest.approx((2.8, 4.6, 6.4, 8.2))
    assert [rows[n]["r_quintile"] for n in range(1, 11)] == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert [rows[n]["m_quintile"] for n in range(1, 11)] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_a_value_on_a_cut_belongs_to_the_side_before_it():
    rows = scored(tables([sale(n, n) for n in (1, 2, 3, 4, 5, 6)]))  # cuts at 2, 3, 4 and 5
    assert [rows[n]["r_quintile"] for n in (1, 2, 3, 4, 5, 6)] == [5, 5, 4, 3, 2, 1]


def test_where_all_order_once_nobody_is_more_frequent():
    rows = scored(tables([sale(n, n) for n in range(1, 8)]))
    assert {row["f_quintile"] for row in rows.values()} == {1}
