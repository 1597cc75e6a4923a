"""The page of customer groups, the group on a customer's page, and groups in filters and rules."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now

import kept
from shuke.analytics.clusters.parameters import Move, Moves, Profile, Shortfall, Ungrouped
from shuke.analytics.rules import tree
from shuke.scoring.models import LiveRun, Run, Score
from shuke.segments import queries as segments
from shuke.segments.models import CustomerListing
from shuke.staff.rights import Role
from shuke.web.segments.words import sentence
from unit.analytics.clusters import kinds

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def clusters():
    rows = kinds.scores(each=60)
    found = kinds.found(rows)
    averages = dict.fromkeys(found.groups[0].ranks, 2.0)
    profile = Profile(customers=60, money=1_000, averages=averages)
    pairs = (Move(former=1, present=1, customers=45), Move(former=1, present=2, customers=15))
    moves = Moves(since=date(2026, 6, 1), pairs=(*pairs, Move(former=None, present=3, customers=7)))
    shop = Profile(customers=240, money=4_000, averages=averages | {"own_cycle": None})
    profiles = {group.number: profile for group in found.groups}
    return found.model_copy(update={"profiles": profiles, "shop": shop, "moves": moves})


@pytest.fixture
def admin(shop):
    return shop.colleague("Admin", Role.ADMINISTRATOR)


@pytest.fixture
def live():
    """`live(clusters)` is a run that has learned these."""

    def make(grouping) -> Run:
        models = {"clusters": grouping.model_dump(mode="json") if grouping else None}
        fields = {"as_of": date(2026, 7, 1), "status": Run.Status.DONE, "started_at": now()}
        run = Run.objects.create(kind=Run.Kind.NIGHTLY, parameters={"models": models}, **fields)
        LiveRun.objects.update_or_create(id=1, defaults={"run": run})
        return run

    return make


def page(client, name: str, *args, **query) -> str:
    return client.get(reverse(f"web:{name}", args=args), query).content.decode()


def test_the_page_tells_the_groups_their_size_and_how_they_were_found(as_, admin, live, clusters):
    live(clusters)
    shown = page(as_(admin), "segments.clusters")
    assert "spend much" in shown
    assert "25.0%" in shown
    assert f'{reverse("web:customers")}?cluster=1">60</a>' in shown
    assert "silhouette of" in shown
    assert "Of 60 customers who were in a group on 2026-06-01, 75% are in the same one; 7 have come since." in shown


@pytest.mark.parametrize(
    ("code", "have", "need", "words"),
    [
        pytest.param("customers", 120, 200, "120 of 200 customers", id="too-few"),
        pytest.param("one_lump", 0.21, 0.25, "silhouette of 0.210", id="one-lump"),
        pytest.param("unstable", 0.4, 0.75, "agreement 40.0%, of 75.0%", id="unstable"),
    ],
)
def test_where_there_are_no_groups_the_page_says_why(as_, admin, live, code, have, need, words):
    missing = (Shortfall(code=code, have=have, need=need),)
    live(Ungrouped(as_of=date(2026, 7, 1), policy=kinds.POLICY, shortfalls=missing))
    assert words in page(as_(admin), "segments.clusters")


def test_before_the_first_run_the_page_says_when_groups_come(as_, admin, live):
    assert "They come with the next run" in page(as_(admin), "segments.clusters")
    live(None)
    assert "They come with the next run" in page(as_(admin), "segments.clusters")


def test_a_customer_is_told_their_group_and_what_speaks_for_it(as_, admin, shop, live, clusters):
    wang, run = shop.customer(owner=admin), live(clusters)
    first = kinds.scores(each=60).to_pylist()[60] | {"customer_id": wang.pk, "median_gap": 60.0}
    fixed = {"orders_per_month": 1.0, "first_ordered_on": date(2026, 1, 1), "last_ordered_on": date(2026, 6, 1)}
    letters = dict.fromkeys("rfmt", "A") | dict.fromkeys(("r_quintile", "f_quintile", "m_quintile"), 3)
    judged = {"tier": "gold", "activity": "active", "value_at_risk": 1, "money_line": "gold", "active_until_days": 90}
    kept.with_partition(run)
    Score.objects.create(run=run, days_since_first=90, cluster=1, **(first | fixed | letters | judged))
    shown = page(as_(admin), "customers.detail", wang.pk)
    assert "Customer group" in shown
    assert "1 · spend much" in shown
    assert "the border to the next one" in shown


def test_the_list_can_be_narrowed_to_a_group(as_, admin, shop, live, clusters):
    live(clusters)
    inside, outside = shop.customer(owner=admin, cluster=1), shop.customer(owner=admin, cluster=2)
    shown = page(as_(admin), "customers", cluster=1)
    assert reverse("web:customers.detail", args=[inside.pk]) in shown
    assert reverse("web:customers.detail", args=[outside.pk]) not in shown
    assert "1 · spend much" in shown


def test_a_rule_may_ask_for_a_group_and_calls_it_by_its_name(admin, shop, live, clusters):
    live(clusters)
    inside = shop.customer(owner=admin, cluster=1)
    shop.customer(owner=admin, cluster=2)
    shop.customer(owner=admin)
    rule = tree.Choice(field="cluster", one_of=("1",))
    assert segments.count_fitting(rule, staff=admin) == 1
    with translation.override("en"):
        assert "1 · spend much" in sentence(rule)
    assert CustomerListing.objects.get(customer=inside).cluster == 1
