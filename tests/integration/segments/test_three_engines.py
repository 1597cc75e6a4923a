"""Generated rules on DuckDB, on PostgreSQL as segments ask them, and on Spark as runs compute: the same customers."""

from dataclasses import fields
from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings

from integration.segments.stored import in_postgres, store
from shuke.analytics.rules import tree
from shuke.analytics.rules.compiling import fitting
from shuke.analytics.rules.tables import RuleTables
from unit.analytics.crowd import TODAY, crowd, rules, who_fits

pytestmark = [pytest.mark.django_db, pytest.mark.cluster, pytest.mark.promise]

RULES, CUSTOMERS = 200, 120


def test_a_rule_finds_the_same_customers_everywhere(spark):
    people = store(crowd(11, size=CUSTOMERS))
    here = people.tables()
    told = {each.name: getattr(here, each.name).to_pyarrow() for each in fields(here)}
    there = RuleTables(**{name: spark.table(f"rule_{name}", rows) for name, rows in told.items()})
    checked: dict[tree.Rule, int] = {}

    @settings(max_examples=RULES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rules)
    def agree(rule):
        expected = who_fits(rule, people)
        on_duckdb = fitting(rule, here, day=TODAY).to_pyarrow()
        on_spark = spark.read(fitting(rule, there, day=TODAY))
        assert sorted(on_duckdb["customer_id"].to_pylist()) == sorted(expected)
        assert sorted(on_spark["customer_id"].to_pylist()) == sorted(expected)
        assert in_postgres(rule) == expected
        checked[rule] = len(expected)

    agree()
    some = [found for found in checked.values() if 0 < found < CUSTOMERS]
    assert len(some) > RULES / 4
    print(
        f"\nmeasured: {len(checked)} rules over {CUSTOMERS} customers, by hand and on all three the same found;"
        f" {len(some)} of them find some but not all, {median(some):.0f} in the middle"
    )
