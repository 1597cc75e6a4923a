"""What customers do in a shop's pages, counted by hand."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shuke.analytics.usage import usage
from unit.analytics.shop import TODAY, act, ago, rows, sale, tables, telling

few = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
KINDS = ("view", "search", "cart", "checkout", "login", "join", "share", "other")
acts = st.lists(st.builds(act, st.sampled_from(KINDS), st.integers(1, 3), st.integers(1, 400), st.integers(1, 3)))


def used(behaviours, orders=(), identities=None, **more):
    shop = tables([sale(number, 500) for number in (1, 2, 3)] + list(orders), identities=identities)
    return rows(usage(telling(shop, behaviours=behaviours), as_of=TODAY, **more))


def test_windows_begin_so_many_days_before_the_day_and_count_days_and_times():
    one = used([act("login", 1, days, 2) for days in (1, 30, 31, 90, 91, 180, 181, 365, 366)])[1]
    assert [one[f"active_days_{window}"] for window in ("30", "90", "90_before")] == [2, 4, 2]
    assert [one[f"logins_{window}"] for window in ("30", "90", "90_before")] == [4, 8, 4]


def test_a_day_counts_once_however_much_happens_on_it():
    one = used([act("view", 1, 5, 9), act("login", 1, 5), act("join", 1, 5, 2), act("share", 1, 5)])[1]
    assert (one["active_days_30"], one["logins_30"], one["joins_30"], one["shares_365"]) == (1, 1, 2, 1)


def test_who_was_seen_and_did_nothing_since_has_zero_and_who_was_never_seen_has_no_row():
    found = used([act("share", 1, 300)])
    assert found.keys() == {1}
    assert (found[1]["active_days_90"], found[1]["logins_90"], found[1]["shares_365"]) == (0, 0, 1)


def test_a_checkout_is_completed_by_an_order_on_its_day_or_the_next():
    checkouts = [act("checkout", 1, days) for days in (50, 40, 30, 20)]
    orders = [sale(1, 50), sale(1, 39), sale(1, 28), sale(1, 21), sale(2, 20)]
    one = used(checkouts, orders)[1]
    assert (one["checkouts_90"], one["completed_90"]) == (4, 2)


def test_an_order_without_a_checkout_completes_nothing():
    one = used([act("view", 1, 10), act("checkout", 1, 50)], [sale(1, 10)])[1]
    assert (one["checkouts_90"], one["completed_90"]) == (1, 0)


def test_identities_of_one_customer_are_one():
    one = used([act("checkout", 1, 5), act("view", 2, 5)], [sale(2, 4)], identities={1: 7, 2: 7})[7]
    assert (one["active_days_30"], one["checkouts_90"], one["completed_90"]) == (1, 1, 1)


def test_looking_and_choosing_are_of_the_last_thirty_days():
    looked, chose, long_ago = (
        used([each])[1] for each in (act("search", 1, 30), act("cart", 1, 30), act("cart", 1, 31))
    )
    assert [(one["looked_30"], one["chose_30"]) for one in (looked, chose, long_ago)] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_in_the_day_the_day_is_seen():
    assert used([act("login", 1, 0)]) == {}
    assert used([act("login", 1, 0)], seen_until=ago(-1))[1]["logins_30"] == 1


@few
@given(acts, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_what_comes_later_changes_nothing(told, random):
    late = [act(kind, 1, -days) for days, kind in enumerate(KINDS)]
    assert used(random.sample(told + late, len(told + late)), [sale(1, 0), sale(1, -1)]) == used(told)
