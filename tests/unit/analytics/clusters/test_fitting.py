"""Groups are found where there are some, and nowhere else."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.analytics.clusters.features import FEATURES
from shuke.analytics.clusters.fitting import fit
from shuke.analytics.clusters.parameters import Clusters, Ungrouped
from shuke.analytics.clusters.scaling import coordinates, nearest
from unit.analytics.clusters import kinds
from unit.analytics.clusters.kinds import JULY, KINDS, POLICY

EACH = 150


def numbers(rows: pa.Table, clusters: Clusters) -> list[set[int]]:
    """The numbers of the groups that the customers of each kind are in."""
    told = kinds.measured(rows).sort_by("customer_id")
    values = {name: told[name].cast(pa.float64()).to_numpy() for name in FEATURES}
    near = nearest(coordinates(values, clusters.scales), clusters)
    return [set(part.tolist()) for part in np.split(near, len(near) // EACH)]


def cloud(draw: np.ndarray) -> pa.Table:
    """Customers whose measures are given as logs."""
    columns = dict(zip(FEATURES[:5], np.exp(draw.T), strict=True))
    zero = np.zeros(len(draw))
    return pa.table({"customer_id": np.arange(len(draw)), **columns, "returns": zero, "trend": zero})


def test_four_kinds_of_customers_are_four_groups(rows, clusters):
    assert len(clusters.groups) == 4
    assert sorted(numbers(rows, clusters), key=min) == [{1}, {2}, {3}, {4}]
    assert max(clusters.compared, key=lambda one: one.silhouette).groups == 4


def test_who_spends_most_is_group_one_and_groups_are_named_by_what_sets_them_apart(rows, clusters):
    regulars, giants, lost, once = (number for (number,) in numbers(rows, clusters))
    assert giants == 1
    assert once == 4
    traits = {group.number: {(trait.feature, trait.is_high) for trait in group.traits} for group in clusters.groups}
    assert ("money", True) in traits[giants]
    assert ("orders", True) in traits[regulars]
    assert ("days_since_last", True) in traits[lost]
    assert ("money", False) in traits[once]
    assert len(set(map(frozenset, traits.values()))) == 4


def test_ranks_tell_where_the_typical_member_stands(clusters):
    giants, *_middle, once = clusters.groups
    assert giants.ranks["money"] == pytest.approx(7 / 8, abs=0.01)
    assert once.ranks["money"] == pytest.approx(1 / 8, abs=0.01)
    assert once.ranks["own_cycle"] is None


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(lambda random: random.uniform(1, 4, (800, 5)), id="uniform"),
        pytest.param(lambda random: random.normal(5, 1, (800, 5)), id="one-lump"),
        pytest.param(lambda random: random.normal(5, 1, (800, 1)) + random.normal(0, 0.3, (800, 5)), id="a-long-lump"),
    ],
)
def test_a_crowd_without_gaps_is_parted_by_nobody(draw):
    found = fit(cloud(draw(np.random.default_rng(2))), POLICY, as_of=JULY)
    assert isinstance(found, Ungrouped)
    assert [one.code for one in found.shortfalls] == ["one_lump"]
    assert len(found.compared) == 6


def test_measures_shuffled_among_the_customers_make_no_groups(rows):
    random = np.random.default_rng(1)
    told = kinds.measured(rows)
    mixed = {name: random.permutation(told[name].to_numpy()) for name in FEATURES}
    found = fit(pa.table({"customer_id": told["customer_id"], **mixed}), POLICY, as_of=JULY)
    assert isinstance(found, Ungrouped)
    assert found.shortfalls[0].code == "one_lump"


@pytest.mark.parametrize("customers", [0, 1, 199])
def test_too_few_customers_are_said_with_their_number(customers, rows):
    found = kinds.found(rows.slice(0, customers))
    (missing,) = found.shortfalls
    assert (missing.code, missing.have, missing.need) == ("customers", customers, 200)


def test_measures_that_are_the_same_for_everybody_count_for_nothing():
    told = cloud(np.full((300, 5), 5.0))
    (missing,) = fit(told, POLICY, as_of=JULY).shortfalls
    assert (missing.code, missing.have) == ("features", 0)


def test_two_different_customers_repeated_are_not_three_groups():
    (missing,) = fit(cloud(np.repeat([[1.0] * 5, [4.0] * 5], 200, axis=0)), POLICY, as_of=JULY).shortfalls
    assert (missing.code, missing.have, missing.need) == ("alike", 2, 3)


def test_groups_that_would_be_too_small_are_refused(rows):
    (missing,) = kinds.found(rows, min_share=0.26).shortfalls
    assert (missing.code, missing.need) == ("too_small", 0.26)


def test_groups_must_come_back(rows):
    clear = kinds.scores(scatter=0.15)
    assert isinstance(kinds.found(clear, min_stability=0.9), Clusters)
    found = kinds.found(kinds.scores(scatter=0.9), min_stability=1.0)
    assert isinstance(found, Ungrouped)


def test_a_weight_of_nothing_leaves_a_measure_out(rows):
    weights = {"trend": 0, "average_order": 1}
    counting = {scale.feature for scale in kinds.found(rows, weights=weights).scales}
    assert counting == {"money", "orders", "average_order", "days_since_last", "own_cycle"}


def test_one_giant_is_no_group_and_moves_no_other(rows, clusters):
    giant = kinds.table({name: rows[name].to_numpy() * 1.0 for name in rows.column_names})
    richest = {name: [10**14 if "money" in name or name == "average_order" else 1] for name in rows.column_names}
    with_giant = pa.concat_tables([giant, pa.table(richest | {"customer_id": [9_999]}).cast(rows.schema)])
    found = kinds.found(with_giant)
    assert numbers(rows, found) == numbers(rows, clusters)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1_000))
def test_the_order_of_the_rows_does_not_matter(seed):
    rows = kinds.scores(KINDS[:3], each=80)
    assert kinds.found(kinds.shuffled(rows, seed)) == kinds.found(rows)
