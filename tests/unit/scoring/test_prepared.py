"""Steps written down once: what is scored in the day comes to what the run came to, and follows what it is told."""

import json
from datetime import timedelta

import ibis
import pytest

from shuke.analytics.churn.policy import ChurnPolicy
from shuke.analytics.parameters import Parameters
from shuke.analytics.pilot import Pilot
from shuke.analytics.policies import ActivityPolicy, Policies
from shuke.analytics.tables import Tables
from shuke.scoring import queries
from shuke.scoring.engines import running
from shuke.scoring.engines.duckdb import DuckDB
from shuke.scoring.engines.prepared import Draft
from shuke.scoring.facts import SCHEMAS
from unit.analytics.lifetime.shops import FEW, simulated
from unit.analytics.shop import TODAY

POLICIES = Policies(lifetime=FEW, churn=ChurnPolicy(min_customers=100))
COLUMNS = queries.columns().remove(0)
SHOP = simulated(400)


def engine() -> DuckDB:
    return DuckDB(ibis.duckdb.connect(threads=1), engine)


def everybody(facts: Tables = SHOP, pilot: Pilot | None = None) -> running.Scored:
    return running.score(engine(), facts, as_of=TODAY, policies=POLICIES, columns=COLUMNS, pilot=pilot)


@pytest.fixture(scope="module")
def run() -> tuple[Parameters, list[dict]]:
    """What a run has learned of everybody, as the database gives it back: JSON in another order; and their rows."""
    scored = everybody()
    kept = json.dumps(scored.parameters.model_dump(mode="json"), sort_keys=True)
    return Parameters.model_validate_json(kept), by_customer(scored.rows.read_all())


@pytest.fixture(scope="module")
def learned(run) -> Parameters:
    return run[0]


def rescored(parameters: Parameters, **other) -> list[dict]:
    tables = {name: getattr(SHOP, name).to_pyarrow().cast(schema) for name, schema in SCHEMAS.items()}
    told = {"as_of": TODAY, "seen_until": TODAY, "policies": POLICIES, "pilot": None, **other}
    return by_customer(running.rescore(tables, parameters=parameters, columns=COLUMNS, **told))


def by_customer(rows) -> list[dict]:
    return rows.sort_by("customer_id").to_pylist()


def test_who_is_scored_in_the_day_gets_what_the_run_gave_them(run):
    learned, rows = run
    assert learned.models.lifetime.purchases
    assert learned.models.churn_by_horizon()
    assert rescored(learned) == rows


def test_steps_are_written_down_once_for_a_run_and_a_day(learned, monkeypatch):
    written = []
    finish = Draft.finish
    monkeypatch.setattr(Draft, "finish", lambda draft, table: written.append(1) or finish(draft, table))
    running._prepared.cache_clear()
    first = rescored(learned)
    assert rescored(learned) == first
    assert len(written) == 1


def test_another_day_another_policy_and_another_run_are_followed(learned):
    rescored(learned)
    tomorrow = rescored(learned, as_of=TODAY + timedelta(1), seen_until=TODAY + timedelta(1))
    assert tomorrow[0]["days_since_last"] == rescored(learned)[0]["days_since_last"] + 1
    strict = POLICIES.model_copy(update={"activity": ActivityPolicy(active_gaps=0.1)})
    assert [row["activity"] for row in rescored(learned, policies=strict)] != [
        row["activity"] for row in rescored(learned)
    ]
    without = learned.model_copy(update={"models": learned.models.model_copy(update={"lifetime": None})})
    assert {row["lifetime_value"] for row in rescored(without)} == {None}


def test_each_is_scored_by_the_policy_of_their_side_of_a_pilot():
    inside = ibis.memtable({"customer_id": [1, 2, 3]}, schema={"customer_id": "int64"})
    pilot = Pilot(POLICIES.model_copy(update={"activity": ActivityPolicy(active_gaps=0.1)}), inside)
    run = everybody(pilot=pilot)
    rows = rescored(run.parameters, pilot=pilot)
    assert [row["customer_id"] for row in rows if row["in_pilot"]] == [1, 2, 3]
    assert [row["activity"] for row in rows] == [row["activity"] for row in by_customer(run.rows.read_all())]
    fewer = Pilot(pilot.policies, inside.filter(inside.customer_id < 3))
    assert [row["customer_id"] for row in rescored(run.parameters, pilot=fewer) if row["in_pilot"]] == [1, 2]
