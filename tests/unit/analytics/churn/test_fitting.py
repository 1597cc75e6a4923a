from datetime import timedelta

import ibis
import numpy as np
import pyarrow as pa
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from shuke.analytics.churn import additive
from shuke.analytics.churn.additive import TREES, _bins, _cuts
from shuke.analytics.churn.applying import apply
from shuke.analytics.churn.candidates import CANDIDATES
from shuke.analytics.churn.fitting import fit
from shuke.analytics.churn.parameters import Churn
from shuke.analytics.features import features
from unit.analytics.churn import shops
from unit.analytics.shop import rows

AS_OF = shops.AS_OF


def test_cut_offs_follow_each_other_and_end_before_the_day(learned):
    assert learned.calibrated_on == AS_OF - timedelta(30)
    assert max(learned.trees_on) < learned.calibrated_on
    test = learned.backtest
    assert max(test.trees_on) < test.calibrated_on < test.cut_on == learned.calibrated_on
    assert test.until == AS_OF


def test_the_best_is_used_and_never_a_worse_one_than_the_simplest(learned):
    measured = {one.model: one for one in learned.backtest.compared}
    assert set(measured) == {"base_rate", "days_since_last", "frequency", "volume", "additive"}
    best = measured[learned.model]
    assert best.log_loss == min(one.log_loss for one in measured.values())
    assert best.auc >= measured["days_since_last"].auc


def test_what_was_said_comes(shop, learned):
    """On the thirty days after the day of the run, which no part of it had seen."""
    came = shops.what_came(shop)
    said = rows(apply(features(shop, as_of=AS_OF), learned).select("customer_id", "churn_probability"))
    chances = np.array([said[customer]["churn_probability"] for customer in came])
    lapsed = np.array(list(came.values()))
    assert len(said) == len(came)
    assert roc_auc_score(lapsed, chances) > 0.85
    assert brier_score_loss(lapsed, chances) < 0.12
    assert abs(chances.mean() - lapsed.mean()) < 0.05


def test_bands_are_the_tenths_by_probability(learned):
    bands = learned.backtest.bands
    assert sum(band.customers for band in bands) == learned.backtest.customers
    assert [band.predicted for band in bands] == sorted((band.predicted for band in bands), reverse=True)
    assert bands[0].lift > 1 > bands[-1].lift


def test_parameters_are_plain_json(learned):
    assert Churn.model_validate_json(learned.model_dump_json()) == learned


def test_the_order_of_the_rows_does_not_matter(examples, learned):
    shuffled = examples.take(np.random.default_rng(0).permutation(len(examples)))
    assert fit(shuffled, shops.POLICY, as_of=AS_OF, horizon_days=30) == learned


def test_what_comes_later_changes_nothing(shop, learned):
    days = (AS_OF, AS_OF + timedelta(1))
    seen = shop.orders.filter(shop.orders.ordered_on < AS_OF).to_pyarrow()
    late = seen.slice(0, 200)
    for day in days:
        moved = late.set_column(6, "ordered_on", pa.array([day] * len(late)))
        seen = pa.concat_tables([seen, moved.set_column(0, "order_id", pa.array(np.arange(len(late)) + 10**6))])
    assert shops.learned(shops.tables(seen)) == learned


def test_the_steps_are_those_of_the_trees(examples, learned):
    """The whole way again by scikit-learn alone: bins, trees, sigmoid."""
    names = CANDIDATES["additive"]
    at = examples["cut_on"].to_numpy().astype("datetime64[D]")
    columns = {name: examples[name].cast("float64").to_numpy() for name in names}
    lapsed = examples["lapsed"].cast("float64").to_numpy()
    on_trees = np.isin(at, np.array(learned.trees_on, dtype="datetime64[D]"))
    cuts = {name: found for name in names if len(found := _cuts(columns[name][on_trees]))}
    binned = np.column_stack([_bins(columns[name], found) for name, found in cuts.items()])
    trees = HistGradientBoostingClassifier(**TREES).fit(binned[on_trees], lapsed[on_trees])
    later = at == np.datetime64(learned.calibrated_on)
    sigmoid = LogisticRegression(C=np.inf).fit(trees.decision_function(binned[later])[:, None], lapsed[later])
    theirs = sigmoid.predict_proba(trees.decision_function(binned)[:, None])[:, 1]
    assert learned.model == "additive"
    assert additive.probability(additive.log_odds(learned.additive, columns)) == pytest.approx(theirs, abs=1e-9)
    numbered = examples.set_column(0, "customer_id", pa.array(np.arange(len(examples))))
    here = ibis.memtable(numbered)
    ours = apply(here, learned).order_by("customer_id").churn_probability.to_pyarrow().to_numpy()
    assert ours == pytest.approx(theirs, abs=1e-9)


def test_a_model_of_lifetimes_is_compared_and_used_where_it_is_best(shop):
    """Here the model is told the outcome, which no model can be, so it must win."""

    def no_purchase(known, day, horizon_days):
        orders = shop.orders
        later = orders.filter(orders.ordered_on >= day, orders.ordered_on < day + timedelta(horizon_days))
        came = later.select("identity_id").distinct().mutate(came=True)
        told = shop.identities.left_join(came, "identity_id")
        return told.select("customer_id", no_purchase=told.came.isnull().ifelse(0.9, 0.1))

    told = fit(shops.past(shop, no_purchase=no_purchase), shops.POLICY, as_of=AS_OF, horizon_days=30)
    assert told.model == "bg_nbd"
    assert [shape.feature for shape in told.additive.shapes] == ["no_purchase"]
