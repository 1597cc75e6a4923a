"""A group is the same one next month, wherever the algorithm puts it."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuke.analytics.clusters.matching import carried_on
from unit.analytics.clusters import kinds
from unit.analytics.clusters.kinds import AUGUST, GIANTS, JULY, KINDS, LOST, REGULARS, Kind
from unit.analytics.clusters.test_fitting import numbers

MIDDLE = Kind(500, 12, 1_000, 2)
LOST_GIANTS = Kind(900_000, 6, 1_500, 60)


@given(st.permutations([1, 2, 5, 7]))
def test_labels_in_another_order_carry_on_their_numbers(order):
    former = np.repeat(order, 10)
    assert carried_on(np.repeat(range(4), 10), former) == dict(enumerate(order))


def test_the_pairs_that_share_most_in_all_are_taken():
    # Label 0 shares most with 1, but label 1 shares with nobody else: Kuhn gives up the best pair for the best sum.
    present = np.repeat([0, 0, 1], [6, 5, 4])
    former = np.repeat([1, 2, 1], [6, 5, 4])
    assert carried_on(present, former) == {0: 2, 1: 1}


@pytest.mark.parametrize(
    ("former", "known"),
    [
        pytest.param([1] * 30, {0: 1}, id="the-larger-part-of-a-parted-group-goes-on"),
        pytest.param([1] * 5 + [2] * 5 + [3] * 5 + [4] * 5 + [6] * 10, {1: 6}, id="who-keeps-too-few-is-somebody-new"),
    ],
)
def test_a_group_goes_on_only_with_most_of_its_customers(former, known):
    assert carried_on(np.repeat([0, 1], [20, 10]), np.array(former)) == known


@pytest.mark.parametrize("seed", [2, 3])
def test_a_month_later_each_kind_has_its_number(rows, clusters, seed):
    later = kinds.shuffled(kinds.scores(seed=seed), seed)
    again = kinds.found(later, as_of=AUGUST, former=clusters)
    assert numbers(later, again) == numbers(rows, clusters)
    assert {group.since for group in again.groups} == {JULY}


def test_numbers_stand_when_the_kinds_come_in_another_order(rows, clusters):
    turned = kinds.scores(KINDS[::-1])
    again = kinds.found(turned, as_of=AUGUST, former=clusters)
    assert numbers(turned, again) == numbers(rows, clusters)[::-1]


def test_a_kind_that_is_new_gets_a_number_that_nobody_had(rows, clusters):
    regulars, giants, lost, once = numbers(rows, clusters)
    others = kinds.scores([REGULARS, GIANTS, LOST, MIDDLE])
    second = kinds.found(others, as_of=AUGUST, former=clusters)
    assert numbers(others, second) == [regulars, giants, lost, {5}]
    assert second.group(5).since == AUGUST
    more = kinds.scores([REGULARS, GIANTS, LOST, MIDDLE, LOST_GIANTS])
    third = kinds.found(more, as_of=date(2026, 9, 1), former=second)
    assert set().union(*numbers(more, third)) == {1, 2, 3, 5, 6}
    assert once == {4}
