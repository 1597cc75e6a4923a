"""Whether the models still fit, after real runs: what they said a month before, and how customers are spread since."""

from datetime import date, timedelta
from shutil import rmtree
from statistics import fmean

import pytest

from integration.scoring import lively
from june import scored
from shuke.analytics.drift.parameters import Drift, Drifts, Promise
from shuke.history.models import Order, OrderEvent
from shuke.reports import queries, services
from shuke.scoring.models import Run, Score

pytestmark = pytest.mark.django_db(transaction=True)

DAY = lively.AS_OF


@pytest.fixture(autouse=True)
def _no_mirror_of_another_shop(settings):
    rmtree(settings.SHUKE.home / "mirror", ignore_errors=True)
    yield
    rmtree(settings.SHUKE.home / "mirror", ignore_errors=True)


def found() -> Drifts:
    return Drifts.model_validate(queries.study().drift)


def said(run: Run) -> dict[int, float]:
    """The chances by purchases over 30 days."""
    rows = Score.objects.filter(run=run, churn_horizon_days=30, renewal_reason=None)
    return dict(rows.values_list("customer_id", "churn_probability"))


def came(start: date, until: date) -> set[int]:
    """Who ordered, as it was known when the time was over."""
    cancelled = OrderEvent.objects.filter(kind="cancellation", happened_on__lt=until).values("order_id")
    orders = Order.objects.filter(kind="sale", amount__gt=0, ordered_on__gte=start, ordered_on__lt=until)
    return set(orders.exclude(pk__in=cancelled).values_list("identity__customer_id", flat=True))


def test_a_model_is_held_against_its_customers_and_against_what_it_said():
    lively.fill(1_300)
    first = scored(DAY - timedelta(31))
    assert found().comparable_from == first.as_of + timedelta(7)
    assert found().of_horizon(30) == Drift(
        horizon_days=30,
        stability=None,
        promise=None,
        comparable_from=first.as_of + timedelta(7),
        known_from=first.as_of + timedelta(30),
    )
    # The scores of a day in the middle of a month are dropped before its 60 days are over.
    assert found().of_horizon(60).known_from == date(2026, 1, 31) + timedelta(60)
    chances = said(first)
    last = scored(DAY)
    _is_held_against_who_came(found().of_horizon(30).promise, first.as_of, chances)
    _is_compared(found(), first, last)
    _others_than_now_are_left_out(first, last)
    _a_horizon_that_is_not_over_is_waited_for(first, last)


def _others_than_now_are_left_out(first: Run, last: Run) -> None:
    """The earlier run has looked at everybody over 30 days; today that is for those of a rhythm up to 30 days."""
    first.parameters["models"]["churn"] = first.parameters["models"]["churn"][:1]
    first.save()
    by_purchases = Score.objects.filter(run=first, renewal_reason=None)
    by_purchases.update(churn_horizon_days=30)
    services.study(run_id=last.pk)
    alike = by_purchases.exclude(median_gap__gt=30).count()
    assert found().of_horizon(30).stability.customers_then == alike < by_purchases.count()
    assert (found().of_horizon(90).stability, found().of_horizon(90).comparable_from) == (None, DAY + timedelta(7))


def _a_horizon_that_is_not_over_is_waited_for(first: Run, last: Run) -> None:
    first.as_of = DAY - timedelta(29)
    first.save()
    services.study(run_id=last.pk)
    assert (found().of_horizon(30).promise, found().of_horizon(30).known_from) == (None, DAY + timedelta(1))


def _is_held_against_who_came(told: Promise, said_on: date, chances: dict[int, float]) -> None:
    assert (told.said_on, told.until, told.customers) == (said_on, said_on + timedelta(30), len(chances))
    assert told.predicted == pytest.approx(fmean(chances.values()))
    stayed_away = chances.keys() - came(said_on, told.until)
    assert told.observed == pytest.approx(len(stayed_away) / len(chances))
    assert sum(one.customers for one in told.tenths) == len(chances)
    assert told.computed_on > told.said_on


def _is_compared(drifts: Drifts, first: Run, last: Run) -> None:
    month = drifts.of_horizon(30).stability
    assert (month.since, month.customers_then, month.customers_now) == (first.as_of, len(said(first)), len(said(last)))
    assert month.score.name == "churn_probability"
    (model,) = (one for one in last.parameters["models"]["churn"] if one["horizon_days"] == 30)
    assert {one.name for one in month.features} <= {shape["feature"] for shape in model["additive"]["shapes"]}
    assert month.features
    few = drifts.of_horizon(90).stability
    assert few.customers_now < 100
    assert few.score is None
    assert drifts.lifetime.score.name == "lifetime_value"


def test_a_shop_without_a_model_has_no_drift():
    lively.fill(40)
    scored(DAY)
    assert found().churn == ()
