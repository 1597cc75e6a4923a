"""Segments: PostgreSQL finds whom the other engines find; members come and go by the day; people see their own."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import queue_of_jobs
import shop
from integration.segments.stored import in_postgres, store
from shuke.analytics.rules import tree
from shuke.analytics.rules.compiling import fitting
from shuke.core.models import AuditEntry
from shuke.customers import merging
from shuke.customers import services as customers
from shuke.customers.merging import Pair
from shuke.customers.models import Customer, Identity
from shuke.customers.registries import removed
from shuke.history.models import CustomerMark
from shuke.scoring import services as scoring
from shuke.scoring.registries import Rescored
from shuke.segments import jobs, queries, services
from shuke.segments.invariants import faults_of_segments
from shuke.segments.models import CustomerListing, Segment, SegmentMembership
from shuke.segments.postgres import query
from shuke.segments.services.authoring import NameTaken, SegmentChanged
from shuke.staff.rights import Role
from unit.analytics.crowd import TODAY, crowd, rules, who_fits

pytestmark = pytest.mark.django_db
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=100)
TEN_ORDERS = tree.Number(field="orders", at_least=10)


@pytest.fixture
def admin():
    return shop.user("admin", Role.ADMINISTRATOR)


@pytest.fixture
def regulars(admin):
    """A segment of those with ten orders or more."""
    return services.create(name="熟客", rule=TEN_ORDERS, by=admin, at=now())


@pytest.fixture
def person(listed):
    """`person(orders=12)` is a customer with an identity who is listed so."""

    def add(**fields) -> int:
        key = listed(**fields)
        Identity.objects.create(source=shop.source(), source_key=f"s-{key}", customer_id=key)
        return key

    return add


def fill(segment: Segment, on=None) -> dict[str, int]:
    segment.refresh_from_db()
    return services.fill(segment=segment, on=on or localdate(), at=now())


def score(customer: int, orders: int, on=None) -> None:
    """As the day's scores do: the list first, then those who follow it."""
    CustomerListing.objects.filter(pk=customer).update(orders=orders)
    services.follow_scores(Rescored(1, on or localdate(), [customer]))


def spans(segment: Segment) -> list[tuple]:
    return list(segment.memberships.order_by("id").values_list("customer_id", "since", "until"))


def present(segment: Segment) -> set[int]:
    return set(SegmentMembership.objects.present().filter(segment=segment).values_list("customer_id", flat=True))


# The engines agree.


@pytest.fixture
def stored():
    return store(crowd(5))


def test_postgresql_and_duckdb_find_whom_one_would_find_by_hand(stored):
    tables = stored.tables()

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(rules)
    def agree(rule):
        expected = who_fits(rule, stored)
        assert in_postgres(rule) == expected
        assert set(fitting(rule, tables, day=TODAY).to_pyarrow()["customer_id"].to_pylist()) == expected

    agree()


def test_a_few_are_asked_alone(stored):
    few = list(range(1, 15))

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(rules)
    def agree(rule):
        asked = query(rule, day=TODAY, among_few=True)
        with connection.cursor() as cursor:
            sql = f"WITH few AS (SELECT unnest(%(few)s) AS customer_id) SELECT * FROM ({asked.sql}) AS fitting"
            cursor.execute(sql, asked.values | {"few": few})
            assert {customer for (customer,) in cursor.fetchall()} == who_fits(rule, stored) & set(few)

    agree()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts)
def test_no_text_becomes_part_of_the_statement(text, admin):
    rule = tree.Bought(days=30, at_least=1, channel=text, category=text)
    asked = query(rule, day=TODAY)
    assert asked.sql == query(tree.Bought(days=30, at_least=1, channel="x", category="x"), day=TODAY).sql
    assert list(asked.values.values()).count(text) >= 2
    assert queries.count_fitting(rule, staff=admin) == 0


# Members come and go.


def test_who_fits_is_a_member_since_that_day(regulars, person):
    wang, _li = person(orders=10), person(orders=9)
    assert fill(regulars) == {"begun": 1, "ended": 0}
    assert spans(regulars) == [(wang, localdate(), None)]
    regulars.refresh_from_db()
    assert regulars.filled_at
    assert fill(regulars) == {"begun": 0, "ended": 0}


def test_who_fits_no_more_leaves_and_may_come_back(regulars, person):
    wang = person(orders=10)
    first = localdate() - timedelta(9)
    for days, orders in enumerate((10, 10, 9, 9, 12)):
        CustomerListing.objects.filter(pk=wang).update(orders=orders)
        fill(regulars, first + timedelta(days))
    assert spans(regulars) == [(wang, first, first + timedelta(2)), (wang, first + timedelta(4), None)]
    assert list(faults_of_segments()) == []


def test_within_a_day_nothing_has_lasted(regulars, person):
    wang, yesterday = person(orders=10), localdate() - timedelta(1)
    fill(regulars, yesterday)
    score(wang, 3)
    assert spans(regulars) == [(wang, yesterday, localdate())]
    score(wang, 11)
    assert spans(regulars) == [(wang, yesterday, None)]
    li = person(orders=1)
    score(li, 10)
    score(li, 1)
    assert present(regulars) == {wang}
    assert not regulars.memberships.filter(customer=li).exists()


def test_in_the_day_only_those_who_are_named_are_touched(regulars, person):
    wang, li = person(orders=1), person(orders=1)
    fill(regulars)
    CustomerListing.objects.update(orders=50)
    services.follow_scores(Rescored(1, localdate(), [wang]))
    assert present(regulars) == {wang}
    services.follow_scores(Rescored(1, localdate(), [li]))
    assert present(regulars) == {wang, li}


def test_a_tag_counts_as_soon_as_it_is_there(admin, person):
    wang = Customer.objects.get(pk=person())
    tag = customers.add_tag(customer=wang, name="VIP", by=admin, at=now())
    segment = services.create(name="VIP", rule=tree.Tag(tag=tag.pk), by=admin, at=now())
    customers.remove_tag(customer=wang, tag=tag, by=admin, at=now())
    assert present(segment) == set()
    customers.add_tag(customer=wang, name="VIP", by=admin, at=now())
    assert present(segment) == {wang.pk}


def test_without_a_segment_the_day_costs_one_look(person):
    wang = person()
    with CaptureQueriesContext(connection) as asked:
        services.follow_profiles([wang])
    assert len([each for each in asked if "SAVEPOINT" not in each["sql"]]) == 1


def test_whoever_is_followed_while_a_segment_is_filled_is_not_forgotten(regulars, person):
    wang = person(orders=1)

    def meanwhile(execute, sql, *rest):
        done = execute(sql, *rest)
        if sql == "ANALYZE fits":
            CustomerListing.objects.filter(pk=wang).update(orders=10)
        return done

    with connection.execute_wrapper(meanwhile):
        fill(regulars)
    assert present(regulars) == {wang}


def test_a_segment_that_has_changed_meanwhile_is_left_to_its_own_job(regulars, person, admin):
    person(orders=10)
    old = Segment.objects.get(pk=regulars.pk)
    change(regulars, admin, rule=tree.Number(field="orders", at_least=99))
    assert services.fill(segment=old, on=localdate(), at=now()) == {"begun": 0, "ended": 0}
    assert present(regulars) == set()


def test_who_is_removed_leaves_no_trace(regulars, person):
    wang = person(orders=10)
    fill(regulars)
    for follow in removed:
        follow([wang])
    assert spans(regulars) == []


def test_merged_customers_leave_and_come_back(regulars, person, admin):
    kept, absorbed = (Customer.objects.get(pk=person(orders=10)) for _each in range(2))
    fill(regulars)
    merge = merging.merge(pair=Pair(kept.pk, absorbed.pk), by=admin, at=now())
    assert present(regulars) == {kept.pk}
    merging.undo(merge=merge, by=admin, at=now())
    assert present(regulars) == {kept.pk, absorbed.pk}
    assert list(faults_of_segments()) == []


# Making and changing.


def change(segment, admin, *, version=None, name="熟客", rule=TEN_ORDERS):
    version = version or Segment.objects.get(pk=segment.pk).version
    return services.change(segment=segment, version=version, name=name, rule=rule, by=admin, at=now())


def test_a_new_segment_is_filled_by_a_job(regulars, admin):
    assert queue_of_jobs.states("segments.fill") == [("todo", 0)]
    assert AuditEntry.objects.get(action="segment.created").details["name"] == "熟客"


def test_a_stale_form_changes_nothing(regulars, admin):
    change(regulars, admin, name="老客户")
    with pytest.raises(SegmentChanged):
        change(regulars, admin, version=1, name="别的")
    assert Segment.objects.get().name == "老客户"


def test_a_change_that_changes_nothing_is_none(regulars, admin):
    change(regulars, admin)
    assert Segment.objects.get().version == 1
    assert not AuditEntry.objects.filter(action="segment.changed").exists()


def test_names_are_one_segments_until_it_is_archived(regulars, admin):
    services.create(name="Regulars", rule=TEN_ORDERS, by=admin, at=now())
    with pytest.raises(NameTaken):
        services.create(name="regulars", rule=TEN_ORDERS, by=admin, at=now())
    services.archive(segment=regulars, version=1, by=admin, at=now())
    services.create(name="熟客", rule=TEN_ORDERS, by=admin, at=now())


def test_an_archived_segment_has_nobody_and_stays_so(regulars, person, admin):
    wang = person(orders=10)
    fill(regulars)
    services.archive(segment=regulars, version=1, by=admin, at=now())
    score(wang, 11)
    fill(regulars)
    assert spans(regulars) == [(wang, localdate(), localdate())]
    assert queries.segments(staff=admin) == []
    with pytest.raises(SegmentChanged):
        change(regulars, admin, version=2)


# People see their own.


def test_counts_and_lists_show_what_one_may_see(regulars, person, admin):
    agent = shop.user("agent")
    own, other = person(orders=10, owner=agent), person(orders=10)
    fill(regulars)
    assert queries.count_fitting(TEN_ORDERS, staff=agent) == queries.count_members(regulars, staff=agent) == 1
    assert queries.count_fitting(TEN_ORDERS, staff=admin) == queries.count_members(regulars, staff=admin) == 2
    assert [each.customer_id for each in queries.newest_members(regulars, staff=agent, limit=9)] == [own]
    filters = {"segment": regulars}
    assert [row.pk for row in queries.customer_list(staff=agent, filters=filters).rows] == [own]
    assert {row.pk for row in queries.customer_list(staff=admin, filters=filters).rows} == {own, other}


def test_the_list_is_narrowed_to_a_segment_when_it_is_walked_too(regulars, person, admin, monkeypatch):
    monkeypatch.setattr(queries, "COUNTED", 0)
    wang, _li = person(orders=10), person(orders=1)
    fill(regulars)
    assert [row.pk for row in queries.customer_list(staff=admin, filters={"segment": regulars}).rows] == [wang]


def test_counting_that_takes_too_long_is_given_up(admin, person, monkeypatch):
    person(orders=10)
    monkeypatch.setattr(queries, "COUNT_SECONDS", 0.001)
    slow = "SELECT customer_id FROM customer_list, pg_sleep(1)"
    monkeypatch.setattr(queries, "query", lambda *_a, **_k: type(query(TEN_ORDERS, day=TODAY))(slow))
    with pytest.raises(queries.TakesTooLong):
        queries.count_fitting(TEN_ORDERS, staff=admin)
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_verify_finds_members_of_archived_segments_and_doubles(regulars, person, admin):
    wang = person(orders=10)
    fill(regulars)
    SegmentMembership.objects.create(
        segment=regulars, customer_id=wang, since=localdate(), until=localdate() + timedelta(3)
    )
    Segment.objects.update(archived_at=now())
    assert list(faults_of_segments()) == [
        f"segment {regulars.pk} is archived and has 1 members",
        "1 memberships of segments overlap another of the same customer",
    ]


@pytest.mark.django_db(transaction=True)
def test_members_follow_a_run_and_then_the_day(admin):
    wang, li = shop.customer("王芳"), shop.customer("李强")
    for days in (40, 20):
        shop.order(wang, localdate() - timedelta(days), 100)
    shop.order(li, localdate() - timedelta(20), 100)
    twice = services.create(name="来过两次", rule=tree.Number(field="orders", at_least=2), by=admin, at=now())
    jobs.refresh(run_id=scoring.run(as_of=localdate()).pk)
    assert present(twice) == {wang.pk}
    shop.order(li, localdate(), 100)
    CustomerMark.objects.create(customer_id=li.pk)
    scoring.rescore_marked()
    assert present(twice) == {wang.pk, li.pk}
    assert list(faults_of_segments()) == []
