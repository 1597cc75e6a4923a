"""Groups in runs: found by the first run of a month, carried on by the others, and met in the day and in the list."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate, now

import shop
from shuke.analytics.clusters.parameters import Clusters, Ungrouped
from shuke.analytics.clusters.policy import ClusterPolicy
from shuke.core import policies
from shuke.customers.models import Customer
from shuke.history.models import CustomerMark, MonthMark, Order
from shuke.scoring import queries, services
from shuke.scoring.models import LiveScore, Score
from shuke.scoring.policies import CLUSTER
from shuke.segments import queries as segments
from shuke.segments import services as lists
from shuke.segments.models import CustomerListing
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)
EACH = 20


@pytest.fixture
def few():
    """Groups of few customers are enough, and nobody is told apart by the quarter in which they bought."""
    body = ClusterPolicy(min_customers=50, weights={"trend": 0})
    policies.publish(kind=CLUSTER, body=body, replaces=policies.current(CLUSTER).version, by=None, at=now())


def bought(customer: Customer, days_before: list[int], amount: int, *, to: date) -> None:
    identity = customer.identities.get()
    Order.objects.bulk_create(
        Order(
            source=shop.source(),
            source_key=f"{customer.pk}-{place}",
            identity=identity,
            kind="sale",
            ordered_at=now(),
            ordered_on=to - timedelta(days=day),
            amount=amount,
        )
        for place, day in enumerate(days_before)
    )


def three_kinds(to: date) -> dict[str, list[Customer]]:
    """Twenty customers each who come weekly, spend much now and then, and stayed away."""
    kinds = {
        "regulars": lambda n: (list(range(3 + n % 4, 150, 7)), 5_000 + 37 * n),
        "giants": lambda n: ([20 + n % 5, 80 + n % 5, 140 + n % 5], 400_000 + 2_003 * n),
        "lost": lambda n: ([500 + 3 * (n % 5), 520 + 3 * (n % 5)], 3_000 + 41 * n),
    }
    made = {kind: [shop.customer(f"{kind}-{n}") for n in range(EACH)] for kind in kinds}
    for kind, customers in made.items():
        for n, customer in enumerate(customers):
            days, amount = kinds[kind](n)
            bought(customer, days, amount, to=to)
    MonthMark.objects.bulk_create(MonthMark(month=day) for day in Order.objects.dates("ordered_on", "month"))
    return made


def group_of(customers: list[Customer], scores) -> int:
    (number,) = set(scores.filter(customer__in=customers).values_list("cluster", flat=True))
    return number


def test_the_first_run_of_a_month_finds_groups_and_the_others_keep_them(few):
    kinds = three_kinds(date(2026, 6, 1))
    first = services.run(as_of=date(2026, 6, 1))
    by_kind = {kind: group_of(customers, Score.objects.live()) for kind, customers in kinds.items()}
    assert sorted(by_kind.values()) == [1, 2, 3]
    assert by_kind["giants"] == 1
    second = services.run(as_of=date(2026, 6, 20))
    third = services.run(as_of=date(2026, 7, 1))
    found = [queries.parameters_of(run).models.clusters for run in (first, second, third)]
    assert [each.as_of for each in found] == [date(2026, 6, 1), date(2026, 6, 1), date(2026, 7, 1)]
    assert {kind: group_of(customers, Score.objects.live()) for kind, customers in kinds.items()} == by_kind
    assert {group.since for group in found[2].groups} == {date(2026, 6, 1)}
    assert found[2].moves.since == date(2026, 6, 1)


def test_a_run_of_a_past_day_does_not_learn_from_a_later_one(few):
    three_kinds(date(2026, 6, 1))
    services.run(as_of=date(2026, 7, 1))
    back = services.run(as_of=date(2026, 6, 1))
    assert queries.parameters_of(back).models.clusters.as_of == date(2026, 6, 1)


def test_in_the_day_customers_are_put_to_the_groups_of_the_run_and_the_list_follows(few):
    today = localdate()
    kinds = three_kinds(today)
    run = services.run()
    lists.refresh(run=run, at=now())
    giants = group_of(kinds["giants"], LiveScore.objects)
    lost = kinds["lost"][0]
    before = LiveScore.objects.get(customer=lost).cluster
    bought_again = [4, 60, 120]
    Order.objects.filter(identity__customer=lost).delete()
    bought(lost, bought_again, 500_000, to=today)
    CustomerMark.objects.create(identity_id=lost.identities.get().pk)
    services.rescore_marked()
    assert before != giants
    assert LiveScore.objects.get(customer=lost).cluster == giants
    assert CustomerListing.objects.get(customer=lost).cluster == giants
    admin = shop.user("admin", Role.ADMINISTRATOR)
    listed = segments.customer_list(staff=admin, filters={"cluster": giants})
    assert {row.pk for row in listed.rows} == {customer.pk for customer in [*kinds["giants"], lost]}


def test_too_few_customers_are_in_no_group_and_the_run_says_so():
    wang = shop.customer("王芳")
    shop.order(wang, date(2026, 5, 20), 30_000)
    services.run(as_of=date(2026, 6, 1))
    assert Score.objects.live().get(customer=wang).cluster is None
    assert isinstance(queries.live_groups(), Ungrouped)
    assert not isinstance(queries.groups_before(date(2026, 6, 1)), Clusters)
