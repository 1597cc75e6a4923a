"""The nightly chain in one go, for commands that wait for its end."""

from datetime import date

from django.utils.timezone import localdate, now

from shuke.followups import services as followups
from shuke.reports import services as reports
from shuke.scoring import services as scoring
from shuke.segments import services as segments


def score_and_plan(as_of: date | None) -> dict[str, object]:
    """Score as of a day, refresh segments, plan today, study the shop; says what each step did."""
    run = scoring.run(as_of=as_of)
    changes = segments.refresh(run=run, at=now())
    reports.refresh(run_id=run.pk)
    plan = followups.plan(on=localdate(), run_id=run.pk, at=now())
    reports.study(run_id=run.pk)
    seconds = (run.finished_at - run.started_at).total_seconds()
    return {
        "run": run.pk,
        "as_of": run.as_of,
        "seconds": round(seconds, 1),
        **run.counts,
        **changes,
        "due": plan.due,
        "opened": plan.opened,
        "waiting": plan.waiting,
    }
