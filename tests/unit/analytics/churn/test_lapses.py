from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuke.analytics.churn.lapses import Renewal, RenewalRate

AS_OF = date(2026, 6, 1)
UNTIL = date(2026, 5, 2)
CUT_ON = date(2025, 5, 2)


def ended(ends_on, contracts, lapsed, before=0):
    return {"before": before, "ends_on": ends_on, "contracts": contracts, "lapsed": lapsed}


def learned(*rows):
    return Renewal.from_rows(rows, as_of=AS_OF)


LONG_AGO, KNOWN, LATER = date(2020, 1, 1), CUT_ON - timedelta(31), date(2026, 1, 1)


def test_the_bounds_of_a_share_are_those_of_wilson():
    low, high = RenewalRate(before=0, contracts=100, lapsed=40).interval
    assert (low, high) == (pytest.approx(0.3094, abs=1e-4), pytest.approx(0.4980, abs=1e-4))
    assert RenewalRate(before=0, contracts=0, lapsed=0).interval == (0, 1)


def test_rates_add_up_over_the_days():
    rates = learned(ended(LONG_AGO, 3, 1), ended(LATER, 2, 2), ended(LATER, 5, 0, before=1)).rates
    assert rates == (
        RenewalRate(before=0, contracts=5, lapsed=3),
        RenewalRate(before=1, contracts=5, lapsed=0),
    )


def test_the_last_year_is_held_against_what_was_known_when_it_began():
    check = learned(
        ended(LONG_AGO, 80, 30),
        ended(KNOWN, 20, 10),
        ended(KNOWN + timedelta(1), 999, 999),
        ended(CUT_ON, 30, 15),
        ended(LATER, 30, 9),
        ended(KNOWN, 60, 6, before=1),
        ended(LATER, 40, 4, before=1),
    ).check
    assert (check.cut_on, check.until) == (CUT_ON, UNTIL)
    assert (check.learned.contracts, check.learned.lapsed) == (160, 46)
    assert (check.came.contracts, check.came.lapsed) == (100, 28)
    first, second = (40 + 20 * 46 / 160) / 120, (6 + 20 * 46 / 160) / 80
    assert [each.said for each in check.judged] == [pytest.approx(first), pytest.approx(second)]
    assert check.expected == pytest.approx(60 * first + 40 * second)
    squares = 24 * (1 - first) ** 2 + 36 * first**2 + 4 * (1 - second) ** 2 + 36 * second**2
    assert check.brier == pytest.approx(squares / 100)
    assert check.brier_of_base_rate == pytest.approx((28 * (1 - 46 / 160) ** 2 + 72 * (46 / 160) ** 2) / 100)
    assert check.verdict == "kept"


def test_of_a_shorter_history_the_later_half_is_held_against_the_earlier():
    check = learned(ended(UNTIL - timedelta(200), 40, 10), ended(UNTIL - timedelta(10), 40, 10)).check
    assert (check.cut_on, check.learned.contracts, check.came.contracts) == (UNTIL - timedelta(100), 40, 40)
    assert check.verdict == "kept"


@pytest.mark.parametrize(("lapsed", "verdict"), [(200, "kept"), (330, "too_low"), (70, "too_high")])
def test_what_has_not_held_is_told_apart_from_chance(lapsed, verdict):
    assert learned(ended(KNOWN, 1_000, 200), ended(LATER, 1_000, lapsed)).check.verdict == verdict


def test_what_few_contracts_do_by_chance_is_no_failure():
    assert learned(ended(KNOWN, 20, 4), ended(LATER, 20, 8)).check.verdict == "kept"


@pytest.mark.parametrize(
    "rows",
    [
        [ended(KNOWN, 19, 5), ended(LATER, 100, 20)],
        [ended(KNOWN, 100, 20), ended(LATER, 19, 5)],
        [ended(KNOWN, 100, 100), ended(LATER, 100, 20)],
    ],
    ids=["few-learned", "few-came", "never-renewed"],
)
def test_of_too_few_nothing_is_said(rows):
    check = learned(*rows).check
    assert (check.verdict, check.judged) == (None, ())


def test_without_contracts_there_is_nothing_to_check():
    assert (learned().rates, learned().check) == ((), None)


def test_what_earlier_runs_have_stored_still_reads():
    old = Renewal.model_validate_json('{"rates": [{"before": 0, "contracts": 100, "lapsed": 40}]}')
    assert (old.risk(0), old.check, old.ahead) == (pytest.approx(0.4), None, None)


RANDOM = st.builds(
    ended, st.dates(date(2021, 1, 1), date(2026, 5, 1)), st.integers(1, 60), st.just(0), before=st.integers(0, 3)
)


@given(st.lists(st.tuples(RANDOM, st.floats(0, 1)), min_size=1, max_size=12), st.randoms())
def test_the_order_does_not_matter_and_what_is_stored_reads_the_same(drawn, shuffle):
    rows = [row | {"lapsed": int(row["contracts"] * share)} for row, share in drawn]
    found = learned(*rows)
    shuffle.shuffle(rows)
    assert learned(*rows) == found
    assert Renewal.model_validate_json(found.model_dump_json()) == found
    if found.check.judged:
        assert 0 <= found.check.brier <= 1
        assert 0 <= found.check.expected <= found.check.came.contracts
