"""Hold the models of a run against the customers that they are applied to, and against what was said before."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cache
from math import inf

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


Said = Callable[[Run], pa.Table]


def find(on: Engine, tables: Tables, run: Run) -> Drifts:
    """What there is to say of the models of a run: of a sample of the customers where they are many."""
    models = Models.model_validate(run.parameters.get("models") or {})
    kept, said_by = kept_runs(before=run), cache(_said)
    return Drifts(
        churn=tuple(_of_chances(on, tables, run, model, kept, said_by) for model in models.churn_by_horizon()),
        **(_of_values(run, kept, said_by) if models.lifetime else {}),
    )


def _of_chances(on: Engine, tables: Tables, run: Run, model: Churn, kept: Sequence[Run], said_by: Said) -> Drift:
    spoke = [each for each in kept if model.horizon_days in _horizons(each)]
    before = _earlier(run, spoke)
    return Drift(
        horizon_days=model.horizon_days,
        stability=_stability(model, before, run, said_by) if before else None,
        comparable_from=_comparable_from(run, spoke),
        **_kept_word(on, tables, run, spoke, model.horizon_days, said_by),
    )


def _earlier(run: Run, among: Sequence[Run]) -> Run | None:
    before = some_days_before(run, LOOKS_BACK, among=among)
    return before if before and run.as_of - before.as_of >= AT_LEAST_APART else None


def _comparable_from(run: Run, among: Sequence[Run]) -> date | None:
    """The day of the first comparison, where there is none yet."""
    return None if _earlier(run, among) else min(each.as_of for each in (*among, run)) + AT_LEAST_APART


def _said(run: Run) -> pa.Table:
    """What a run has said of a sample of its customers; no rows once its scores are dropped."""
    scores = ibis.table(ibis.Schema.from_pyarrow(columns()), "score")
    query = said(scores, run=run.pk, customers=run.counts["customers"])
    with facts.snapshot() as snapshot:
        return facts.fetch(snapshot, compilers.postgres.compiler.to_sqlglot(query).sql("postgres"))


def _stability(model: Churn, before: Run, run: Run, said_by: Said) -> Stability:
    """Of the customers whom both runs gave a chance over this horizon: the chance, and the features that it reads."""
    read = {shape.feature for shape in model.additive.shapes}
    names = ["churn_probability", *(name for name in FEATURES if name in read)]
    of_both = [_cycles(each, model.horizon_days) for each in (before, run)]
    shortest, longest = max(start for start, _ in of_both), min(end for _, end in of_both)
    cycle = pc.coalesce(pc.field("median_gap"), pc.scalar(0.0))
    fits = (cycle > shortest) & (cycle <= longest)
    then, now = (_over(said_by(each), model.horizon_days).filter(fits) for each in (before, run))
    return stability(then, now, names, since=before.as_of)


def _cycles(run: Run, horizon_days: int) -> tuple[float, float]:
    """Between which median gaps a run gave chances over a horizon: with other horizons it parts customers otherwise."""
    horizons = sorted(_horizons(run))
    place = horizons.index(horizon_days)
    return horizons[place - 1] if place else -inf, horizon_days if place + 1 < len(horizons) else inf


def _over(table: pa.Table, horizon_days: int) -> pa.Table:
    """Those who were given a chance over a horizon."""
    return table.filter((pc.field("churn_horizon_days") == horizon_days) & pc.field("churn_probability").is_valid())


def _of_values(run: Run, kept: Sequence[Run], said_by: Said) -> dict[str, Stability | date | None]:
    before = _earlier(run, kept)
    if before is None:
        return {"comparable_from": _comparable_from(run, kept)}
    then, now = (said_by(each).filter(pc.field("lifetime_value").is_valid()) for each in (before, run))
    return {"lifetime": stability(then, now, LIFETIME, since=before.as_of)}


def _kept_word(
    on: Engine, tables: Tables, run: Run, spoke: Sequence[Run], horizon_days: int, said_by: Said
) -> dict[str, Promise | date | None]:
    """Whether what was said came true, or from which day on that is known."""
    last = run.as_of - timedelta(horizon_days)
    then = next((each for each in spoke if each.as_of <= last), None)
    if then:
        return {"promise": _promise(on, tables, then, horizon_days, said_by)}
    return {"promise": None, "known_from": _known_from(run, spoke, horizon_days)}


def _horizons(run: Run) -> set[int]:
    """For which horizons a run has given chances; read as it is stored, whatever else runs said in its day."""
    models = run.parameters.get("models") or {}
    return {one["horizon_days"] for one in models.get("churn", ()) if "additive" in one}


def _promise(on: Engine, tables: Tables, then: Run, horizon_days: int, said_by: Said) -> Promise:
    told = _over(said_by(then), horizon_days).select(["customer_id", "churn_probability"])
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
