"""What is beyond chance, against figures of others."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from shuke.analytics.potential.chance import Counts, beyond_chance, likelihood_ratio, wilson_low


def counts(of, came, others_of, others_came) -> Counts:
    return Counts(*(np.array([float(value)]) for value in (of, came, others_of, others_came)))


@pytest.mark.parametrize("table", [(412, 152, 4_000, 360), (30, 20, 30, 10), (50, 0, 50, 7), (20, 20, 900, 3)])
def test_the_ratio_is_that_of_a_table_of_four(table):
    of, came, others_of, others_came = table
    expected = chi2_contingency(
        [[came, of - came], [others_came, others_of - others_came]], correction=False, lambda_="log-likelihood"
    ).statistic
    assert likelihood_ratio(counts(*table))[0] == pytest.approx(expected)


def test_the_bound_is_wilsons():
    # Wilson's own example of the textbooks: 8 of 10 at 95 % is .490 to .943.
    assert wilson_low(np.array([8.0]), np.array([10.0]), z=1.959964)[0] == pytest.approx(0.4902, abs=1e-4)
    assert wilson_low(np.array([0.0]), np.array([0.0]), z=1.96)[0] == 0


@pytest.mark.parametrize(
    ("table", "pairs", "found"),
    [
        pytest.param((412, 152, 4_000, 360), 500, True, id="clearly-more"),
        pytest.param((412, 12, 4_000, 360), 500, False, id="clearly-fewer"),
        pytest.param((40, 10, 400, 40), 1, True, id="alone-it-stands-out"),
        pytest.param((40, 10, 400, 40), 500, False, id="among-many-it-may-be-chance"),
        pytest.param((40, 10, 0, 0), 1, False, id="nobody-to-compare-with"),
    ],
)
def test_a_rule_needs_more_than_chance(table, pairs, found):
    assert bool(beyond_chance(counts(*table), pairs=pairs)[0]) is found
