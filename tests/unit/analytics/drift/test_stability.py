"""How numbers are spread against an earlier run: the index by hand, and what chance alone may do."""

from datetime import date
from math import log

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuke.analytics.drift.parameters import FEWEST, Spread
from shuke.analytics.drift.stability import psi, stability

SINCE = date(2026, 5, 31)
NAN = float("nan")
numbers = st.lists(st.one_of(st.just(NAN), st.integers(-50, 50).map(float)), min_size=1, max_size=60)


def each(counts: dict[float, int]) -> np.ndarray:
    return np.repeat(np.array(list(counts), dtype=np.float64), list(counts.values()))


def test_the_index_is_the_sum_over_the_tenths_of_then():
    then = each(dict.fromkeys(range(1, 11), 100))
    now = each({**dict.fromkeys(range(1, 11), 100), 1: 50, 10: 150})
    assert psi(then, now) == pytest.approx(-0.05 * log(0.5) + 0.05 * log(1.5))
    assert psi(then, now) == pytest.approx(0.054931, abs=1e-6)


def test_what_a_model_says_has_bands_around_the_middles_of_the_tenths():
    then, now = each(dict.fromkeys(range(1, 11), 100)), each({**dict.fromkeys(range(1, 11), 100), 1: 50, 10: 150})
    assert psi(then, now, said=True) == pytest.approx(0.054931, abs=1e-6)
    assert psi(then, then + 0.49, said=True) == 0


def test_many_customers_of_one_chance_have_not_moved_for_a_hair():
    then, now = each({0.3: 400, 0.5: 300, 0.7: 300}), each({0.301: 400, 0.499: 300, 0.702: 300})
    assert psi(then, now, said=True) == 0
    assert psi(then, now) > 1


def test_the_number_of_the_concept_page():
    then, now = each({1: 500, 2: 300, 3: 200}), each({1: 400, 2: 300, 3: 300})
    assert psi(then, now) == psi(then, now, said=True) == pytest.approx(0.063, abs=5e-4)


def test_values_that_many_share_are_one_band():
    then, now = each({1: 800, 2: 200}), each({1: 600, 2: 400})
    assert psi(then, now) == pytest.approx(-0.2 * log(0.75) + 0.2 * log(2))


def test_who_has_no_such_number_is_a_band():
    then, now = each({1: 500, NAN: 500}), each({1: 250, NAN: 750})
    assert psi(then, now) == pytest.approx(-0.25 * log(0.5) + 0.25 * log(1.5))


def test_half_a_customer_stands_in_for_nobody():
    then, now = each({1: 1_000}), each({1: 500, 2: 500})
    assert psi(then, now) == pytest.approx(-0.5 * log(0.5) + (0.5 - 0.0005) * log(0.5 / 0.0005))


@given(numbers, numbers, st.booleans())
def test_the_index_is_a_number_and_never_below_zero(then, now, said):
    assert 0 <= psi(np.array(then), np.array(now), said=said) < 40


@given(numbers, st.randoms())
def test_the_same_customers_in_another_order_have_not_moved(then, random):
    now = then.copy()
    random.shuffle(now)
    assert psi(np.array(then), np.array(now)) == 0


@pytest.mark.parametrize("said", [False, True])
def test_chance_alone_seldom_moves_the_fewest_customers_out_of_the_steady(said):
    random = np.random.default_rng(1)
    found = [psi(random.normal(size=FEWEST), random.normal(size=FEWEST), said=said) for _ in range(1_000)]
    assert np.mean(np.array(found) >= 0.1) <= 0.01


@pytest.mark.parametrize(
    ("index", "verdict"), [(0.0999, "steady"), (0.1, "watch"), (0.25, "watch"), (0.2501, "shifted")]
)
def test_the_bands_of_the_index(index, verdict):
    assert Spread(name="money", psi=index, then=1, now=1).verdict == verdict


def table(chance: float, customers: int, gap: float | None = None) -> pa.Table:
    gaps = pa.array([gap] * customers, pa.float64())
    return pa.table({"churn_probability": [chance] * customers, "median_gap": gaps})


def test_the_score_comes_first_and_a_number_that_nobody_has_has_no_median():
    found = stability(table(0.3, 600), table(0.4, 700, 20.0), ["churn_probability", "median_gap"], since=SINCE)
    assert (found.since, found.customers_then, found.customers_now) == (SINCE, 600, 700)
    assert (found.score.name, found.score.then, found.score.now) == ("churn_probability", 0.3, 0.4)
    (gap,) = found.features
    assert (gap.then, gap.now, gap.verdict) == (None, 20, "shifted")


@pytest.mark.parametrize(("then", "now"), [(FEWEST - 1, 5_000), (5_000, FEWEST - 1), (0, 0)])
def test_of_too_few_customers_only_their_number_is_told(then, now):
    found = stability(table(0.3, then), table(0.3, now), ["churn_probability", "median_gap"], since=SINCE)
    assert (found.customers_then, found.customers_now, found.score, found.features) == (then, now, None, ())
