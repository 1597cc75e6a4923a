"""What the API tells about scores."""

from collections.abc import Iterator

from shuke.analytics.churn.candidates import REASONS
from shuke.analytics.scorecard.applying import VALUES
from shuke.api.queries import identity_of, records_of
from shuke.api.schemas import SourceRecord
from shuke.api.score_schemas import (
    CustomerScores,
    ListedScores,
    Reason,
    Runs,
    RunTold,
    ScoreList,
    ScoreOfDay,
    ValueCard,
)
from shuke.core.errors import NotFound
from shuke.core.money import from_minor
from shuke.scoring import queries as scoring
from shuke.scoring.models import LiveScore, Run, Score, ScoreColumns, ScoreToday
from shuke.scoring.queries import ScoreThen
from shuke.web.customers import forecasts
from shuke.web.customers import scores as words
from shuke.web.customers.scores import Told

__all__ = ["customer_scores", "runs", "scores"]

SAME = (
    *("tier", "activity", "days_since_last", "orders", "orders_per_month", "median_gap", "churn_probability"),
    *("churn_horizon_days", "at_risk", "expected_orders", "health", "emotion", "relationship", "stage", "journey"),
    *("loyalty", "value_quadrant"),
)
OF_A_DAY = (
    *("run", "as_of", "tier", "activity", "churn_probability", "churn_horizon_days", "health", "emotion"),
    *("relationship", "stage", "journey", "loyalty", "value_quadrant"),
)
AMOUNTS = ("money", "net_money_365", "average_order", "value_at_risk", "lifetime_value")
LETTERS = {"recency": "r", "frequency": "f", "monetary": "m", "trend": "t"}
BEHIND = {
    "recency": ("days_since_last",),
    "frequency": ("orders_per_month",),
    "monetary": ("average_order",),
    "trend": ("money_90", "money_90_before"),
}
"""The numbers that decide each letter."""


def customer_scores(source: str, key: str) -> CustomerScores:
    """The scores of the customer behind a source's record. NotFound, also while nothing is known of them."""
    customer = identity_of(source, key).customer
    score = scoring.live_score_of(customer.pk)
    if score is None:
        raise NotFound
    return CustomerScores(
        source=source,
        key=key,
        reasons=list(_reasons(score)),
        history=[_then(each) for each in scoring.history(customer.pk, until=score.run.as_of)],
        **_figures(score),
    )


def scores(*, after: int, limit: int) -> ScoreList:
    """The scores behind the customer `after`, in the order of customers: those of the day instead of the run's."""
    run = scoring.live_run()
    if run is None:
        return ScoreList(items=[], after=None)
    of_run, of_day = (
        list(model.objects.filter(run=run, customer__gt=after).order_by("customer_id")[:limit])
        for model in (Score, ScoreToday)
    )
    laid_over = {score.customer_id: score for score in (*of_run, *of_day)}
    customers = sorted(laid_over)[:limit]
    records: dict[int, list[SourceRecord]] = {}
    for customer, source, key in records_of(customers):
        records.setdefault(customer, []).append(SourceRecord(source=source, key=key))
    items = [
        ListedScores(records=records[customer], **_figures(laid_over[customer], run))
        for customer in customers
        if customer in records and laid_over[customer].orders is not None
    ]
    return ScoreList(items=items, after=customers[-1] if len(customers) == limit else None)


def runs(*, before: int | None, limit: int) -> Runs:
    """The finished runs that began before another one, the newest first."""
    live, kept = scoring.live_run(), set(scoring.runs_with_scores().values_list("pk", flat=True))
    done = Run.objects.filter(status=Run.Status.DONE).order_by("-pk")
    found = list((done.filter(pk__lt=before) if before is not None else done)[:limit])
    items = [
        RunTold(
            id=run.pk,
            kind=run.kind,
            as_of=run.as_of,
            finished_at=run.finished_at,
            customers=run.counts.get("customers", 0),
            policies=run.policies,
            is_live=run == live,
            is_kept=run.pk in kept,
        )
        for run in found
    ]
    return Runs(items=items, before=found[-1].pk if len(found) == limit else None)


def _figures(score: ScoreColumns, run: Run | None = None) -> dict[str, object]:
    run = run or score.run
    return {
        "run": run.pk,
        "as_of": getattr(score, "as_of", None) or run.as_of,
        **{name: getattr(score, name) for name in SAME},
        "value_card": _value_card(score),
        **{name: _amount(getattr(score, name)) for name in AMOUNTS},
        **{name: getattr(score, letter) for name, letter in LETTERS.items()},
        **{f"{name}_fifth": getattr(score, f"{LETTERS[name]}_quintile") for name in LETTERS if name != "trend"},
    }


def _then(then: ScoreThen) -> ScoreOfDay:
    return ScoreOfDay(
        **{name: getattr(then, name) for name in OF_A_DAY},
        value_card=_value_card(then),
        **{name: getattr(then, letter) for name, letter in LETTERS.items()},
        **{name: _amount(getattr(then, name)) for name in ("value_at_risk", "lifetime_value")},
    )


def _value_card(of: ScoreColumns | ScoreThen) -> ValueCard | None:
    return ValueCard(**dict(zip(VALUES, of.value_card, strict=True))) if of.value_card else None


def _reasons(score: LiveScore) -> Iterator[Reason]:
    told = words.tell(score)
    for name, letter in zip(LETTERS, told.letters, strict=True):
        said = f"{letter.name} {letter.letter}: {letter.value} ({letter.limits})"
        numbers = {"letter": letter.letter} | {each: _number(each, getattr(score, each)) for each in BEHIND[name]}
        yield Reason(score="letters", code=name, numbers=numbers, words=said)
    yield from _sentences(score, told)
    yield from _churn(score)


def _sentences(score: LiveScore, told: Told) -> Iterator[Reason]:
    """The sentences of tier, activity and value at risk, each with the numbers that it is made of."""
    spend = {"net_money_365": _amount(score.net_money_365)}
    by_spend = score.recency_line is None
    recency = {"line": score.recency_line, "days_since_last": score.days_since_last}
    first = {"days_since_first": score.days_since_first}
    last = {"days_since_last": score.days_since_last}
    chance = {"churn_probability": score.churn_probability}
    coded = {
        "tier": [("spend", spend), ("spend_lines", {"line": score.money_line})]
        if by_spend
        else [("rank_by_recency", recency), ("rank_by_money", {"line": score.money_line, **spend})],
        "activity": [
            ("first_order", first) if score.activity == "new" else ("last_order", last),
            ("limit", {"active_until_days": score.active_until_days}),
        ],
        "value_at_risk": [
            ("net_money_365", spend),
            ("silence", last | {"median_gap": score.median_gap})
            if score.churn_probability is None
            else ("churn", chance),
        ],
    }
    for part, codes in coded.items():
        for (code, numbers), said in zip(codes, getattr(told, part), strict=True):
            yield Reason(score=part, code=code, numbers=numbers, words=str(said))


def _churn(score: LiveScore) -> Iterator[Reason]:
    """What each reason adds to the log-odds against the average customer, the strongest first."""
    if score.churn_probability is None:
        return
    parts = zip(REASONS, score.churn_parts, score.churn_numbers, strict=True)
    for code, log_odds, number in sorted(parts, key=lambda part: -abs(part[1])):
        numbers = {"log_odds": log_odds, "number": number}
        yield Reason(score="churn", code=code, numbers=numbers, words=forecasts.WORDS[code](number))


def _number(name: str, value: float | None) -> float | str | None:
    return _amount(value) if name.startswith(("money", "average")) else value


def _amount(minor: int | None) -> str | None:
    return None if minor is None else str(from_minor(minor))
