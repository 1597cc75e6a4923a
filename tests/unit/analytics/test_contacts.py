"""What contacts say, computed by hand."""

from hypothesis import given, settings
from hypothesis import strategies as st

from shuke.analytics.contacts import contacts
from unit.analytics.dealings import contact, with_dealings
from unit.analytics.shop import TODAY, ago, rows, sale, tables

CALLS = [
    contact(1, 400, "reached", satisfaction=1),
    contact(1, 100, "reached", hour=10, satisfaction=4),
    contact(1, 60, "no_answer", hour=9),
    contact(1, 40, "promised", hour=10, channel="wechat", satisfaction=5),
    contact(1, 20, "wrong_number"),
    contact(1, 10, "no_answer"),
    contact(1, 5, "busy"),
    contact(2, 3, "", direction="in", hour=20, channel="wechat"),
]


def told(calls, whose=None, *, seen_until=None):
    facts = tables([sale(1, 30), sale(2, 30), sale(3, 30)], identities=whose)
    return rows(contacts(with_dealings(facts, calls), as_of=TODAY, seen_until=seen_until))


def test_a_customer_by_hand():
    assert told(CALLS)[1] == {
        "customer_id": 1,
        "out_30": 3,
        "out_90": 5,
        "out_365": 6,
        "in_30": 0,
        "in_90": 0,
        "in_365": 0,
        "answered_365": 2,
        "unanswered_365": 3,
        "reached_share": 0.4,
        "unanswered_in_row": 2,
        "days_since_contact": 5,
        "days_since_reached": 40,
        "ratings": 2,
        "satisfaction": 4.5,
        "preferred_channel": "wechat",
        "preferred_hour": 10,
    }


def test_who_comes_by_themselves_is_met_and_was_not_called():
    wang = told(CALLS)[2]
    assert (wang["in_30"], wang["out_365"], wang["reached_share"]) == (1, 0, None)
    assert (wang["days_since_reached"], wang["preferred_hour"], wang["satisfaction"]) == (3, 20, None)


def test_nobody_is_told_of_who_was_never_contacted():
    assert set(told(CALLS)) == {1, 2}


def test_what_was_never_answered_has_no_last_time():
    (zhao,) = told([contact(3, 9, "busy"), contact(3, 8, "no_answer")]).values()
    assert (zhao["unanswered_in_row"], zhao["days_since_reached"], zhao["reached_share"]) == (2, None, 0.0)
    assert (zhao["preferred_channel"], zhao["preferred_hour"]) == (None, None)


def test_contacts_of_one_day_are_told_apart_by_their_numbers():
    same_day = [contact(1, 9, "reached"), contact(1, 9, "no_answer"), contact(1, 9, "reached")]
    assert told(same_day)[1]["unanswered_in_row"] == 0
    assert told(same_day[:2])[1]["unanswered_in_row"] == 1


def test_the_contacts_of_a_merged_customer_are_one_story():
    merged = told([contact(1, 9, "no_answer"), contact(2, 8, "reached"), contact(1, 7, "busy")], {2: 1})
    assert merged[1]["unanswered_in_row"] == 1
    assert merged[1]["out_30"] == 3
    assert set(merged) == {1}


def test_a_contact_of_today_is_seen_in_the_day_only():
    today = [contact(1, 0, "reached")]
    assert told(today) == {}
    assert told(today, seen_until=ago(-1))[1]["days_since_contact"] == 0


OUTCOMES = ("reached", "no_answer", "busy", "wrong_number", "promised", "refused", "", "自己的话")
calls = st.lists(
    st.builds(
        contact,
        st.integers(1, 3),
        st.integers(1, 500),
        st.sampled_from(OUTCOMES),
        direction=st.sampled_from(["in", "out"]),
        channel=st.sampled_from(["phone", "wechat", ""]),
        hour=st.none() | st.integers(0, 23),
        satisfaction=st.none() | st.integers(1, 5),
    ),
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(calls, st.randoms(use_true_random=False), st.integers(-30, 0))
def test_neither_the_order_of_the_rows_nor_what_comes_later_matters(made, random, days_ago):
    numbered = [each | {"interaction_id": number} for number, each in enumerate(made, start=1)]
    late = [contact(1, days_ago, "refused", satisfaction=1) | {"interaction_id": 99}]
    assert told(random.sample(numbered, len(numbered)) + late) == told(numbered)
