"""Online Retail (UCI 352, D. Chen, CC BY 4.0), cleaned: churn in 30 days as of 2011-11-09, learned before that day."""

from datetime import date

import ibis
import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from conftest import SHARED_DATA
from shuke.analytics.churn.applying import apply
from shuke.analytics.churn.gate import shortfalls
from shuke.analytics.churn.parameters import Declined
from shuke.analytics.features import features
from shuke.analytics.tables import ORDERS
from unit.analytics.churn import shops
from unit.analytics.shop import rows
from unit.analytics.test_online_retail import CLEAN_INVOICES

AS_OF = date(2011, 11, 9)


@pytest.fixture(scope="module")
def invoices():
    file = SHARED_DATA / "online_retail.csv.gz"
    if not file.exists():
        pytest.skip(f"the real files are not in {SHARED_DATA}")
    engine = ibis.duckdb.connect()
    engine.raw_sql(f"CREATE TABLE orders AS {CLEAN_INVOICES.format(file=file)}")
    return engine.table("orders").cast(ORDERS).order_by("order_id").to_pyarrow()


@pytest.fixture(scope="module")
def facts(invoices):
    return shops.tables(invoices)


@pytest.fixture(scope="module")
def model(facts):
    return shops.learned(facts, as_of=AS_OF)


@pytest.mark.promise
def test_thirty_days_ahead(facts, model):
    came = shops.what_came(facts, as_of=AS_OF)
    said = rows(apply(features(facts, as_of=AS_OF), model))
    lapsed = np.array(list(came.values()))
    chances = np.array([said[customer]["churn_probability"] for customer in came])
    silence = np.array([said[customer]["days_since_last"] for customer in came])
    assert (len(came), round(float(lapsed.mean()), 4)) == (4_067, 0.6587)
    auc, auc_of_silence, brier = (
        roc_auc_score(lapsed, chances),
        roc_auc_score(lapsed, silence),
        brier_score_loss(lapsed, chances),
    )
    assert auc >= max(0.73, auc_of_silence)
    assert brier <= 0.191
    print(f"\nmeasured: AUC {auc:.3f} (days since last {auc_of_silence:.3f}), Brier {brier:.3f}")


def test_the_comparison_of_the_run(model):
    measured = {one.model: one for one in model.backtest.compared}
    assert model.model == "additive"
    assert model.backtest.cut_on == date(2011, 10, 10)
    assert measured["additive"].log_loss < measured["volume"].log_loss < measured["days_since_last"].log_loss
    assert model.backtest.risk.precision >= model.backtest.risk.wished_precision
    assert model.backtest.risk.recall < 0.87


@pytest.mark.parametrize(("customer", "chance"), [(12346, 0.872), (12347, 0.613), (12748, 0.111)])
def test_the_customers_of_the_concept_page(facts, model, customer, chance):
    said = rows(apply(features(facts, as_of=AS_OF), model).filter(ibis._.customer_id == customer))
    assert said[customer]["churn_probability"] == pytest.approx(chance, abs=0.005)


def test_a_shop_of_half_a_year_is_declined(facts):
    early = date(2011, 5, 1)
    (one,) = shortfalls(shops.counted(facts, as_of=early), shops.POLICY, as_of=early, horizon_days=30)
    assert (one.code, one.have, one.need) == ("history_days", 151, 180)


@pytest.mark.promise
@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_days_are_no_usable_signal(invoices, seed):
    shuffled = shops.tables(shops.with_shuffled_days(invoices, seed))
    declined = shops.learned(shuffled, as_of=AS_OF)
    assert isinstance(declined, Declined)
    assert [one.code for one in declined.shortfalls] == ["no_usable_signal"]
    gain = declined.backtest.gain
    print(
        f"\nmeasured: days shuffled by seed {seed}: no usable signal, gain {gain.log_loss:.4f}, surely {gain.low:.4f}"
    )
