"""Reading runs and scores."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

import pyarrow as pa
from django.db import connection
from django.db.models import Count, F, Func, Q, QuerySet, Sum, TextField
from django.db.models.functions import Coalesce

from shuke.analytics.clusters.parameters import Grouping
from shuke.analytics.learned import Models
from shuke.analytics.parameters import Parameters
from shuke.history.models import Contract
from shuke.scoring.models import LiveRun, LiveScore, Run, Score
from shuke.scoring.packing import NUMBERS, Numbers, unpacked

KEEP_DAYS = 35
PAUSE_AFTER_FAILURE = timedelta(minutes=15)
"""What has failed on every try is seldom mended within a minute, and a run keeps both cores busy."""

_ARROW_TYPES = {
    "IntegerField": pa.int32(),
    "SmallIntegerField": pa.int16(),
    "BigIntegerField": pa.int64(),
    "FloatField": pa.float64(),
    "DateField": pa.date32(),
    "CharField": pa.string(),
    "ForeignKey": pa.int64(),
    "BooleanField": pa.bool_(),
    "BinaryField": NUMBERS,
}


def live_run() -> Run | None:
    """The run whose scores count, or None before the first."""
    live = LiveRun.objects.select_related("run").first()
    return live.run if live else None


def live_score_of(customer: int) -> LiveScore | None:
    """The score of a customer that counts now, with its run; None while nothing is known of them."""
    return LiveScore.objects.filter(customer=customer).select_related("run").first()


def has_nightly(as_of: date) -> bool:
    """Has the nightly run of this business date been done?"""
    return Run.objects.nightly(as_of).filter(status=Run.Status.DONE).exists()


def nightly_is_due(as_of: date, *, at: datetime) -> bool:
    """Is the nightly run of this business date still missing, and was the last failure of one long enough ago?"""
    failed = Run.objects.nightly(as_of).filter(status=Run.Status.FAILED, finished_at__gt=at - PAUSE_AFTER_FAILURE)
    return not has_nightly(as_of) and not failed.exists()


def has_failed_lately(*, at: datetime) -> bool:
    """Has a run of any kind failed so short a time ago that another would do no better?"""
    return Run.objects.filter(status=Run.Status.FAILED, finished_at__gt=at - PAUSE_AFTER_FAILURE).exists()


def runs_with_scores() -> QuerySet[Run]:
    """The finished runs whose scores are still kept."""
    partition = Func(F("pk"), template="to_regclass('score_' || %(expressions)s)::text", output_field=TextField())
    return Run.objects.filter(status=Run.Status.DONE).alias(partition=partition).exclude(partition=None)


def kept_runs(*, before: Run) -> list[Run]:
    """The runs of earlier days whose scores are kept, the newest first: of each day the last one."""
    earlier = runs_with_scores().filter(as_of__lt=before.as_of)
    return list(earlier.order_by("-as_of", "-pk").distinct("as_of"))


def some_days_before(run: Run, days: int, *, among: Sequence[Run]) -> Run | None:
    """The last of these runs, the newest first, of so many days before or earlier; of a shorter history the first."""
    day = run.as_of - timedelta(days)
    return next((each for each in among if each.as_of <= day), among[-1] if among else None)


def stays(as_of: date, *, until: date) -> bool:
    """Are the scores of a day still kept on a later one? Those of month ends are for good."""
    return until - as_of <= timedelta(KEEP_DAYS) or as_of == month_end(as_of)


def month_end(day: date) -> date:
    """The last day of its month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


@dataclass(frozen=True, slots=True)
class ScoreThen:
    """What a run has said of a customer on its day; money in minor units.

    None stands for what was not known, also of a run from before there was such a score. `value_card` are the points
    of `scorecard.applying.VALUES`.
    """

    run: int
    as_of: date
    tier: str
    activity: str
    r: str
    f: str
    m: str
    t: str
    r_quintile: int
    f_quintile: int
    m_quintile: int
    value_at_risk: int
    churn_probability: float | None
    churn_horizon_days: int | None
    lifetime_value: int | None
    health: float | None
    emotion: int | None
    relationship: float | None
    stage: str | None
    journey: str | None
    loyalty: float | None
    value_quadrant: str | None
    value_card: Numbers | None


SAID = tuple(field.name for field in fields(ScoreThen))[2:]
"""The columns of a score that are told of earlier days."""

# Looked up run by run in the partition of each, which is one step in its key: a join would rather read them all.
HISTORY = """
SELECT run.id, run.as_of, {columns} FROM (
    SELECT DISTINCT ON (as_of) id, as_of FROM run WHERE status = 'done' AND as_of <= %(until)s ORDER BY as_of, id DESC
) AS run CROSS JOIN LATERAL (
    SELECT * FROM score WHERE score.run_id = run.id AND score.customer_id = %(customer)s LIMIT 1
) AS score
ORDER BY run.as_of
""".format(columns=", ".join(f"score.{name}" for name in SAID))


def history(customer_id: int, *, until: date = date.max) -> list[ScoreThen]:
    """What the runs that are kept have said of a customer up to a day, the first one first; of a day the last run."""
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, {"customer": customer_id, "until": until})
        return [ScoreThen(*row, card and unpacked(card)) for *row, card in cursor.fetchall()]


def said_now(score: LiveScore) -> ScoreThen:
    """The same of the score that counts."""
    return ScoreThen(score.run_id, score.as_of, *(getattr(score, name) for name in SAID))


@dataclass(frozen=True, slots=True)
class Listed:
    """Customers whose chance is that of a contract, how many are on the risk list, and their net money of 365 days."""

    customers: int
    listed: int
    money: int


def listed_by_contract(day: date, *, until: date) -> Listed:
    """Those whose chance of churn is that of a contract that ends from `day` until a later one."""
    ending = Contract.objects.filter(ends_on__range=(day, until)).values("identity__customer")
    told = LiveScore.objects.filter(customer__in=ending).exclude(renewal_reason=None)
    on_list = Q(at_risk=True)
    money = Coalesce(Sum("net_money_365", filter=on_list), 0)
    return Listed(**told.aggregate(customers=Count("customer"), listed=Count("customer", filter=on_list), money=money))


def parameters_of(run: Run) -> Parameters:
    """What a run has learned from everybody."""
    return Parameters.model_validate(run.parameters)


def live_groups() -> Grouping | None:
    """The clusters of the live run, or why it has none; None where it did not look for any."""
    return _groups(LiveRun.objects.values_list("run__parameters__models__clusters", flat=True))


def groups_before(as_of: date) -> Grouping | None:
    """The clusters of the last run of a day up to this one."""
    done = Run.objects.filter(status=Run.Status.DONE, as_of__lte=as_of).order_by("-as_of", "-pk")
    return _groups(done.values_list("parameters__models__clusters", flat=True))


def _groups(stored: QuerySet) -> Grouping | None:
    return Models(clusters=stored.first()).clusters


def columns() -> pa.Schema:
    """The columns of a score as an engine computes them, `run_id` first."""
    fields = [field for field in Score._meta.concrete_fields if field.column]
    return pa.schema([(field.column, _ARROW_TYPES[field.get_internal_type()]) for field in fields])


def faults() -> Iterator[str]:
    """What does not hold: the live run is a finished one, and its scores are as many as it says."""
    run = live_run()
    if run is None:
        return
    if run.status != Run.Status.DONE:
        yield f"the live run {run.pk} is {run.status}"
    scores = Score.objects.live().count()
    if scores != run.counts.get("customers"):
        yield f"run {run.pk} says {run.counts.get('customers')} customers and has {scores} scores"
