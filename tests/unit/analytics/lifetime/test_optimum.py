import numpy as np
import pytest

from shuke.analytics.lifetime.optimum import maximise

BEGIN = np.array([2.0, 5_000.0])


def hill(deviation, *, top=(3.0, 9_000.0)):
    """A likelihood that is normal in the logarithms: its standard errors are known."""

    def log_likelihood(theta):
        away = np.log(theta / np.array(top)) / deviation
        return -away @ away / 2, -away / deviation / theta

    return log_likelihood


def test_an_optimum_comes_with_its_standard_errors_whatever_the_units():
    found = maximise(hill(0.2), ("rate", "money"), BEGIN)
    assert found.trouble is None
    assert found.theta == pytest.approx([3.0, 9_000.0])
    assert found.standard_errors == pytest.approx([0.6, 1_800.0], rel=1e-4)


@pytest.mark.parametrize(("deviation", "trouble"), [(1.9, None), (2.1, "flat_likelihood")])
def test_what_could_be_e_squared_times_as_large_is_not_known(deviation, trouble):
    found = maximise(hill(np.array([0.2, deviation])), ("rate", "money"), BEGIN)
    assert (found.trouble and found.trouble.code) == trouble
    assert found.trouble is None or found.trouble.parameter == "money"


@pytest.mark.parametrize("top", [(3.1, 8_800.0), (60.0, 300.0)])
def test_a_part_of_the_data_does_not_change_where_it_ends(top):
    found = maximise(hill(0.2), ("rate", "money"), BEGIN, of_a_part=hill(0.2, top=top))
    assert found.theta == pytest.approx([3.0, 9_000.0])
    assert found.standard_errors == pytest.approx([0.6, 1_800.0], rel=1e-4)


def slope(theta):
    """Rises with the second parameter for ever."""
    value, gradient = hill(0.2)(theta * np.array([1, 0]) + np.array([0, 9_000.0]))
    return value + 100 * np.log(theta[1]), np.array([gradient[0], 100 / theta[1]])


def test_what_rises_for_ever_ends_at_the_bound_or_with_a_penalty():
    plain = maximise(slope, ("rate", "money"), BEGIN)
    assert (plain.trouble.code, plain.trouble.parameter) == ("bound_reached", "money")

    def gently(theta):
        value, gradient = slope(theta)
        return value - 99.5 * np.log(theta[1]), gradient - np.array([0, 99.5 / theta[1]])

    held = maximise(gently, ("rate", "money"), BEGIN, penalised=True)
    assert held.trouble is None
    assert held.theta[1] == pytest.approx(5_000 * np.exp(0.5 * 1.5**2), rel=1e-4)


def test_a_likelihood_that_is_no_number_is_told_and_not_raised():
    found = maximise(lambda theta: (np.nan, theta * np.nan), ("rate", "money"), BEGIN)
    assert found.trouble.code == "not_converged"
