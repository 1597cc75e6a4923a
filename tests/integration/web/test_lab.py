"""The pages of the lab: a draft is tried from the form of its policy, and the page says what it would change."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

import queue_of_jobs
import shop as small
from integration.lab.conftest import DAY, score, top_ten, tried
from shuke.core import policies
from shuke.lab import services
from shuke.lab.models import Draft, Trial
from shuke.scoring.models import Pilot
from shuke.scoring.policies import TIER
from shuke.staff.models import Store
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db(transaction=True)

FORM = {
    "mode": "by_rank",
    "gold_recency_share": 20,
    "gold_money_share": 10,
    "silver_share": 40,
    "gold_spend": 500_000,
    "silver_spend": 100_000,
}


def form() -> dict[str, object]:
    """What the page of the tiers sends."""
    return {**FORM, "replaces": policies.current(TIER).version}


@pytest.fixture
def ops(db):
    queue_of_jobs.empty()
    return small.user("周敏", Role.OPERATIONS)


@pytest.fixture
def twenty(db):
    customers = [small.customer(f"customer-{number}") for number in range(1, 21)]
    for number, customer in enumerate(customers, start=1):
        small.order(customer, DAY - timedelta(days=number), (21 - number) * 1_000)
    return customers


def shown(client, draft: Draft, **query) -> str:
    return client.get(reverse("web:policies.draft", args=[draft.pk]), query).content.decode()


def test_from_the_form_of_the_policy_to_the_answer(as_, ops, twenty):
    score()
    client = as_(ops)
    answer = client.post(reverse("web:policies.try", args=["tier"]), form())
    draft = Draft.objects.get()
    assert answer.headers["Location"] == reverse("web:policies.draft", args=[draft.pk])
    assert "Waiting for the worker" in shown(client, draft)
    queue_of_jobs.work_through()
    page = shown(client, draft)
    assert "Gold would have 2 customers instead of 3 (−1)." in page
    assert "Silver would have 6 customers instead of 5 (+1)." in page
    assert "Follow-ups would be 6 a month instead of 9 (−3)." in page
    assert "Net money of 12 months ¥180: within the best 15%; by the draft within the best 40%, not 10%" in page
    assert policies.current(TIER).body.gold_money_share == 0.15


def test_the_list_behind_a_number_names_who_moves(as_, ops, twenty):
    score()
    draft = top_ten(ops)
    tried(draft, ops)
    address = reverse("web:policies.moves", args=[draft.pk])
    page = as_(ops).get(address, {"kind": "tier", "was": "gold", "now": "silver"}).content.decode()
    assert "customer-3" in page
    assert "customer-2" not in page
    assert "Nobody would make this move" in as_(ops).get(address, {"kind": "tier", "was": "bronze"}).content.decode()
    everybody = as_(ops).get(address, {"kind": "tier", "was": "a\x00", "now": "\x00", "after": "\x00"})
    assert "customer-3" in everybody.content.decode()


def test_two_clicks_make_one_draft(as_, ops, twenty):
    score()
    first, second = (as_(ops).post(reverse("web:policies.try", args=["tier"]), form()) for _click in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Draft.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"gold_money_share": 50}, "The shares of gold must not be above the share of silver.", id="rule"),
        pytest.param({"gold_money_share": "x"}, "Enter a number.", id="no-number"),
        pytest.param({"day": "2199-01-01"}, "Choose a day from", id="a-day-ahead"),
        pytest.param({"day": "someday"}, "Enter a valid date.", id="no-day"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_changes(as_, ops, twenty, changes, words):
    score()
    draft = top_ten(ops)
    sent = {**form(), "version": 1, "day": DAY.isoformat(), **changes}
    answer = as_(ops).post(reverse("web:policies.draft", args=[draft.pk]), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Trial.objects.exists()


def test_in_two_tabs_the_second_is_told_and_keeps_what_was_written(as_, ops, twenty):
    score()
    draft = top_ten(ops)
    client, address = as_(ops), reverse("web:policies.draft", args=[draft.pk])
    sent = {**form(), "version": 1, "day": DAY.isoformat()}
    assert client.post(address, {**sent, "gold_money_share": 5}).status_code == 302
    answer = client.post(address, {**sent, "gold_money_share": 7})
    assert answer.status_code == 409
    assert "in another tab" in answer.content.decode()
    assert 'value="7"' in answer.content.decode()
    draft.refresh_from_db()
    assert draft.body["gold_money_share"] == 0.05


def test_a_draft_says_that_the_policy_was_published_meanwhile(as_, ops, twenty):
    draft = top_ten(ops)
    current = policies.current(TIER)
    body = current.body.model_copy(update={"silver_share": 0.5})
    policies.publish(kind=TIER, body=body, replaces=current.version, by=None, at=now())
    client = as_(ops)
    assert "has been published since the draft was begun" in shown(client, draft)
    answer = client.post(reverse("web:policies.publish_draft", args=[draft.pk]), {"version": 1})
    assert answer.status_code == 409
    hold = reverse("web:policies.hold_draft", args=[draft.pk])
    unseen = client.post(hold, {"version": 1, "replaces": current.version})
    assert unseen.status_code == 409
    assert "Look at it first" in unseen.content.decode()
    assert client.post(hold, {"version": 1, "replaces": current.version + 1}).status_code == 302
    assert client.post(reverse("web:policies.publish_draft", args=[draft.pk]), {"version": 2}).status_code == 302
    assert policies.current(TIER).body.gold_money_share == 0.10


def test_a_pilot_begins_is_compared_and_ends(as_, ops, twenty):
    score()
    store = Store.objects.create(code="east", name="东店", time_zone="Asia/Shanghai")
    type(twenty[2]).objects.filter(pk=twenty[2].pk).update(home_store=store)
    draft, client = top_ten(ops), as_(ops)
    begin = reverse("web:policies.begin_pilot", args=[draft.pk])
    assert client.post(begin, {"version": 1, "scope": "store:999"}).status_code == 422
    assert client.post(begin, {"version": 1, "scope": f"store:{store.pk}"}).status_code == 302
    assert "pilot: 东店" in shown(client, draft)
    compared = reverse("web:policies.compared", args=[draft.pk])
    assert "begins with the next run" in client.get(compared).content.decode()
    score(DAY + timedelta(days=1))
    assert "Rest" in client.get(compared).content.decode()
    page = client.get(reverse("web:customers.detail", args=[twenty[2].pk])).content.decode()
    assert "By net money of 12 months within the best 40%" in page
    assert client.post(reverse("web:policies.end_pilot", args=[draft.pk]), {"version": 2}).status_code == 302
    assert Pilot.objects.get().ended_by == ops


def test_drafts_are_found_again(as_, ops, twenty):
    draft = top_ten(ops)
    address = reverse("web:policies.draft", args=[draft.pk])
    for page in (reverse("web:policies"), reverse("web:policies.edit", args=["tier"])):
        assert address in as_(ops).get(page).content.decode()
    services.discard(draft=draft, version=1, by=ops, at=now())
    assert address not in as_(ops).get(reverse("web:policies")).content.decode()
