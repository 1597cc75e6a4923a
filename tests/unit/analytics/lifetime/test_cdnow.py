"""CDNOW, the data on which these models were published, to the printed digits.

Calibration 1997-01-01 to 09-30, holdout the 39 weeks after it. Sources: Fader, Hardie and Lee (2005), tables 2 and 3;
Fader and Hardie (2005, 2013), notes on the Pareto/NBD and the Gamma-Gamma model.
"""

import gzip
from datetime import date

import ibis
import numpy as np
import pytest

from conftest import SHARED_DATA
from shuke.analytics.lifetime import fitting, predictions, purchases, values
from shuke.analytics.lifetime.policy import LifetimePolicy
from shuke.analytics.lifetime.statistics import Histories, Spends
from unit.analytics.lifetime.shops import EPOCH, bought, facts, fitted, held_out, valued
from unit.analytics.shop import rows

CALIBRATED = date(1997, 10, 1)
END = date(1998, 7, 1)
ACTUAL = (0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359)
EXPECTED = (0.225, 0.523, 1.044, 1.520, 2.164, 2.654, 3.504, 6.157)


@pytest.fixture(scope="module")
def shop():
    file = SHARED_DATA / "CDNOW_sample.txt.gz"
    if not file.exists():
        pytest.skip(f"the real files are not in {SHARED_DATA}")
    with gzip.open(file, "rt") as lines:
        bought = [line.split() for line in lines]
    days = [(date.fromisoformat(on) - EPOCH).days for _, _, on, _, _ in bought]
    # The papers count eight first orders that cost nothing; to us a gift is no order, so here they cost a cent.
    cents = [max(round(float(amount) * 100), 1) for *_, amount in bought]
    return facts([int(number) for _, number, *_ in bought], days, cents)


@pytest.fixture(scope="module")
def learned(shop):
    return fitted(shop, LifetimePolicy(), as_of=CALIBRATED)


@pytest.fixture(scope="module")
def people(shop):
    return bought(shop, as_of=CALIBRATED)


@pytest.fixture(scope="module")
def pareto(people):
    histories = Histories.from_arrow(purchases.histories(people).to_pyarrow())
    return fitting._estimate("pareto_nbd", fitting._optimum("pareto_nbd", histories, penalised=False))


def test_histories_are_those_of_the_papers(people):
    known = rows(people)
    assert (len(known), sum(row["frequency"] for row in known.values())) == (2_357, 2_457)
    first = known[1]
    assert (first["frequency"], first["age_at_last_days"] / 7, first["age_days"] / 7) == (
        2,
        pytest.approx(30.43, abs=0.005),
        pytest.approx(38.86, abs=0.005),
    )


@pytest.mark.promise
def test_bg_nbd(learned):
    found = learned.purchases
    assert (learned.method, found.penalised) == ("bg_nbd", False)
    assert _rounded(found.values, 4) == {"r": 0.2426, "alpha": 4.4136, "a": 0.7929, "b": 2.4259}
    assert _rounded(found.standard_errors, 3) == {"r": 0.013, "alpha": 0.378, "a": 0.186, "b": 0.705}
    assert round(found.standard_errors["r"], 4) == 0.0126
    assert round(found.log_likelihood, 2) == -9582.43
    print(f"\nmeasured: BG/NBD {_rounded(found.values, 4)}, log-likelihood {found.log_likelihood:.2f}")


@pytest.mark.promise
def test_pareto_nbd(pareto):
    assert pareto.values == pytest.approx({"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, abs=0.001)
    assert round(pareto.log_likelihood, 1) == -9595.0
    print(f"\nmeasured: Pareto/NBD {_rounded(pareto.values, 3)}, log-likelihood {pareto.log_likelihood:.1f}")


@pytest.mark.promise
def test_gamma_gamma(learned):
    found = learned.spend
    assert _rounded(found.values, 2) == {"p": 6.25, "q": 3.74, "gamma": 15.44}
    assert round(found.log_likelihood, 2) == -4055.92
    assert learned.notes[:-1] == ()
    print(f"\nmeasured: Gamma-Gamma {_rounded(found.values, 2)}, log-likelihood {found.log_likelihood:.2f}")


def test_expected_spend_of_the_first_customers():
    """From the published means, which are rounded to cents; from the purchases themselves the third digit differs."""
    file = SHARED_DATA / "cdnow_customers_summary_with_transactions.csv.gz"
    if not file.exists():
        pytest.skip(f"the real files are not in {SHARED_DATA}")
    _, frequency, *_, mean = np.loadtxt(file, delimiter=",", skiprows=1, unpack=True)
    estimate, notes = fitting.fit_spend(Spends.of(frequency, np.round(frequency * mean * 100)))
    six = ibis.memtable({"frequency": frequency[:6], "repeat_money": 100 * (frequency * mean)[:6]})
    expected = values.order_value(six, estimate).name("expected").to_pyarrow().to_pylist()
    assert [round(each / 100, 3) for each in expected] == [24.659, 18.911, 35.171, 35.171, 35.171, 71.463]
    assert (notes, round(estimate.log_likelihood, 2)) == ([], -4055.92)


def test_spend_of_a_customer_in_the_list_is_that_of_the_paper(shop, learned):
    customers = valued(shop, learned, as_of=CALIBRATED)
    told = [customers[customer]["order_value"] / 100 for customer in (1, 2, 3, 6)]
    assert told == pytest.approx([24.659, 18.911, 35.171, 71.463], abs=0.05)


def test_the_example_of_the_concept_page(shop, learned):
    first = valued(shop, learned, LifetimePolicy(), as_of=CALIBRATED)[1]
    history = Histories.of([2], [213], [272])
    expected = predictions.orders_if_alive(learned.purchases, history, 39.0)
    assert round(first["p_alive"], 4) == 0.7266
    assert round(float(first["p_alive"] * expected[0]), 3) == 1.226
    assert (first["order_value"], first["residual_value"], first["lifetime_value"]) == (2_465, 9_765, 17_167)
    assert (first["simple_value"], first["arpu_value"], first["discounted_value"]) == (18_505, 11_017, 8_164)


@pytest.mark.promise
def test_holdout_of_bg_nbd(shop, learned):
    result = held_out(shop, learned, split_on=CALIBRATED, as_of=END)
    assert round(result.correlation, 3) == 0.626
    assert (round(result.predicted), round(result.actual)) == (1_653, 1_882)
    assert tuple(round(row.actual, 3) for row in result.by_frequency) == ACTUAL
    assert tuple(round(row.predicted, 3) for row in result.by_frequency) == EXPECTED
    said = f"{result.predicted:,.0f} orders said and {result.actual:,.0f} came"
    print(f"\nmeasured: 39 weeks held out: {said}, as printed; correlation {result.correlation:.3f}")


def test_holdout_of_pareto_nbd(shop, learned, pareto):
    result = held_out(shop, learned.model_copy(update={"purchases": pareto}), split_on=CALIBRATED, as_of=END)
    assert round(result.correlation, 3) == 0.630
    assert result.predicted == pytest.approx(1_666, rel=0.01)


def test_an_order_in_the_holdout_changes_nothing_in_the_fit(shop, learned):
    orders = shop.orders.filter(shop.orders.ordered_on < CALIBRATED)
    assert fitted(type(shop)(orders, shop.order_events, shop.identities), LifetimePolicy(), as_of=CALIBRATED) == learned


def _rounded(values, digits):
    return {name: round(value, digits) for name, value in values.items()}
