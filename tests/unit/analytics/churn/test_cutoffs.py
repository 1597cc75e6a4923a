from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shuke.analytics.churn.cutoffs import MOST_CUTOFFS, cut_offs, examples, needed_days, sample
from unit.analytics.shop import TODAY, ago, event, rows, sale, tables


def at(day, shop, events=(), horizon_days=30):
    return rows(examples(tables(shop, events), [day], horizon_days=horizon_days))


@given(st.integers(0, 3_000), st.sampled_from([7, 30, 60, 90, 180]))
def test_no_label_reaches_beyond_the_day_and_every_cut_off_has_a_history(history, horizon_days):
    days = cut_offs(ago(history), as_of=TODAY, horizon_days=horizon_days)
    assert all(day + timedelta(horizon_days) <= TODAY for day in days)
    assert all((day - ago(history)).days >= 90 for day in days)
    assert len(days) <= MOST_CUTOFFS
    assert (len(days) >= 3) == (history >= needed_days(horizon_days))


def test_the_label_is_of_the_days_from_the_cut_off_on():
    shop = [sale(1, 60), sale(1, 30), sale(2, 60), sale(2, 1), sale(3, 60), sale(3, 0), sale(4, 60)]
    found = at(ago(30), shop)
    assert {customer: row["lapsed"] for customer, row in found.items()} == {1: False, 2: False, 3: True, 4: True}
    assert found[1]["days_since_last"] == 30
    assert found[1]["cut_on"] == ago(30)


def test_an_order_that_was_cancelled_in_time_is_no_return_of_the_customer():
    shop = [sale(1, 60), sale(1, 20)]
    assert at(ago(30), shop, [event(2, "cancellation", 1, 10, 0)])[1]["lapsed"]
    assert not at(ago(30), shop, [event(2, "cancellation", 1, 0, 0)])[1]["lapsed"]


def test_who_came_later_is_not_yet_an_example():
    assert set(at(ago(30), [sale(1, 60), sale(2, 10)])) == {1}


def test_a_sample_holds_all_facts_of_some_and_is_always_the_same():
    shop = [sale(customer, day) for customer in range(1, 401) for day in (5, 50)]
    facts = tables(shop, [event(1, "refund", 1, 3, 1)])
    some = sample(facts, customers=400, at_most=100)
    people = _customers(some)
    assert 60 < len(people) < 140
    assert len(some.orders.to_pyarrow()) == 2 * len(people)
    assert people == _customers(sample(facts, customers=400, at_most=100))
    assert sample(facts, customers=400, at_most=400) is facts


def _customers(facts):
    return set(facts.identities.customer_id.to_pyarrow().to_pylist())


def test_a_model_of_lifetimes_is_asked_for_each_cut_off():
    asked = []

    def no_purchase(known, day, horizon_days):
        asked.append((day, horizon_days))
        return known.select("customer_id", no_purchase=known.customer_id / 10)

    days = [date(2026, 4, 1), date(2026, 3, 2)]
    found = examples(tables([sale(1, 200)]), days, horizon_days=30, no_purchase=no_purchase).to_pyarrow().to_pylist()
    assert asked == [(day, 30) for day in days]
    assert [row["no_purchase"] for row in found] == [0.1, 0.1]
