"""The emotional account of an earlier day, held against what came."""

from datetime import timedelta

from shuke.analytics.bonds import scores
from shuke.analytics.bonds.policy import EmotionPolicy
from shuke.analytics.features import features
from shuke.analytics.policies import Policies
from unit.analytics.dealings import contact, with_dealings
from unit.analytics.engines import InMemory
from unit.analytics.shop import TODAY, ago, sale, tables

GENEROUS = Policies(emotion=EmotionPolicy(reached=30))


def checked(facts, policies=GENEROUS):
    engine = InMemory()
    measured = engine.keep("features", features(facts, as_of=TODAY))
    return scores.learn(engine, facts, measured, policies, as_of=TODAY).check


def test_the_balance_of_that_day_is_held_against_the_orders_since():
    """Both are strong 30 days ago and one comes again; a third came to it later, a fourth has no entry."""
    sales = [sale(1, 100), sale(1, 30), sale(2, 100), sale(3, 100), sale(4, 100), sale(4, 31), sale(5, 29)]
    calls = [contact(1, 31), contact(2, 40), contact(3, 30), contact(5, 40)]
    check = checked(with_dealings(tables(sales), calls))
    assert (check.as_of, check.until) == (TODAY - timedelta(30), TODAY)
    assert (check.strong.customers, check.strong.stayed_away, check.strong.rate) == (2, 1, 0.5)
    assert [(band.low, band.high, band.customers) for band in check.bands] == [
        *[(0, 19, 0), (20, 39, 0), (40, 59, 0), (60, 79, 0)],
        (80, 100, 2),
    ]
    assert (check.without.customers, check.without.stayed_away) == (2, 2)


def test_a_shop_without_orders_checks_nobody():
    check = checked(with_dealings(tables([sale(1, 2)]), [contact(1, 1)]))
    assert (check.strong.customers, check.strong.rate, check.without.customers) == (0, None, 0)


def test_a_contact_since_then_changes_nothing():
    sales = [sale(1, 100), sale(2, 50)]
    before = checked(with_dealings(tables(sales), [contact(1, 60)]))
    assert checked(with_dealings(tables(sales), [contact(1, 60), contact(1, 20, "refused"), contact(2, 30)])) == before
    assert before.strong.customers == 1
    assert ago(30) == before.as_of
