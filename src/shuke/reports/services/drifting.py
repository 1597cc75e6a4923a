"""Hold the models of a run against the customers that they are applied to, and against what was said before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import pyarrow as pa
import pyarrow.compute as pc
from django.utils.timezone import localdate
from ibis.backends.sql import compilers

from shuke.analytics.churn.parameters import Churn
from shuke.analytics.drift.parameters import Drift, Drifts, Promise, Stability
from shuke.analytics.drift.promises import outcomes, promise
from shuke.analytics.drift.stability import FEATURES, LIFETIME, said, stability
from shuke.analytics.learned import Models
from shuke.analytics.tables import Tables
from shuke.scoring import facts
from shuke.scoring.engines import Engine
from shuke.scoring.models import Run
from shuke.scoring.queries import columns, kept_runs, month_end, some_days_before, stays

__all__ = ["find"]

LOOKS_BACK = 30
AT_LEAST_APART = timedelta(7)
"""Between two runs; within less hardly a customer is another one."""


@dataclass(frozen=True, slots=True)
class _Both:
    """What two runs have said, and the day of the earlier one."""

    since: date
    then: pa.Table
    now: pa.Table


def find(on: Engine, tables: Tables, run: Run) -> Drifts:
    """What there is to say of the models of a run: of a sample of the customers where they are many."""
    models = Models.model_validate(run.parameters.get("models") or {})
    kept = kept_runs(before=run)
    both = _both(run, kept)
    return Drifts(
        churn=tuple(
            Drift(
                horizon_days=model.horizon_days,
                stability=_of_chances(model, both) if both else None,
                **_kept_word(on, tables, run, kept, model.horizon_days),
            )
            for model in models.churn_by_horizon()
        ),
        lifetime=_of_values(both) if both and models.lifetime else None,
        comparable_from=None if both else min(each.as_of for each in (*kept, run)) + AT_LEAST_APART,
    )


def _both(run: Run, kept: Sequence[Run]) -> _Both | None:
    before = some_days_before(run, LOOKS_BACK, among=kept)
    if before is None or run.as_of - before.as_of < AT_LEAST_APART:
        return None
    return _Both(before.as_of, then=_said(before), now=_said(run))


def _said(run: Run) -> pa.Table:
    """What a run has said of a sample of its customers; no rows once its scores are dropped."""
    scores = ibis.table(ibis.Schema.from_pyarrow(columns()), "score")
    query = said(scores, run=run.pk, customers=run.counts["customers"])
    with facts.snapshot() as snapshot:
        return facts.fetch(snapshot, compilers.postgres.compiler.to_sqlglot(query).sql("postgres"))


def _of_chances(model: Churn, both: _Both) -> Stability:
    """Of the customers whom a model is applied to: the chance, and the features that it reads."""
    read = {shape.feature for shape in model.additive.shapes}
    names = ["churn_probability", *(name for name in FEATURES if name in read)]
    then, now = (_over(table, model.horizon_days) for table in (both.then, both.now))
    return stability(then, now, names, since=both.since)


def _over(table: pa.Table, horizon_days: int) -> pa.Table:
    """Those who were given a chance over a horizon."""
    return table.filter((pc.field("churn_horizon_days") == horizon_days) & pc.field("churn_probability").is_valid())


def _of_values(both: _Both) -> Stability:
    then, now = (table.filter(pc.field("lifetime_value").is_valid()) for table in (both.then, both.now))
    return stability(then, now, LIFETIME, since=both.since)


def _kept_word(
    on: Engine, tables: Tables, run: Run, kept: Sequence[Run], horizon_days: int
) -> dict[str, Promise | date | None]:
    """Whether what was said came true, or from which day on that is known."""
    spoke = [each for each in kept if horizon_days in _horizons(each)]
    last = run.as_of - timedelta(horizon_days)
    then = next((each for each in spoke if each.as_of <= last), None)
    if then:
        return {"promise": _promise(on, tables, then, horizon_days)}
    return {"promise": None, "known_from": _known_from(run, spoke, horizon_days)}


def _horizons(run: Run) -> set[int]:
    """For which horizons a run has given chances; read as it is stored, whatever else runs said in its day."""
    models = run.parameters.get("models") or {}
    return {one["horizon_days"] for one in models.get("churn", ()) if "additive" in one}


def _promise(on: Engine, tables: Tables, then: Run, horizon_days: int) -> Promise:
    told = _over(_said(then), horizon_days).select(["customer_id", "churn_probability"])
    seen = outcomes(
        on.keep(f"said_{then.pk}_{horizon_days}", ibis.memtable(told)),
        tables,
        on=then.as_of,
        horizon_days=horizon_days,
        customers=then.counts["customers"],
    )
    return promise(on.read(seen), said_on=then.as_of, horizon_days=horizon_days, computed_on=localdate(then.started_at))


def _known_from(run: Run, spoke: Sequence[Run], horizon_days: int) -> date:
    """When the horizon of the first run is over whose scores are still kept then; a month end's always are."""
    horizon = timedelta(horizon_days)
    days = [day for day in (each.as_of for each in (*spoke, run)) if stays(day, until=day + horizon)]
    return min(days, default=month_end(run.as_of)) + horizon
