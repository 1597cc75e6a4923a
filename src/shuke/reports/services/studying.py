"""Study the shop as a whole: cohorts, how long customers take to come again, and whether the models still fit."""

import ibis
import ibis.expr.types as ir

from shuke.analytics import cohorts, survival
from shuke.analytics.cohorts import Cohorts
from shuke.analytics.survival import quarter_name
from shuke.analytics.tables import Tables
from shuke.reports.models import Study
from shuke.reports.services import drifting
from shuke.scoring import facts, policies
from shuke.scoring.engines import Engine, duckdb
from shuke.scoring.models import Run
from shuke.scoring.queries import kept_runs, some_days_before
from shuke.scoring.services import mirror

__all__ = ["WATCHED_DAYS", "study"]

WATCHED_DAYS = 90
"""So many days before the run the customers of a tier are begun to be watched, if a run is kept of then or before."""
NEWEST_QUARTERS = 4
TIERS_OF_RUN = 'SELECT customer_id, tier::text AS "group" FROM score WHERE run_id = {run}'


def study(*, run_id: int) -> None:
    """Compute what the pages of the shop as a whole show, from the facts before the run's day. Again, it is the same.

    Behind the run and not in it: nothing waits for these, and they read all facts once more.
    """
    run = Run.objects.get(pk=run_id)
    silence = policies.at_versions(run.policies).activity.active_days
    store = mirror()
    with store.fresh(), duckdb.opened(store) as (on, tables):
        found = on.read(cohorts.cells(tables, as_of=run.as_of)).to_pylist()
        lives = on.keep("lives", survival.lives(tables, as_of=run.as_of, silence_days=silence))
        curves = {
            "came_back": _by_quarter(on, lives, "came_back"),
            "fell_silent": _by_quarter(on, lives, "fell_silent"),
            **_by_tier(on, tables, run),
        }
        drift = drifting.find(on, tables, run)
    known = Cohorts.from_rows(found, as_of=run.as_of).model_dump(mode="json")
    Study.objects.filter(run=run).update(
        cohorts=known, survival=curves | {"silence_days": silence}, drift=drift.model_dump(mode="json")
    )


def _by_quarter(on: Engine, lives: ir.Table, event: str) -> dict[str, object]:
    rows = on.read(survival.times(lives, event)).to_pylist()
    return survival.curves(rows, name=quarter_name, newest=NEWEST_QUARTERS).model_dump(mode="json")


def _by_tier(on: Engine, tables: Tables, run: Run) -> dict[str, object]:
    """How long those took to come who were in a tier then; nothing where no earlier run is kept."""
    before = some_days_before(run, WATCHED_DAYS, among=kept_runs(before=run))
    if before is None:
        return {}
    with facts.snapshot() as snapshot:
        tiers = facts.fetch(snapshot, TIERS_OF_RUN.format(run=before.pk))
    groups = on.keep("tiers_then", ibis.memtable(tiers))
    rows = on.read(survival.waits(tables, groups, since=before.as_of, as_of=run.as_of)).to_pylist()
    return {"next_order": survival.curves(rows).model_dump(mode="json"), "next_order_since": before.as_of.isoformat()}
