"""The weekly sample: drawn once a week, judged by people, feeding what is never suggested."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate, now

import goods
import shop
from shuke.core.models import AuditEntry
from shuke.customers.exclusions import queries as exclusions
from shuke.customers.registries import removed
from shuke.scoring import services as scoring
from shuke.scoring.models import LiveRun
from shuke.staff.rights import Role
from shuke.suggestions import jobs, queries, services
from shuke.suggestions.models import Suggestion

pytestmark = pytest.mark.django_db(transaction=True)
Verdict = Suggestion.Verdict
RULES = {"next": [goods.rule("茶", "杯子")], "complement": [goods.rule("茶", "糖", came=40)]}


@pytest.fixture
def lead():
    return shop.user("lead", Role.OPERATIONS)


@pytest.fixture
def wang():
    """Customers who bought tea, scored by a real run; then a run that knows what follows tea."""
    people = [shop.customer(f"顾客{number}") for number in range(6)]
    for person in people:
        goods.basket(person, localdate() - timedelta(9), {"茶": 6_000})
    done = scoring.run(as_of=localdate())
    models = goods.live_run(localdate(), RULES).parameters["models"]
    done.parameters["models"] = models
    done.save()
    LiveRun.objects.update(run=done)
    return people[0]


def drawn(week: date | None = None, **more) -> int:
    week = week or queries.week_of(localdate())
    return services.draw(week=week, as_of=localdate(), **more)


def test_a_week_begins_on_monday():
    assert queries.week_of(date(2026, 11, 22)) == queries.week_of(date(2026, 11, 16)) == date(2026, 11, 16)


@pytest.mark.usefixtures("wang")
def test_a_sample_is_so_many_customers_with_the_best_of_each_kind():
    assert drawn(size=4) == 8
    sample = queries.of_week(queries.latest_week())
    assert sample.values("customer").distinct().count() == 4
    assert {(one.kind, one.item, one.because, one.verdict) for one in sample} == {
        ("next", "杯子", "茶", ""),
        ("complement", "糖", "茶", ""),
    }


@pytest.mark.usefixtures("wang")
def test_who_is_taken_depends_on_the_week_alone():
    weeks = [queries.week_of(localdate()) - timedelta(weeks=number) for number in range(4)]
    for week in weeks:
        drawn(week, size=2)
    chosen = [frozenset(queries.of_week(week).values_list("customer", flat=True)) for week in weeks]
    Suggestion.objects.all().delete()
    for week in weeks:
        drawn(week, size=2)
    assert chosen == [frozenset(queries.of_week(week).values_list("customer", flat=True)) for week in weeks]
    assert len(set(chosen)) > 1


@pytest.mark.usefixtures("wang")
def test_the_job_draws_once_a_week():
    jobs.draw_if_due(0)
    before = Suggestion.objects.count()
    jobs.draw_if_due(0)
    assert before == Suggestion.objects.count() == 12


def test_without_a_pattern_there_is_no_sample():
    assert drawn() == 0
    goods.live_run(localdate(), {"next": []})
    assert drawn() == 0


def test_not_relevant_goes_to_the_exclusions_and_a_changed_mind_takes_it_back(wang, lead):
    drawn()
    one = Suggestion.objects.get(customer=wang, kind="next")
    judged = services.judge(suggestion=one, verdict=Verdict.NOT_RELEVANT, by=lead, at=now())
    services.judge(suggestion=one, verdict=Verdict.NOT_RELEVANT, by=lead, at=now())
    (excluded,) = exclusions.of_customer(wang)
    assert (judged.by, excluded.category, excluded.reason, excluded.source) == (lead, "杯子", "not_relevant", "check")
    services.judge(suggestion=one, verdict=Verdict.FITS, by=lead, at=now())
    assert not exclusions.of_customer(wang).exists()
    assert AuditEntry.objects.filter(action="suggestion.judged").count() == 2


def test_what_is_not_relevant_is_not_drawn_again(wang, lead):
    drawn()
    one = Suggestion.objects.get(customer=wang, kind="next")
    services.judge(suggestion=one, verdict=Verdict.NOT_RELEVANT, by=lead, at=now())
    drawn(queries.week_of(localdate()) + timedelta(weeks=1))
    assert set(Suggestion.objects.filter(customer=wang, verdict="").values_list("item", flat=True)) == {"糖"}


def test_the_weeks_count_their_verdicts(wang, lead):
    drawn()
    for one, verdict in zip(Suggestion.objects.order_by("pk"), (*Verdict, Verdict.NOT_RELEVANT), strict=False):
        services.judge(suggestion=one, verdict=verdict, by=lead, at=now())
    (week,) = queries.weeks()
    assert (week["made"], week["judged"], week["fits"], week["does_not_fit"], week["not_relevant"]) == (12, 4, 1, 1, 2)


def test_a_verdict_says_who_and_when(wang):
    drawn()
    with pytest.raises(IntegrityError), transaction.atomic():
        Suggestion.objects.filter(customer=wang).update(verdict=Verdict.FITS)


def test_it_goes_with_a_customer_who_goes(wang):
    drawn()
    for follow in removed:
        follow([wang.pk])
    assert not Suggestion.objects.filter(customer=wang).exists()
