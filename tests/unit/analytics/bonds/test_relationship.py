"""The quality of a relationship and its map, computed by hand."""

import pytest

from shuke.analytics.bonds.parameters import Band, BondParameters
from shuke.analytics.bonds.policy import RelationshipPolicy
from shuke.analytics.bonds.radar import SIDES
from shuke.analytics.bonds.relationship import NUMBERS
from shuke.analytics.policies import Policies
from unit.analytics.dealings import act, bonds, contact, with_dealings
from unit.analytics.shop import TODAY, ago, event, sale, tables

WANG = [sale(1, 250), sale(1, 170), sale(1, 90), sale(1, 10)]
RATED = [contact(1, 80, satisfaction=5), contact(1, 60, satisfaction=4)]
PROMISED = [
    contact(1, 50, "promised", promised_on=ago(45)),
    contact(1, 45),
    contact(1, 30, "promised", promised_on=ago(20)),
]


def wang(*, calls=(), acts=(), events=(), sales=WANG, policy=None, **more):
    facts = with_dealings(tables(sales, events), calls, acts)
    return bonds(facts, Policies(relationship=policy or RelationshipPolicy()), **more)[1]


def numbers(row) -> dict[str, float]:
    return dict(zip(NUMBERS, row["relationship_numbers"], strict=True))


def test_a_relationship_by_hand():
    """Trust 4 of 6 (a return, a date missed): 66.7. Satisfied 4.5 of 5: 87.5. Came back 3 of 4 times, shared: 80."""
    row = wang(
        calls=[*RATED, *PROMISED],
        acts=[act(1, 9, "share"), act(1, 8, "view", 7)],
        events=[event(2, "return", 1, 160, 9)],
    )
    assert row["relationship_parts"] == pytest.approx([20.0, 26.25, 32.0])
    assert row["relationship"] == pytest.approx(78.25)
    assert numbers(row) == pytest.approx(
        {
            "orders_365": 4,
            "went_back": 1,
            "promises": 2,
            "promises_kept": 1,
            "ratings": 2,
            "satisfaction": 4.5,
            "visits": 4,
            "shares": 1,
            "patience": 1,
        }
    )


def test_the_parts_sum_up_to_the_score_whatever_they_weigh():
    policy = RelationshipPolicy(trust=0.5, satisfaction=0.25, loyalty=0.25)
    row = wang(calls=RATED, policy=policy)
    assert sum(row["relationship_parts"]) == pytest.approx(row["relationship"])
    assert row["relationship"] == pytest.approx(0.5 * 100 + 0.25 * 87.5 + 0.25 * 75)


def test_without_ratings_there_is_no_score_and_the_rest_is_told():
    row = wang(calls=RATED[:1])
    assert row["relationship"] is None
    assert row["relationship_parts"][1] is None
    assert row["relationship_parts"][0] == pytest.approx(30)


def test_too_few_facts_are_no_trust():
    assert wang(sales=WANG[-2:])["relationship_parts"][0] is None


def test_who_came_once_has_no_loyalty_before_they_had_time_to_come_again():
    assert wang(sales=[sale(1, 20)])["relationship_parts"][2] is None
    assert wang(sales=[sale(1, 200)])["relationship_parts"][2] == pytest.approx(0)


def test_a_long_silence_takes_from_loyalty():
    """Two visits a year ago; active for 90 days, silent for 360: a quarter of one half."""
    silent = wang(sales=[sale(1, 370), sale(1, 360)])
    assert numbers(silent)["patience"] == pytest.approx(0.25)
    assert silent["relationship_parts"][2] == pytest.approx(0.4 * 12.5)


@pytest.mark.parametrize(
    ("then", "kept"),
    [
        pytest.param([contact(1, 20, "no_answer")], 1, id="on-the-day"),
        pytest.param([contact(1, 25, "", direction="in")], 1, id="they-came-before"),
        pytest.param([contact(1, 19)], 0, id="too-late"),
        pytest.param([contact(1, 30)], 0, id="on-the-day-of-the-promise"),
    ],
)
def test_a_promise_is_kept_by_a_contact_until_its_day(then, kept):
    row = wang(calls=[contact(1, 30, "promised", promised_on=ago(20)), *then])
    assert (numbers(row)["promises"], numbers(row)["promises_kept"]) == (1, kept)


def test_a_promise_whose_day_is_not_over_is_neither_kept_nor_broken():
    promised = [contact(1, 3, "promised", promised_on=TODAY)]
    assert numbers(wang(calls=promised))["promises"] == 0
    assert numbers(wang(calls=promised, seen_until=ago(-1)))["promises"] == 1


def test_the_map_by_hand():
    """All three spend and order differently; wang is first, zhao second, and li has gone quiet."""
    sales = [*WANG, sale(1, 5), sale(2, 10, 20_000), sale(2, 100, 10_000), sale(3, 350, 1_000)]
    calls = [contact(1, 9, "reached"), contact(1, 8, "busy"), contact(2, 7, "busy")]
    told = bonds(with_dealings(tables(sales), calls, [act(1, 5, "share", 3), act(2, 5, "view")]))
    sides = {customer: dict(zip(SIDES, row["radar"], strict=True)) for customer, row in told.items()}
    first = {"emotion": 51, "value": 95, "frequency": 95, "response": 50, "growth": 75, "advocacy": 75}
    assert sides[1] == pytest.approx(first)
    assert sides[2]["growth"] == pytest.approx(100 * (1 + 10_000 / 30_000) / 2)
    assert sides[3] == {**dict.fromkeys(SIDES), "value": 0, "frequency": 0}
    assert (sides[2]["emotion"], sides[2]["response"], sides[2]["advocacy"]) == (None, 0, 0)


def test_a_score_in_the_day_has_the_ranks_of_the_run():
    learned = BondParameters(value_cuts=(10_000, 20_000), frequency_cuts=(1, 2, 3))
    sides = dict(zip(SIDES, wang(learned=learned)["radar"], strict=True))
    assert (sides["value"], sides["frequency"]) == (10, 15)


def test_weights_are_a_whole():
    with pytest.raises(ValueError, match="one hundred percent"):
        RelationshipPolicy(trust=0.5)


def test_few_customers_tell_little():
    assert Band(low=80, high=100, customers=0, stayed_away=0).interval == (0, 1)
    assert Band(low=80, high=100, customers=10, stayed_away=0).interval == pytest.approx((0, 0.2775), abs=1e-4)
    assert Band(low=80, high=100, customers=100, stayed_away=5).interval == pytest.approx((0.0215, 0.1118), abs=1e-4)
