"""Learn what leads to what, and hold it against the latest window, which it had not seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from shuke.analytics.engine import Engine
from shuke.analytics.goods import Goods, bought, by_order
from shuke.analytics.potential import chance
from shuke.analytics.potential.applying import in_bands, without_band
from shuke.analytics.potential.backtest import measured
from shuke.analytics.potential.landmarks import baskets, cases, counts, landmarks
from shuke.analytics.potential.parameters import KINDS, Bands, Kind, Pattern, Potential, Rule, Shortfall
from shuke.analytics.potential.policy import PotentialPolicy
from shuke.analytics.sampling import is_sampled
from shuke.analytics.tables import Tables

__all__ = ["goods_of", "learn"]

SAMPLE = 10_000
MOST_ITEMS = 300
MOST_RULES, MOST_OF_AN_ITEM = 400, 4
NEEDED_WINDOWS = 3
"""One to look back, one to learn what came, and one to hold that against."""
NEEDED_BUYERS = 30
TERCILES = [1 / 3, 2 / 3]

Rules = tuple[Rule, ...]
Pair = dict[str, Any]
"""A row of `landmarks.counts`."""


@dataclass(frozen=True, slots=True)
class _Shop:
    """What one fit reads: the purchases by item, and by item and price band."""

    purchases: ir.Table
    banded: ir.Table
    goods: Goods
    bands: tuple[Bands, ...]
    first_on: date

    def of(self, kind: Kind) -> ir.Table:
        return self.banded if kind == "upgrade" else self.purchases


def learn(
    engine: Engine, tables: Tables, policy: PotentialPolicy, *, as_of: date, customers: int, at_most: int = SAMPLE
) -> Potential:
    """Learn from the facts dated before `as_of`, of about `at_most` of so many customers, always the same ones."""
    goods = goods_of(engine, tables)
    some = _sample(tables, customers=customers, at_most=at_most)
    sold = {"potential_purchases": by_order(bought(some, seen_until=as_of, goods=goods))}
    engine, kept = engine.at_hand(sold)
    purchases = kept["potential_purchases"]
    lacking, first_on, active = _gate(
        engine, purchases, policy, as_of=as_of, each_stands_for=max(1.0, customers / at_most)
    )
    if lacking or first_on is None:
        return _declined(lacking, policy, as_of=as_of, goods=goods)
    shop = _shop(engine, purchases, policy, goods=goods, first_on=first_on)
    days = landmarks(first_on, as_of=as_of, window_days=policy.window_days)
    return Potential(
        as_of=as_of,
        goods=goods,
        window_days=policy.window_days,
        landmarks=days,
        customers=active,
        patterns=tuple(_pattern(engine, shop, kind, policy, as_of=as_of) for kind in KINDS),
        bands=shop.bands,
    )


def goods_of(engine: Engine, tables: Tables) -> Goods:
    """Categories, where at least half of the articles have one and there are several; else the articles."""
    named = (tables.products.category != "").fill_null(False)
    told = tables.products.agg(share=named.mean(), several=tables.products.category.nunique(where=named))
    (row,) = engine.read(told).to_pylist()
    return "category" if (row["share"] or 0) >= 0.5 and row["several"] > 1 else "article"


def _sample(tables: Tables, *, customers: int, at_most: int) -> Tables:
    if customers <= at_most:
        return tables
    people = tables.identities.filter(is_sampled(tables.identities.customer_id, customers=customers, at_most=at_most))
    lines = tables.lines.semi_join(people, "identity_id")
    return Tables(tables.orders, tables.order_events, people, lines=lines, products=tables.products)


def _gate(
    engine: Engine, purchases: ir.Table, policy: PotentialPolicy, *, as_of: date, each_stands_for: float
) -> tuple[tuple[Shortfall, ...], date | None, int]:
    """What is missing in the whole shop, the first day, and how many of the sample bought within the window."""
    lately = purchases.ordered_on >= as_of - timedelta(policy.window_days)
    census = purchases.agg(first_on=purchases.ordered_on.min(), active=purchases.customer_id.nunique(where=lately))
    (row,) = engine.read(census).to_pylist()
    first_on, active = row["first_on"], row["active"] or 0
    if first_on is None:
        return (Shortfall(code="lines", have=0, need=1),), None, 0
    checks = (
        ("customers", round(active * each_stands_for), policy.min_customers),
        ("history_days", (as_of - first_on).days, NEEDED_WINDOWS * policy.window_days),
    )
    missing = (Shortfall(code=code, have=have, need=need) for code, have, need in checks if have < need)
    return tuple(missing), first_on, active


def _declined(lacking: tuple[Shortfall, ...], policy: PotentialPolicy, *, as_of: date, goods: Goods) -> Potential:
    patterns = tuple(Pattern(kind=kind, shortfalls=lacking) for kind in KINDS)
    return Potential(as_of=as_of, goods=goods, window_days=policy.window_days, patterns=patterns)


def _shop(engine: Engine, purchases: ir.Table, policy: PotentialPolicy, *, goods: Goods, first_on: date) -> _Shop:
    """Only what many buy can be told apart from chance; the rest is left out, which bounds the pairs."""
    buyers = purchases.group_by("item").agg(buyers=purchases.customer_id.nunique())
    enough = buyers.filter(buyers.buyers >= policy.min_support)
    known = enough.order_by(enough.buyers.desc(), enough["item"]).limit(MOST_ITEMS)
    frequent = engine.keep("potential_frequent", purchases.semi_join(known, "item"))
    bands = tuple(_bands(engine, frequent)) if goods == "category" else ()
    banded = engine.keep("potential_banded", in_bands(frequent, bands))
    return _Shop(frequent, banded, goods, bands, first_on)


def _bands(engine: Engine, purchases: ir.Table) -> Iterator[Bands]:
    """Where a third of a category's sales is cheaper, and a third dearer; none where most cost the same."""
    piece = purchases.amount / purchases.quantity
    told = purchases.filter(purchases.quantity > 0).group_by("item").agg(cuts=piece.quantile(TERCILES))
    for row in engine.read(told.order_by("item")).to_pylist():
        low, high = row["cuts"]
        if low < high:
            yield Bands(item=row["item"], cuts=(low, high))


def _pattern(engine: Engine, shop: _Shop, kind: Kind, policy: PotentialPolicy, *, as_of: date) -> Pattern:
    """Rules are used only if those of a window ago foretold the window since better than what most customers buy."""
    if kind == "upgrade" and not shop.bands:
        return Pattern(kind=kind, shortfalls=(Shortfall(code="categories", have=0, need=1),))
    cut_on = as_of - timedelta(policy.window_days)
    earlier, _ = _rules(engine, shop, kind, policy, as_of=cut_on)
    rules, pairs = _rules(engine, shop, kind, policy, as_of=as_of)
    if not earlier or not rules:
        return Pattern(kind=kind, shortfalls=(Shortfall(code="rules", have=len(rules), need=1),))
    told = measured(engine, shop.of(kind), kind, earlier, policy, cut_on=cut_on, until=as_of)
    if told.customers < NEEDED_BUYERS:
        few = Shortfall(code="new_buyers", have=told.customers, need=NEEDED_BUYERS)
        return Pattern(kind=kind, pairs=pairs, shortfalls=(few,), measured=told)
    if told.low <= 0:
        silence = Shortfall(code="no_usable_pattern", have=told.low, need=0)
        return Pattern(kind=kind, pairs=pairs, shortfalls=(silence,), measured=told)
    return Pattern(kind=kind, rules=rules, pairs=pairs, measured=told)


def _rules(engine: Engine, shop: _Shop, kind: Kind, policy: PotentialPolicy, *, as_of: date) -> tuple[Rules, int]:
    """What is worth keeping of the pairs beyond chance as known before a day, and how many pairs there were."""
    purchases = shop.of(kind)
    before = purchases.filter(purchases.ordered_on < as_of)
    if kind == "complement":
        seen = baskets(before)
    else:
        days = landmarks(shop.first_on, as_of=as_of, window_days=policy.window_days)
        if not days:
            return (), 0
        seen = cases(before, days, window_days=policy.window_days)
    pairs = engine.read(counts(seen, at_least=policy.min_support).order_by("left", "right"))
    amounts = before.group_by("item").agg(amount=before.amount.quantile(0.5))
    costs = {row["item"]: round(row["amount"]) for row in engine.read(amounts).to_pylist()}
    found = _beyond_chance(pairs, len(costs), kind)
    return tuple(_rule(pair, costs[pair["right"]]) for pair in _kept(found)), len(found)


def _beyond_chance(pairs: pa.Table, items: int, kind: Kind) -> list[Pair]:
    possible = items if kind == "upgrade" else items * (items - 1)
    found = pairs.filter(pa.array(chance.beyond_chance(chance.Counts.from_table(pairs), pairs=possible)))
    return [pair for pair in found.to_pylist() if kind != "upgrade" or _is_a_step_up(pair["left"], pair["right"])]


def _kept(pairs: Sequence[Pair]) -> list[Pair]:
    """The highest shares of each item, then those of most customers: all of them would fill the run's row."""
    by_left: dict[str, list[Pair]] = {}
    for pair in sorted(pairs, key=lambda pair: (-pair["came"] / pair["of"], -pair["of"], pair["right"])):
        by_left.setdefault(pair["left"], []).append(pair)
    best = [pair for each in by_left.values() for pair in each[:MOST_OF_AN_ITEM]]
    return sorted(best, key=lambda pair: (-pair["came"], pair["left"], pair["right"]))[:MOST_RULES]


def _rule(pair: Pair, amount: int) -> Rule:
    usual = pair["others_came"] / pair["others_of"]
    return Rule(left=pair["left"], right=pair["right"], of=pair["of"], came=pair["came"], usual=usual, amount=amount)


def _is_a_step_up(left: str, right: str) -> bool:
    (item, band), (other, higher) = without_band(left), without_band(right)
    return item == other and int(higher) == int(band) + 1
