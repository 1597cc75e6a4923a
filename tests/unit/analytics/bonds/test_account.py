"""The emotional account: entries by hand, and a balance that never leaves its bounds."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuke.analytics.bonds import account
from shuke.analytics.bonds.entries import entries, experiences
from shuke.analytics.bonds.policy import EmotionPolicy
from shuke.analytics.policies import Policies
from unit.analytics.dealings import bonds, contact, dispute, with_dealings
from unit.analytics.shop import TODAY, ago, event, return_, sale, tables

SALES = [sale(1, 300), sale(1, 200), sale(1, 100), sale(2, 50), return_(2, 40, 500)]


def lines(facts, policy=None, *, seen_until=TODAY) -> list[tuple]:
    told = entries(experiences(facts, seen_until=seen_until), policy or EmotionPolicy()).order_by(
        "identity_id", "place"
    )
    return [(row["identity_id"], row["code"], row["points"]) for row in told.to_pyarrow().to_pylist()]


def test_an_account_by_hand():
    """50, rated 5: 51; sent back: 48; reached: 49; refused: 46. The rest says nothing of feelings."""
    calls = [
        contact(1, 290, "reached", satisfaction=5),
        contact(1, 150, "reached"),
        contact(1, 140, "no_answer"),
        contact(1, 130, "wrong_number"),
        contact(1, 120, "reached", satisfaction=3),
        contact(1, 110, "", direction="in"),
        contact(1, 90, "refused"),
    ]
    facts = with_dealings(tables(SALES, [event(2, "return", 1, 190, 100), event(2, "refund", 1, 180, 100)]), calls)
    told = [("satisfied", 1), ("returned", -3), ("reached", 1), ("refused", -3)]
    assert [line[1:] for line in lines(facts) if line[0] == 1] == told
    assert [line[1:] for line in lines(facts) if line[0] == 2] == [("returned", -3)]
    assert {customer: row["emotion"] for customer, row in bonds(facts).items()} == {1: 46, 2: 47}


def test_a_refund_without_goods_says_so_and_a_cancelled_order_was_never_lived_with():
    refunded = [event(1, "refund", 1, 250, 100), event(1, "return", 1, 240, 100)]
    cancelled = [event(3, "refund", 1, 99, 100), event(3, "cancellation", 1, 99, 0)]
    assert lines(tables(SALES[:3], refunded + cancelled)) == [(1, "refunded", -3)]


def test_who_has_no_entry_has_no_balance():
    facts = with_dealings(tables(SALES[:3]), [contact(1, 20, "busy")])
    assert bonds(facts)[1]["emotion"] is None


@pytest.mark.parametrize(
    ("policy", "balance"),
    [
        pytest.param(EmotionPolicy(), 53, id="defaults"),
        pytest.param(EmotionPolicy(opens_at=99), 100, id="never-above-100"),
        pytest.param(EmotionPolicy(opens_at=0, reached=-5), 0, id="never-below-0"),
        pytest.param(EmotionPolicy(unanswered=-1), 52, id="a-weight-that-was-none"),
    ],
)
def test_each_weight_is_policy(policy, balance):
    calls = [contact(1, 30, "reached"), contact(1, 20, "busy"), contact(1, 10, "reached"), contact(1, 5, "promised")]
    facts = with_dealings(tables(SALES[:1]), calls)
    assert bonds(facts, Policies(emotion=policy))[1]["emotion"] == balance


def test_what_goes_beyond_a_bound_is_lost():
    assert account.running([3, -3, 60], opens_at=99) == [100, 97, 100]


def test_a_dispute_takes_its_entry_away_from_its_day_on():
    calls = [contact(1, 100, "refused"), contact(1, 90, "reached")]
    disputes = [dispute(1, 30, contact=1), dispute(2, 1, order=5)]
    facts = with_dealings(tables(SALES), calls, disputes=disputes)
    assert lines(facts) == [(1, "reached", 1)]
    assert lines(facts, seen_until=ago(30)) == [(1, "refused", -3), (1, "reached", 1), (2, "returned", -3)]
    assert {customer: row["emotion"] for customer, row in bonds(facts).items()} == {1: 51, 2: None}


def test_the_entries_of_a_merged_customer_are_one_account():
    merged = tables(SALES, identities={2: 1})
    facts = with_dealings(merged, [contact(2, 30, "reached"), contact(1, 20, "refused")])
    assert lines(facts) == [(1, "returned", -3), (1, "reached", 1), (1, "refused", -3)]
    assert bonds(facts)[1]["emotion"] == 45


walks = st.lists(st.tuples(st.integers(1, 5), st.integers(-60, 60)), max_size=40)


@given(walks, st.integers(0, 100), st.randoms(use_true_random=False))
def test_all_walk_together_as_each_would_alone(made, opens_at, random):
    told = [{"identity_id": who, "place": place, "points": points} for place, (who, points) in enumerate(made)]
    expected = {
        who: (account.running([points for each, points in made if each == who], opens_at=opens_at)[-1])
        for who, _points in made
    }
    schema = pa.schema({name: pa.int64() for name in account.ENTRIES})
    mixed = pa.Table.from_pylist(random.sample(told, len(told)), schema=schema)
    found = {row["identity_id"]: row for row in account.closing(mixed, opens_at=opens_at).to_pylist()}
    assert {who: row["emotion"] for who, row in found.items()} == expected
    assert sum(row["entries"] for row in found.values()) == len(made)
    assert all(0 <= row["emotion"] <= 100 for row in found.values())
