"""Simulated shops: everybody takes this and that, and coffee is followed by filters, which nobody tells the shop."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from shuke.analytics.engine import Engine
from shuke.analytics.potential.learning import learn
from shuke.analytics.potential.parameters import Potential
from shuke.analytics.potential.policy import PotentialPolicy
from shuke.analytics.tables import Tables
from unit.analytics.baskets import Row, basket, tables
from unit.analytics.engines import InMemory
from unit.analytics.shop import TODAY

POLICY = PotentialPolicy()
KINDS_OF_GOODS, SOME = 60, 0.4
DAYS = 500


def learned(facts: Tables, policy: PotentialPolicy = POLICY, *, as_of: date = TODAY, customers: int = 1) -> Potential:
    engine: Engine = InMemory()
    return learn(engine, facts, policy, as_of=as_of, customers=customers)


def shop(customers: int = 1_000, *, seed: int = 1, follows: float = 0.6, together: float = 0.0) -> Tables:
    """A basket a month of two goods; on a day of their own some begin with coffee, and some with tea.

    Of the next two visits after coffee each brings filters by the chance `follows`; cups lie in the basket with the
    first tea by the chance `together`, or come with a later one. Prices are low, middle or high by chance.
    """
    random = np.random.default_rng(seed)
    return tables(order for customer in range(1, customers + 1) for order in _of(customer, random, follows, together))


def _of(customer: int, random: np.random.Generator, follows: float, together: float) -> Iterator[Row]:
    days = np.arange(int(random.integers(0, 30)), DAYS, 30)
    chosen = [{f"goods-{number}" for number in random.integers(0, KINDS_OF_GOODS, 2)} for _day in days]
    coffee, tea = random.integers(0, len(days), 2)
    if random.random() < SOME:
        chosen[coffee].add("coffee")
        _now_and_then(chosen[coffee + 1 : coffee + 3], {"filters"}, follows, random)
    if random.random() < SOME:
        chosen[tea].add("tea")
        _now_and_then(chosen[tea : tea + 3], {"tea", "cups"}, together, random)
    for day, items in zip(days, chosen, strict=True):
        prices = {item: int(random.choice([500, 1_500, 3_000])) for item in sorted(items)}
        yield basket(customer, DAYS - int(day), prices)


def _now_and_then(visits: list[set[str]], items: set[str], chance: float, random: np.random.Generator) -> None:
    for visit in visits:
        visit.update(items if random.random() < chance else ())
