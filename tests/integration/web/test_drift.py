"""The model page says whether chances and values still fit, in words."""

from datetime import date, timedelta
from functools import cache

import pytest
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import override

import goods
from shuke.analytics.churn.parameters import Churn
from shuke.analytics.drift.parameters import Drift, Drifts, Promise, Spread, Stability, Tenth
from shuke.reports.models import Study
from shuke.staff.rights import Role
from shuke.web.forecast_drift import of_values
from unit.analytics.churn import shops

pytestmark = pytest.mark.django_db

SINCE = date(2026, 10, 23)
KNOWN = Promise(
    said_on=SINCE, until=SINCE + timedelta(30), computed_on=SINCE, customers=3_721,
    predicted=0.71, observed=0.702, chance=0.02,
    tenths=tuple(Tenth(customers=372, predicted=0.3 + place / 20, observed=0.25 + place / 20) for place in range(10)),
)  # fmt: skip
CHANCE = Spread(name="churn_probability", psi=0.034, then=0.71, now=0.73)
SILENCE = Spread(name="days_since_last", psi=0.31, then=45, now=61)
GAP = Spread(name="median_gap", psi=0.12, then=None, now=None)
MOVED = Stability(since=SINCE, customers_then=3_721, customers_now=4_067, score=CHANCE, features=(SILENCE, GAP))


@cache
def learned() -> Churn:
    return shops.learned(shops.tables(shops.shop()))


@pytest.fixture
def ops(shop):
    return shop.colleague(role=Role.OPERATIONS)


def page(client, drifts: Drifts | None) -> str:
    run = goods.live_run(localdate(), {})
    run.parameters["models"]["churn"] = [learned().model_dump(mode="json")]
    run.save()
    if drifts is not None:
        Study.objects.create(run=run, policy_version=1, drift=drifts.model_dump(mode="json"))
    told = client.get(reverse("web:forecasts")).content.decode()
    assert "nan" not in told.lower()
    return told


def drifts(stability: Stability | None = None, promise: Promise | None = None, **more) -> Drifts:
    return Drifts(churn=(Drift(horizon_days=30, stability=stability, promise=promise, **more),))


def test_what_has_held_and_who_has_changed_are_told_with_days_and_numbers(as_, ops):
    told = page(as_(ops), drifts(MOVED, KNOWN))
    assert "What was said has held: of 3,721 customers of 2026-10-23, 71.0% were expected to stay away" in told
    assert "until 2026-11-22, and 70.2% did" in told
    assert 'id="promise-30"' in told
    assert "although the customers have changed, most of all in: Days since the last order." in told
    for cell in ("71%", "73%", "45", "61", "0.034", "0.310", "0.120", "steady", "watch", "shifted"):
        assert f">{cell}<" in told
    assert "That run was made afterwards" not in told


@pytest.mark.parametrize(("observed", "words"), [(0.80, "More stayed away"), (0.62, "Fewer stayed away")])
def test_what_has_not_held_is_told_with_what_follows(as_, ops, observed, words):
    afterwards = {"observed": observed, "computed_on": SINCE + timedelta(20)}
    told = page(as_(ops), drifts(promise=KNOWN.model_copy(update=afterwards)))
    assert f"{words} than was said" in told
    assert "That run was made afterwards, on 2026-11-12" in told


@pytest.mark.parametrize(
    ("psi", "features", "words"),
    [
        (0.2, (GAP,), "somewhat otherwise than on 2026-10-23; so are the customers, most of all in: Days between"),
        (0.2, (), "somewhat otherwise than on 2026-10-23, and what is compared of the customers is not"),
        (0.3, (GAP, SILENCE), "trust it less than its figures say"),
        (0.3, (), "Look at a few customers whom you know"),
        (0.0, (), "and what is compared of the customers is too"),
    ],
)
def test_chances_move_with_the_customers_or_without_them(as_, ops, psi, features, words):
    moved = MOVED.model_copy(update={"score": CHANCE.model_copy(update={"psi": psi}), "features": features})
    assert words in page(as_(ops), drifts(moved))


def test_where_too_little_is_known_the_page_says_from_when(as_, ops):
    told = page(as_(ops), drifts(known_from=date(2026, 12, 22), comparable_from=date(2026, 12, 1)))
    assert "Whether what is said comes true is known from 2026-12-22 on." in told
    assert "From 2026-12-01 on the customers can be compared" in told


def test_of_few_customers_their_number_is_told(as_, ops):
    few = Promise(said_on=SINCE, until=SINCE + timedelta(30), computed_on=SINCE, customers=80)
    told = page(as_(ops), drifts(Stability(since=SINCE, customers_then=80, customers_now=90), few))
    assert "On 2026-10-23 80 customers had such a chance; from 100 on they are looked at again." in told
    assert "80 on 2026-10-23 and 90 now; 500 are needed" in told


@pytest.mark.parametrize("found", [None, Drifts()])
def test_while_it_is_computed_the_page_says_so(as_, ops, found):
    assert "This is computed behind the run" in page(as_(ops), found)


@pytest.mark.parametrize(
    ("psi", "words"),
    [(0.05, "Values are spread over"), (0.2, "the medians below say how"), (0.4, "Values are spread quite otherwise")],
)
def test_values_are_told_with_their_money(psi, words):
    value = Spread(name="lifetime_value", psi=psi, then=123_400, now=150_000)
    orders = Spread(name="expected_orders", psi=0.01, then=2.5, now=None)
    told = Stability(since=SINCE, customers_then=900, customers_now=950, score=value, features=(orders,))
    with override("en"):
        shown = of_values(Study(drift=Drifts(lifetime=told).model_dump(mode="json")))
    assert words in shown["words"]
    assert [(row["then"], row["now"]) for row in shown["rows"]] == [("¥1,234", "¥1,500"), ("2.5", "–")]
