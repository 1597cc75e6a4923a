"""Where nothing foretells who leaves but pace and silence, the purchase model is the best, and scores by it."""

import ibis
import pytest

from shuke.analytics import features, models, scores
from shuke.analytics.churn.candidates import REASONS
from shuke.analytics.churn.hindsight import foretell
from shuke.analytics.lifetime import predictions
from shuke.analytics.parameters import Parameters
from shuke.analytics.policies import Policies
from shuke.analytics.tables import Tables
from unit.analytics.churn import shops
from unit.analytics.engines import InMemory

HORIZON = 30


@pytest.fixture(scope="module")
def facts():
    return shops.tables(shops.as_the_purchase_model_has_it())


@pytest.fixture(scope="module")
def learned(facts):
    on, kept, known = of(facts)
    return models.learn(on, kept, known, Policies(), as_of=shops.AS_OF)


def of(facts, people=None):
    """The engine, the tables on it, and what the models read of some people, or of all."""
    on = InMemory()
    whose = facts.identities if people is None else facts.identities.filter(facts.identities.customer_id.isin(people))
    read = {"identities": whose.to_pyarrow()}
    read |= {
        name: getattr(facts, name).semi_join(whose, "identity_id").to_pyarrow() for name in ("orders", "order_events")
    }
    kept = Tables(**{name: on.keep(name, ibis.memtable(table)) for name, table in read.items()})
    measured = on.keep("features", features.features(kept, as_of=shops.AS_OF))
    return on, kept, models.known(on, kept, measured, as_of=shops.AS_OF)


def told(facts, learned, people=None):
    on, _kept, known = of(facts, people)
    everybody = of(facts)[2].features if people else known.features
    parameters = Parameters.from_row(scores.fit(everybody, Policies()).to_pyarrow().to_pylist()[0])
    scored = models.apply(on, scores.apply(known.features, Policies(), parameters), known, Policies(), learned)
    return {row["customer_id"]: row for row in on.read(scored.select("customer_id", *models.CHURN_COLUMNS)).to_pylist()}


def test_it_wins_and_is_kept_with_the_model(learned):
    model = learned.churn_of(HORIZON)
    assert model.model == "bg_nbd"
    assert model.purchases == learned.lifetime.purchases


@pytest.mark.promise
def test_everybody_is_scored_by_it_and_hears_its_chance_as_the_reason(facts, learned):
    on, _kept, known = of(facts)
    histories = on.read(known.purchases)
    rhythm = predictions.no_purchase(histories, learned.lifetime.purchases, horizon_days=HORIZON)
    chances = dict(zip(histories["customer_id"].to_pylist(), rhythm, strict=True))
    place = list(REASONS).index("lifetime_model")
    found = {who: row for who, row in told(facts, learned).items() if row["churn_horizon_days"] == HORIZON}
    assert len(found) > 500
    for who, row in found.items():
        assert row["churn_numbers"][place] == pytest.approx(chances[who], abs=1e-6)
        assert [part for part in row["churn_parts"] if part] == [row["churn_parts"][place]]
    low, *_others, high = sorted(found.values(), key=lambda row: row["churn_numbers"][place])
    assert low["churn_probability"] < high["churn_probability"]
    print(f"\nmeasured: {len(found):,} customers, the chance told to each is that of BG/NBD to a millionth")


def test_a_few_are_scored_as_among_all(facts, learned):
    everybody, few = told(facts, learned), told(facts, learned, people=list(range(1, 30)))
    assert few
    assert all(row == everybody[who] for who, row in few.items())


def test_in_hindsight_it_is_asked_too(facts, learned):
    on, _kept, known = of(facts)
    chosen = [learned.churn_of(HORIZON)]
    listed = foretell(models.with_chances(on, known.features, known.purchases, chosen), chosen, Policies().churn)
    assert on.read(listed.agg(people=listed.count())).to_pylist()[0]["people"] > 0
