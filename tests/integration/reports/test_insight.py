"""The shop as a whole after real runs: what is counted, who has moved, who is slipping and why, and who may see it."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.utils.timezone import now

import shop
from june import EARLY, LATE, customers, june, scored
from shuke.analytics.cohorts import Cohorts
from shuke.core import policies
from shuke.reports import queries, services
from shuke.reports.models import Slip, Study, TierFlow, TierMove
from shuke.reports.policies import INSIGHT, InsightPolicy
from shuke.scoring.models import Run, Score
from shuke.scoring.queries import history, kept_runs, some_days_before
from shuke.segments.models import CustomerListing, Quadrant
from shuke.segments.queries import customer_list
from shuke.staff.models import Team
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def boss(db):
    return shop.user("boss", Role.ADMINISTRATOR)


def publish(**values) -> None:
    before = policies.current(INSIGHT).version
    policies.publish(kind=INSIGHT, body=InsightPolicy(**values), replaces=before, by=None, at=now())


def slipping(staff, cause: str = "") -> dict[str, list[str]]:
    return {row.listing.name: row.causes for row in queries.slips(staff=staff, cause=cause).rows}


def test_each_customer_slips_for_their_own_reason(boss):
    june()
    assert slipping(boss) == {"falls": ["tier"], "late": ["rhythm"], "sleeps": ["activity"]}
    fallen, late, asleep = (Slip.objects.get(listing__name=name) for name in ("falls", "late", "sleeps"))
    assert (fallen.tier_before, fallen.tier) == ("gold", "bronze")
    assert (late.days_since_last, late.median_gap, late.tier_before, late.chance) == (21, 10, "", None)
    assert (asleep.activity_before, asleep.activity) == ("active", "dormant")
    assert queries.study().slipping_since == EARLY


def test_the_greatest_value_at_risk_comes_first_and_a_cause_narrows(boss):
    june()
    values = [row.value_at_risk for row in queries.slips(staff=boss).rows]
    assert values == sorted(values, reverse=True)
    assert list(slipping(boss, "rhythm")) == ["late"]
    assert list(slipping(boss, "chance")) == []
    assert [row.listing.name for row in queries.every_slip(staff=boss, cause="tier")] == ["falls"]


def test_a_chance_that_rose_is_told_with_both_numbers(boss):
    shop_ = june()
    Score.objects.filter(run=shop_.early, customer=shop_.customers["stays"]).update(
        churn_probability=0.3, churn_horizon_days=30
    )
    Score.objects.filter(run=shop_.late, customer=shop_.customers["stays"]).update(
        churn_probability=0.5, churn_horizon_days=30
    )
    services.refresh(run_id=shop_.late.pk)
    told = Slip.objects.get(listing__name="stays")
    assert (told.causes, told.chance_before, told.chance, told.horizon_days) == (["chance"], 0.3, 0.5, 30)
    Score.objects.filter(run=shop_.early, customer=shop_.customers["stays"]).update(churn_horizon_days=60)
    services.refresh(run_id=shop_.late.pk)
    assert not Slip.objects.filter(listing__name="stays").exists()


def test_the_policy_says_how_much_worse_is_slipping(boss):
    publish(slipping_gaps=3.0)
    june()
    assert "late" not in slipping(boss)


def test_whoever_orders_is_slipping_no_more(boss):
    shop_ = june()
    CustomerListing.objects.filter(pk=shop_.customers["late"].pk).update(last_ordered_on=LATE)
    assert set(slipping(boss)) == {"falls", "sleeps"}


def test_the_first_run_has_their_own_rhythm_alone(boss):
    customers()
    scored(LATE)
    assert slipping(boss) == {"late": ["rhythm"]}
    assert queries.study().slipping_since is None
    assert queries.earlier_days() == []
    assert "next_order" not in queries.study().survival


def test_everybody_sees_those_whom_they_may_see(boss):
    team = Team.objects.create(name="east")
    li, lead = shop.user("li", team=team), shop.user("lead", Role.MANAGER, team=team)
    other = shop.user("other")
    june({"falls": li, "late": other})
    assert set(slipping(boss)) == {"falls", "late", "sleeps"}
    assert set(slipping(lead)) == set(slipping(li)) == {"falls"}
    assert [row.listing.name for row in queries.every_slip(staff=li)] == ["falls"]
    assert sum(each.customers for each in queries.value_and_loyalty(staff=li)) == 1
    assert [(each.former, each.present) for each in queries.flows(staff=other, since=EARLY)] == [("bronze", "bronze")]
    gone = {"since": EARLY, "former": "gold", "present": "bronze"}
    assert [queries.moved(staff=staff, **gone).count for staff in (boss, lead, other)] == [1, 1, 0]


def test_tiers_flow_from_the_earlier_run_and_lead_to_who_moved(boss):
    june()
    found = {(each.former, each.present): each.customers for each in queries.flows(staff=boss, since=EARLY)}
    assert found == {("gold", "bronze"): 1, ("bronze", "bronze"): 3, ("", "bronze"): 1}
    moved = queries.moved(staff=boss, since=EARLY, former="gold", present="bronze")
    assert [row.listing.name for row in moved.rows] == ["falls"]
    CustomerListing.objects.filter(name="falls").update(tier="gold")
    assert queries.moved(staff=boss, since=EARLY, former="gold", present="bronze").count == 0


def test_value_and_loyalty_are_counted_as_they_are_scored_and_lead_to_their_lists(boss):
    june()
    quarters = {each.quadrant: each for each in queries.value_and_loyalty(staff=boss)}
    counts = {quadrant: each.customers for quadrant, each in quarters.items()}
    scored_so = Counter(Score.objects.live().values_list("value_quadrant", flat=True))
    assert {quadrant: count for quadrant, count in counts.items() if count} == scored_so
    assert set(counts) == set(Quadrant)
    assert sum(each.money for each in quarters.values()) == 60_000_000 + 30_000 + 20_000 + 30_000 + 40_000
    assert sum(each.customers_share for each in quarters.values()) == pytest.approx(1)
    assert sum(each.money_share for each in quarters.values()) == pytest.approx(1)
    for quadrant, count in counts.items():
        listed = customer_list(staff=boss, filters={"value_quadrant": quadrant.value})
        assert listed.count == count


def test_counting_and_studying_twice_changes_nothing(boss):
    june()
    models = (Slip, TierFlow, TierMove, Study)
    counts = [model.objects.count() for model in models]
    before = queries.study()
    services.refresh(run_id=before.run_id)
    services.study(run_id=before.run_id)
    after = Study.objects.get(run=before.run_id)
    assert [model.objects.count() for model in models] == counts == [3, 3, 1, 2]
    assert (after.cohorts, after.survival) == (before.cohorts, before.survival)


def test_cohorts_of_the_shop_are_kept_with_the_run(boss):
    june()
    known = Cohorts.model_validate(queries.study().cohorts)
    assert [(each.first_month, each.customers) for each in known.cohorts] == [
        (date(2026, 3, 1), 1),
        (date(2026, 5, 1), 3),
        (date(2026, 6, 1), 1),
    ]
    money = sum(month.money for each in known.cohorts for month in each.months)
    assert money == sum(Score.objects.live().values_list("net_money", flat=True))


def test_a_study_says_that_so_few_have_no_curve(boss):
    june()
    survival = queries.study().survival
    assert survival["came_back"] == {"curves": [], "too_few": {"2026 Q1": 1, "2026 Q2": 4}}
    assert survival["next_order"]["too_few"] == {"gold": 1, "bronze": 3}
    assert (survival["next_order_since"], survival["silence_days"]) == ("2026-06-01", 90)


def test_the_history_of_a_customer_reads_each_day_once(boss, django_assert_num_queries):
    shop_ = june()
    again = scored(LATE)
    with django_assert_num_queries(1):
        found = history(shop_.customers["falls"].pk, until=again.as_of)
    assert [(then.as_of, then.run, then.tier) for then in found] == [
        (EARLY, shop_.early.pk, "gold"),
        (LATE, again.pk, "bronze"),
    ]
    assert history(shop_.customers["comes"].pk, until=shop_.early.as_of) == []


def test_runs_whose_scores_are_gone_are_not_compared_with(boss):
    shop.order(shop.customer("Wang"), date(2026, 1, 1), 100)
    for day in (date(2026, 1, 15), date(2026, 1, 31), EARLY):
        run = scored(day)
    assert [each.as_of for each in kept_runs(before=run)] == [date(2026, 1, 31)]
    later = Run(as_of=EARLY + timedelta(days=3))
    assert some_days_before(later, 3, among=[run]) == run
    assert some_days_before(later, 30, among=[run]) == run
    assert some_days_before(later, 30, among=[]) is None
