"""A draft is kept, changed by one at a time, and becomes a version of the policy, or a pilot first."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

import shop
from integration.lab.conftest import DAY, score, top_ten, tried
from shuke.core import policies
from shuke.core.models import AuditEntry
from shuke.core.policies import PolicyChanged
from shuke.customers.models import Customer, CustomerOwner
from shuke.history import services as history
from shuke.lab import queries, services
from shuke.lab.models import Draft, Move
from shuke.scoring import services as scoring
from shuke.scoring.models import LiveScore, Pilot, Score
from shuke.scoring.policies import ACTIVITY, CHURN, TIER, obeyed
from shuke.segments.models import CustomerListing
from shuke.staff.models import Line, Store

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def store(twenty) -> Store:
    """The home of customers 3 and 4."""
    store = Store.objects.create(code="east", name="东店", time_zone="Asia/Shanghai")
    Customer.objects.filter(pk__in=[twenty[2].pk, twenty[3].pk]).update(home_store=store)
    return store


def acts(*, of: str) -> list[str]:
    return list(AuditEntry.objects.filter(action__startswith=of).order_by("pk").values_list("action", flat=True))


def test_a_draft_is_kept_and_counts_for_nobody(ops, twenty):
    draft = top_ten(ops)
    assert Draft.objects.open().get() == draft
    assert policies.current(TIER).body.gold_money_share == 0.15
    assert acts(of="draft") == ["draft.made"]


def test_of_two_tabs_the_second_is_told(ops, twenty):
    draft = top_ten(ops)
    body = policies.current(TIER).body
    services.change(draft=draft, version=1, body=body.model_copy(update={"gold_money_share": 0.05}), by=ops, at=now())
    with pytest.raises(services.DraftChanged):
        services.change(draft=draft, version=1, body=body, by=ops, at=now())
    draft.refresh_from_db()
    assert (draft.version, draft.body["gold_money_share"]) == (2, 0.05)


def test_published_it_is_the_next_version_and_the_draft_is_closed(ops, twenty):
    score()
    draft = top_ten(ops)
    tried(draft, ops)
    services.publish(draft=draft, version=1, by=ops, at=now())
    assert policies.current(TIER).body.gold_money_share == 0.10
    draft.refresh_from_db()
    assert (draft.ending, draft.closed_by) == ("published", ops)
    assert not Move.objects.exists()
    with pytest.raises(services.DraftClosed):
        services.publish(draft=draft, version=draft.version, by=ops, at=now())


def test_what_a_colleague_has_published_meanwhile_is_looked_at_first(ops, twenty):
    draft = top_ten(ops)
    current = policies.current(TIER)
    body = current.body.model_copy(update={"silver_share": 0.5})
    policies.publish(kind=TIER, body=body, replaces=current.version, by=None, at=now())
    assert queries.is_behind(draft)
    with pytest.raises(PolicyChanged):
        services.publish(draft=draft, version=1, by=ops, at=now())
    draft = services.hold_against(draft=draft, version=1, replaces=current.version + 1, by=ops, at=now())
    services.publish(draft=draft, version=draft.version, by=ops, at=now())
    assert policies.current(TIER).version == current.version + 2


def test_what_is_thrown_away_is_gone_and_said(ops, twenty):
    draft = top_ten(ops)
    services.discard(draft=draft, version=1, by=ops, at=now())
    assert not Draft.objects.open().exists()
    assert acts(of="draft") == ["draft.made", "draft.discarded"]


def test_what_says_nothing_new_is_not_published(ops, twenty):
    draft = top_ten(ops, gold_money_share=0.15)
    with pytest.raises(services.NothingChanges):
        services.publish(draft=draft, version=1, by=ops, at=now())


def test_a_pilot_scores_its_customers_by_its_policy_and_the_rest_as_before(ops, twenty, store):
    draft = top_ten(ops)
    services.begin_pilot(draft=draft, version=1, scope=f"store:{store.pk}", by=ops, at=now())
    run = score()
    tiers = dict(LiveScore.objects.values_list("customer", "tier"))
    in_pilot = set(LiveScore.objects.filter(in_pilot=True).values_list("customer", flat=True))
    assert in_pilot == {twenty[2].pk, twenty[3].pk}
    assert [tiers[customer.pk] for customer in twenty[:4]] == ["gold", "gold", "silver", "silver"]
    assert (run.pilot, Score.objects.live().count()) == (Pilot.objects.get(), 20)
    assert obeyed(TIER, run, in_pilot=True).body.gold_money_share == 0.10
    assert obeyed(TIER, run, in_pilot=False).body.gold_money_share == 0.15
    assert obeyed(ACTIVITY, run, in_pilot=True) == obeyed(ACTIVITY, run, in_pilot=False)


def test_in_the_day_a_pilots_customer_stays_in_it(ops, twenty, store):
    for number, customer in enumerate(twenty, start=1):
        shop.order(customer, localdate() - timedelta(days=number), 5_000)
    services.begin_pilot(draft=top_ten(ops), version=1, scope=f"store:{store.pk}", by=ops, at=now())
    score(localdate())
    for customer in (twenty[2], twenty[5]):
        history.mark(identities=[shop.order(customer, localdate(), 100).identity_id])
    assert scoring.rescore_marked() == 2
    overlaid = {row.customer_id: row for row in LiveScore.objects.filter(customer__in=[twenty[2].pk, twenty[5].pk])}
    assert overlaid[twenty[2].pk].in_pilot
    assert overlaid[twenty[5].pk].in_pilot is False
    assert (overlaid[twenty[2].pk].days_since_last, overlaid[twenty[2].pk].tier) == (0, "silver")


def test_a_pilot_is_compared_with_the_rest_and_rolled_out(ops, twenty, store):
    score(DAY - timedelta(days=1))
    draft = top_ten(ops)
    services.begin_pilot(draft=draft, version=1, scope=f"store:{store.pk}", by=ops, at=now() - timedelta(days=3_650))
    pilot = Pilot.objects.get()
    assert queries.compare(pilot) == []
    score()
    inside, rest = queries.compare(pilot)
    assert (inside.in_pilot, inside.customers, rest.customers) == (True, 2, 18)
    assert inside.moved == 1
    draft.refresh_from_db()
    services.publish(draft=draft, version=draft.version, by=ops, at=now())
    assert policies.current(TIER).body.gold_money_share == 0.10
    assert Pilot.objects.get().ended_at
    score(DAY + timedelta(days=1))
    assert not LiveScore.objects.filter(in_pilot__isnull=False).exists()


def test_an_ended_pilot_leaves_the_draft_and_its_customers_as_all_others(ops, twenty, store):
    draft = top_ten(ops)
    services.begin_pilot(draft=draft, version=1, scope=f"store:{store.pk}", by=ops, at=now())
    with pytest.raises(services.DraftIsPiloted):
        services.discard(draft=draft, version=2, by=ops, at=now())
    draft = services.end_pilot(draft=draft, version=2, by=ops, at=now())
    score()
    assert LiveScore.objects.get(customer=twenty[2]).tier == "gold"
    services.begin_pilot(draft=draft, version=draft.version, scope=f"store:{store.pk}", by=ops, at=now())
    assert Pilot.objects.running().get().version == 2


def test_only_one_pilot_runs(ops, twenty, store):
    services.begin_pilot(draft=top_ten(ops), version=1, scope=f"store:{store.pk}", by=ops, at=now())
    with pytest.raises(services.PilotRuns):
        services.begin_pilot(
            draft=top_ten(ops, silver_share=0.5), version=1, scope=f"store:{store.pk}", by=ops, at=now()
        )


@pytest.mark.parametrize("scope", ["company", "store:0", "store:x", "region:1", "store:" + "9" * 40, ""])
def test_a_scope_that_is_none_is_refused(ops, twenty, scope):
    with pytest.raises(services.ScopeUnknown):
        services.begin_pilot(draft=top_ten(ops), version=1, scope=scope, by=ops, at=now())
    assert not Pilot.objects.exists()


def test_churn_is_learned_from_everybody_and_has_no_pilot(ops, twenty, store):
    current = policies.current(CHURN)
    body = current.body.model_copy(update={"list_precision": 0.7})
    draft = services.start(kind=CHURN, body=body, replaces=current.version, by=ops, at=now())
    with pytest.raises(services.NotForAPilot):
        services.begin_pilot(draft=draft, version=1, scope=f"store:{store.pk}", by=ops, at=now())


def test_a_business_line_is_whose_owner_is_named_in_it(ops, twenty, store):
    line = Line.objects.create(code="tea", name="茶")
    CustomerOwner.objects.create(customer=twenty[2], line=line, owner=ops, since=now())
    services.begin_pilot(draft=top_ten(ops), version=1, scope=f"line:{line.pk}", by=ops, at=now())
    score()
    assert list(LiveScore.objects.filter(in_pilot=True).values_list("customer", flat=True)) == [twenty[2].pk]
    assert CustomerListing.objects.get(customer=twenty[2]).tier == "silver"
