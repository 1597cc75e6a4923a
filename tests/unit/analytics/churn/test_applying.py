import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.analytics.churn import additive
from shuke.analytics.churn.applying import apply, apply_by_cycle, step
from shuke.analytics.churn.candidates import REASONS
from shuke.analytics.churn.parameters import Additive, Shape
from shuke.analytics.features import features
from unit.analytics.churn import shops
from unit.analytics.shop import rows

COLUMNS = [f"churn_{code}" for code in REASONS]
numbers = st.integers(-10_000, 10_000).map(lambda number: number / 100)


@st.composite
def shapes(draw):
    cuts = sorted(draw(st.sets(numbers.map(lambda number: number + 0.005), min_size=1, max_size=31)))
    values = draw(st.lists(numbers, min_size=len(cuts) + 1, max_size=len(cuts) + 1))
    return Shape(feature="x", cuts=tuple(cuts), values=tuple(values), missing=draw(numbers))


@settings(max_examples=30, deadline=None)
@given(shapes(), st.lists(st.none() | numbers, min_size=1))
def test_the_engine_looks_up_the_same_steps(shape, values):
    table = ibis.memtable(pa.table({"x": pa.array(values, pa.float64())}))
    ours = table.select(value=table.x, step=step(table.x, shape)).to_pyarrow().to_pylist()
    columns = {"x": np.array([np.nan if row["value"] is None else row["value"] for row in ours])}
    theirs = additive.log_odds(Additive(intercept=0.0, shapes=(shape,)), columns)
    assert [row["step"] for row in ours] == pytest.approx(theirs.tolist(), abs=1e-12)


@pytest.fixture(scope="module")
def scored(shop, learned):
    return rows(apply(features(shop, as_of=shops.AS_OF), learned))


def test_contributions_add_up_to_the_log_odds(scored, learned):
    for row in scored.values():
        told = sum(row[name] for name in COLUMNS)
        assert learned.additive.intercept + told == pytest.approx(row["churn_log_odds"], abs=1e-9)
        assert row["churn_probability"] == pytest.approx(1 / (1 + np.exp(-row["churn_log_odds"])), abs=1e-12)


def test_long_silence_is_a_reason_and_raises_the_chance(shop, learned):
    known = features(shop, as_of=shops.AS_OF)
    late = known.filter(known.visits > 4, known.days_since_last > 150, known.median_gap < 40).limit(1)
    (row,) = apply(late, learned).to_pyarrow().to_pylist()
    assert row["churn_probability"] > 0.9
    assert max(COLUMNS, key=lambda name: abs(row[name])) == "churn_silent"
    assert row["churn_silent"] > 0


def test_each_customer_is_scored_over_their_own_cycle(shop, learned):
    longer = shops.learned(shop, horizon_days=60)
    known = features(shop, as_of=shops.AS_OF)
    by_cycle = rows(apply_by_cycle(known, [longer, learned]))
    alone = {30: rows(apply(known, learned)), 60: rows(apply(known, longer))}
    assert by_cycle.keys() == alone[30].keys()
    for customer, row in by_cycle.items():
        horizon = 60 if (row["median_gap"] or 0) > 30 else 30
        assert row == pytest.approx(alone[horizon][customer], abs=1e-12)
    assert {row["churn_horizon_days"] for row in by_cycle.values()} == {30, 60}
