"""Online Retail through the whole program, on DuckDB and on Spark: each customer's score, and all that was learned."""

from concurrent.futures import ThreadPoolExecutor

import pytest

import sparks
from installation import Installation
from killing import REAL_FILE
from shuke.runtime.cluster import Cluster, running
from shuke.runtime.home import Home
from two_engines import Outcome, assert_same, flat, scored

pytestmark = [pytest.mark.cluster, pytest.mark.promise]

DAYS = {"2011-06-08": 2_775, "2011-11-09": 4_067}
"""With the customers who had ordered before."""
MODELLED = ("churn_probability", "lifetime_value", "cluster", "tier", "health")


def test_a_real_shop_is_scored_alike(tmp_path):
    sparks.needed()
    on_spark = {"SHUKE_ENGINE": sparks.MASTER, **sparks.configured(tmp_path / "conf")}
    sites = Installation(tmp_path / "duckdb"), Installation(tmp_path / "spark", **on_spark)
    here_runs, there_runs = (running(Cluster(Home(site.home))) for site in sites)
    with here_runs, there_runs, ThreadPoolExecutor() as both:
        here, there = both.map(_of_all_days, sites)
    assert [(site.home / "spill" / "spark").exists() for site in sites] == [False, True]
    for as_of, customers in DAYS.items():
        ours, theirs = here[as_of], there[as_of]
        assert len(ours.rows) == customers
        assert [name for name in MODELLED if not any(row[name] for row in ours.rows.values())] == []
        apart = assert_same(ours.parameters, theirs.parameters), assert_same(ours.rows, theirs.rows)
        print(f"\nmeasured: as of {as_of} {_told(ours)}, floats at most {max(apart):.0e} apart")


def _of_all_days(site: Installation) -> dict[str, Outcome]:
    site.json("import", str(REAL_FILE))
    return {as_of: scored(site, as_of=as_of) for as_of in DAYS}


def _told(outcome: Outcome) -> str:
    columns = len(next(iter(outcome.rows.values())))
    return f"{len(outcome.rows)} customers in {columns} columns and {len(list(flat(outcome.parameters)))} parameters"
