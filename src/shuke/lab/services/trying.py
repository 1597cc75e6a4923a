"""Trying a draft out: everybody is judged twice as of the day, and what differs is counted and kept.

The numbers of the customers are read once, and both rules are applied to them: of the live run's day they are those
that the run has stored, of any other day they are measured anew from the mirror.
"""

from contextlib import closing
from datetime import date, timedelta
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from django.db import transaction
from django.utils.timezone import now

from shuke.analytics import features as measuring
from shuke.analytics import lab, models
from shuke.analytics import pilot as pilots
from shuke.analytics.churn import hindsight
from shuke.analytics.churn.parameters import Churn
from shuke.analytics.lifetime import purchases
from shuke.analytics.tables import Tables
from shuke.analytics.value import value_at_risk
from shuke.core.databases import columnar
from shuke.followups.queries import carriers
from shuke.lab import queries
from shuke.lab.models import Move, Trial
from shuke.lab.outcome import Hindsight, Outcome, Work, Workload, steps
from shuke.lab.policies import Rules, drafted, rhythm, standing
from shuke.scoring import facts
from shuke.scoring.engines import Engine, duckdb
from shuke.scoring.policies import CHURN
from shuke.scoring.queries import live_run
from shuke.scoring.services import mirror

__all__ = ["give_up", "try_out"]

MEASURED = ("customer_id", "orders", "money", "median_gap", "days_since_first", "days_since_last", "net_money_365")
JUDGED = (
    *("customer_id", "orders", "days_since_first", "days_since_last", "net_money_365", "value_at_risk", "touched_on"),
    *(f"{name}_{side}" for name in lab.STANDING for side in ("was", "now")),
)
TYPES = {
    "CharField": "string",
    "ForeignKey": "int64",
    "IntegerField": "int32",
    "BigIntegerField": "int64",
    "FloatField": "float64",
}
STORED = "SELECT {columns}, value_at_risk, churn_probability FROM score WHERE run_id = {run}"
TOUCHED = """
SELECT identity.customer_id, max(interaction.happened_on) AS touched_on
FROM interaction JOIN identity ON identity.id = interaction.identity_id
WHERE interaction.happened_on < '{day}' GROUP BY 1
"""


class Sides(NamedTuple):
    """What is in force, and what would be."""

    was: Rules
    now: Rules


def try_out(*, trial: Trial) -> None:
    """Find out what a draft would do on the day of a trial, and keep it; doing it twice leaves the same."""
    kind = trial.draft.of
    in_force = standing()
    rules = Sides(in_force, drafted(in_force, kind.key, kind.body.model_validate(trial.body)))
    store = mirror()
    with store.fresh(), duckdb.opened(store) as (on, tables):
        outcome = _found(on, tables, trial, rules)
    with transaction.atomic():
        trial.outcome, trial.step, trial.finished_at = outcome.model_dump(mode="json"), Trial.Step.DONE, now()
        trial.save()
        Move.objects.filter(trial__draft=trial.draft_id, trial__lt=trial.pk).delete()


def give_up(*, trial: Trial) -> None:
    """Say that a trial has failed for good."""
    trial.step, trial.finished_at = Trial.Step.FAILED, now()
    trial.save()


def _found(on: Engine, tables: Tables, trial: Trial, rules: Sides) -> Outcome:
    _go_on(trial, Trial.Step.READING)
    measured = _measured(on, tables, trial.day)
    _go_on(trial, Trial.Step.JUDGING)
    judged = _judged(on, measured, rules, trial.day)
    _keep_moves(on, trial, judged)
    flows = {kind: steps(on.read(lab.flow(judged, kind)).to_pylist()) for kind in ("tier", "activity")}
    moved = lab.moved(judged)
    (total,) = on.read(_total(moved)).to_pylist()
    _go_on(trial, Trial.Step.WORKING)
    work = [_workload(on, judged, side, trial.day, getattr(rules, side)) for side in Sides._fields]
    _go_on(trial, Trial.Step.WATCHING)
    risk_was, risk_now = _in_hindsight(on, tables, measured, trial, rules)
    return Outcome(
        body_was=rules.was.of(trial.draft.kind).model_dump(mode="json"),
        customers=sum(step.customers for step in flows["tier"]),
        **{name: value or 0 for name, value in total.items()},
        **flows,
        agents=len(carriers()),
        work_was=work[0],
        work_now=work[1],
        risk_was=risk_was,
        risk_now=risk_now,
        by_chance_of_churn=_has_chances(on, measured),
    )


def _go_on(trial: Trial, step: Trial.Step) -> None:
    trial.step = step
    trial.save(update_fields=["step"])


def _measured(on: Engine, tables: Tables, day: date) -> ir.Table:
    """What was known of each customer; `churn_probability` is null where no run has learned it for this day."""
    stored = _stored(on, day)
    if stored is not None:
        return stored
    known = on.keep("features", measuring.features(tables, as_of=day))
    return known.mutate(churn_probability=ibis.null("float64"))


def _stored(on: Engine, day: date) -> ir.Table | None:
    run = live_run()
    if run is None or run.as_of != day:
        return None
    with facts.snapshot() as snapshot:
        rows = facts.fetch(snapshot, STORED.format(columns=", ".join(MEASURED), run=run.pk))
    return on.keep("stored", ibis.memtable(rows))


def _judged(on: Engine, measured: ir.Table, rules: Sides, day: date) -> ir.Table:
    was, now = (
        lab.Ruling(each.scores, pilots.learn(on.read, measured, each.scores)) for each in (rules.was, rules.now)
    )
    if "value_at_risk" not in measured.columns:
        measured = value_at_risk(measured, was.parameters)
    with facts.snapshot() as snapshot:
        touched = ibis.memtable(facts.fetch(snapshot, TOUCHED.format(day=day.isoformat())))
    judged = lab.judge(measured, was=was, now=now).left_join(touched, "customer_id")
    return on.keep("judged", judged.select(*JUDGED))


def _total(moved: ir.Table) -> ir.Table:
    return moved.agg(
        moved=moved.count(), moved_money=moved.net_money_365.sum(), moved_value_at_risk=moved.value_at_risk.sum()
    )


def _keep_moves(on: Engine, trial: Trial, judged: ir.Table) -> None:
    moved = lab.moved(judged)
    rows = on.read(moved.select(**{name: moved[name].cast(kind) for name, kind in _columns().items()}))
    of_trial = rows.append_column("trial_id", pa.array([trial.pk] * rows.num_rows, pa.int64()))
    Move.objects.filter(trial=trial).delete()
    if rows.num_rows:
        with columnar() as target, closing(target.cursor()) as cursor:
            cursor.adbc_ingest(Move._meta.db_table, of_trial, mode="append")
            target.commit()


def _columns() -> dict[str, str]:
    """What is kept of each move, in the types of its columns."""
    return {
        field.column: TYPES[field.get_internal_type()]
        for field in Move._meta.concrete_fields
        if field.get_internal_type() in TYPES and field.column != "trial_id"
    }


def _workload(on: Engine, judged: ir.Table, side: lab.Side, day: date, rules: Rules) -> Workload:
    pace = rhythm(rules.cadence)
    rows = on.read(lab.work(judged, side, pace, on=day)).to_pylist() if pace.tiers else []
    told = {row["tier"]: Work(**row) for row in rows}
    tiers = tuple(told.get(tier, Work(tier=tier, customers=0, a_month=0, due=0)) for tier in pace.tiers)
    return Workload(tiers=tiers, open_per_agent=rules.cadence.open_per_agent)


def _has_chances(on: Engine, measured: ir.Table) -> bool:
    return on.read(measured.agg(known=measured.churn_probability.count())).to_pylist()[0]["known"] > 0


def _in_hindsight(
    on: Engine, tables: Tables, measured: ir.Table, trial: Trial, rules: Sides
) -> tuple[Hindsight, Hindsight | None]:
    """The risk list by what is in force, and by the draft where that can change it."""
    was = _risk(on, tables, measured, trial.day, rules.was)
    now_too = trial.draft.kind == CHURN.key
    return was, _risk(on, tables, measured, trial.day, rules.now) if now_too else None


def _risk(on: Engine, tables: Tables, measured: ir.Table, day: date, rules: Rules) -> Hindsight:
    policy, until = rules.scores.churn, queries.facts_until() or day
    over = day + timedelta(policy.horizon_days)
    if until < over:
        return Hindsight(known_from=over)
    known = measured if "visits" in measured.columns else on.keep("known", measuring.features(tables, as_of=day))
    found = models.learn_churn(on, tables, known, rules.scores, as_of=day)
    learned = [one for one in found if isinstance(one, Churn)]
    if not learned:
        return Hindsight(shortfalls=found[0].shortfalls)
    features = models.with_chances(on, known, purchases.purchases(known, as_of=day), learned)
    listed = hindsight.foretell(features, learned, policy)
    seen = hindsight.outcomes(listed, tables, rules.scores.activity, on=day, known_until=until)
    (row,) = on.read(hindsight.summary(seen)).to_pylist()
    return Hindsight(**{name: value for name, value in row.items() if value is not None})
