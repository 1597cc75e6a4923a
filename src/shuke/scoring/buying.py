"""What a few customers buy, and may buy next: read when somebody asks, by the expressions and rules of a run.

A night over the lines of everybody would take longer than all scores together, and no list sorts by it.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from shuke.analytics import habits
from shuke.analytics.goods import Goods, bought, by_order
from shuke.analytics.potential import applying
from shuke.analytics.potential.landmarks import seen_at
from shuke.analytics.potential.parameters import KINDS, Kind, Potential
from shuke.analytics.tables import Tables
from shuke.customers.exclusions.queries import standing
from shuke.history.models import Product
from shuke.scoring import facts
from shuke.scoring.facts import numbers
from shuke.scoring.models import Run

__all__ = ["Bought", "Named", "Suggested", "Then", "bought_by", "excludable", "suggested_then", "suggested_to"]

Row = dict[str, Any]
Named = dict[str, Any]
"""What `exclude` takes beside the customer: `category` or `product_id`."""
OF_A_CUSTOMER = ("orders", "order_events", "lines")
MOST_ITEMS = 8


@dataclass(frozen=True, slots=True)
class Bought:
    """One customer's row of `habits.habits`, or None without an order, and the first of `habits.by_item`."""

    goods: Goods
    habits: Row | None
    items: list[Row]


@dataclass(frozen=True, slots=True)
class Suggested:
    """One suggestion of a kind: what, because of what, and the numbers of the rule; money in minor units."""

    customer_id: int
    kind: Kind
    item: str
    because: str
    of: int
    came: int
    usual: float
    amount: int
    expected: int

    @property
    def rate(self) -> float:
        return self.came / self.of


@dataclass(frozen=True, slots=True)
class Then:
    """What the rules of an earlier run suggested to a customer on its day, and the items they have bought after it."""

    as_of: date
    goods: Goods
    made: list[Suggested]
    bought: set[str]


def bought_by(customer: int, *, goods: Goods, as_of: date) -> Bought:
    """How a customer buys, the day itself included."""
    seen = {"as_of": as_of, "seen_until": as_of + timedelta(1), "goods": goods}
    with _in_memory([customer]) as (engine, tables):
        told = engine.to_pyarrow(habits.habits(tables, **seen)).to_pylist()
        items = habits.by_item(tables, **seen)
        first = engine.to_pyarrow(items.filter(items.place < MOST_ITEMS).order_by("place")).to_pylist()
    return Bought(goods, told[0] if told else None, first)


def suggested_to(customers: Collection[int], learned: Potential, *, as_of: date, at_most: int) -> list[Suggested]:
    """What the rules of a run suggest to each of these customers now, never what is excluded; the best first."""
    if not customers or not any(map(learned.rules, KINDS)):
        return []
    with _in_memory(customers) as (engine, tables):
        return _made(engine, tables, customers, learned, as_of, at_most)


def suggested_then(customer: int, *, before: date, at_most: int) -> Then | None:
    """The suggestions of the last run up to a day, without what is excluded by now; None where it had no rules."""
    done = Run.objects.filter(status=Run.Status.DONE, as_of__lte=before).order_by("-as_of", "-pk")
    as_of, stored = done.values_list("as_of", "parameters__models__potential").first() or (before, None)
    if not stored:
        return None
    learned = Potential.model_validate(stored)
    with _in_memory([customer]) as (engine, tables):
        made = _made(engine, tables, [customer], learned, as_of, at_most)
        lines = bought(tables, seen_until=date.max, goods=learned.goods)
        after = by_order(lines.filter(lines.ordered_on > as_of))
        items = after.select("item").union(applying.in_bands(after, learned.bands).select("item")).distinct()
        return Then(as_of, learned.goods, made, set(engine.to_pyarrow(items)["item"].to_pylist()))


def _made(
    engine: ibis.BaseBackend, tables: Tables, customers: Collection[int], learned: Potential, as_of: date, at_most: int
) -> list[Suggested]:
    excluded = engine.create_table("excluded", _excluded(customers, learned), schema=applying.EXCLUDED)
    lines = bought(tables, seen_until=as_of + timedelta(1), goods=learned.goods)
    purchases = engine.create_table("purchases", by_order(lines))
    told = [
        Suggested(kind=kind, **row)
        for kind in KINDS
        if learned.rules(kind)
        for row in engine.to_pyarrow(_suggestions(purchases, learned, kind, excluded, as_of, at_most)).to_pylist()
    ]
    return _once(told)


def _once(told: list[Suggested]) -> list[Suggested]:
    """By what they may bring, the best first; what two kinds suggest is told by the one with the higher share."""
    best: dict[tuple[int, str], Suggested] = {}
    for one in sorted(told, key=lambda one: (one.rate, one.kind)):
        best[one.customer_id, one.item] = one
    return sorted(best.values(), key=lambda one: (one.customer_id, -one.expected, one.item))


def _suggestions(
    purchases: ir.Table, learned: Potential, kind: Kind, excluded: ir.Table, as_of: date, at_most: int
) -> ir.Table:
    of_kind = applying.in_bands(purchases, learned.bands) if kind == "upgrade" else purchases
    seen = seen_at(of_kind, as_of + timedelta(1), window_days=learned.window_days)
    said = applying.suggestions(seen, learned.rules(kind), at_most=at_most, excluded=excluded)
    return said.select("customer_id", "item", "because", "of", "came", "usual", "amount", "expected")


def excludable(item: str, goods: Goods | str) -> Named:
    """What the exclusion of an item names: the category whatever its price, or the article."""
    if goods != "category":
        return {"product_id": int(item)}
    category, _band = applying.without_band(item)
    return {"category": category}


@contextmanager
def _in_memory(customers: Collection[int]) -> Iterator[tuple[ibis.BaseBackend, Tables]]:
    """The orders of a few customers and what was in them, of one moment."""
    engine = ibis.duckdb.connect(threads=1)
    try:
        yield engine, Tables(**{name: engine.create_table(name, each) for name, each in _facts(customers).items()})
    finally:
        engine.disconnect()


def _facts(customers: Collection[int]) -> dict[str, pa.Table]:
    with facts.snapshot() as snapshot:
        mine = numbers(pa.chunked_array([pa.array(customers, pa.int64())]))
        identities = facts.read(snapshot, "identities", among=f"customer_id = ANY({mine})")
        whose = f"identity_id = ANY({numbers(identities['identity_id'])})"
        tables = {table: facts.read(snapshot, table, among=whose) for table in OF_A_CUSTOMER}
        articles = numbers(tables["lines"]["product_id"].unique())
        products = facts.read(snapshot, "products", among=f"id = ANY({articles})")
    return {**tables, "identities": identities, "products": products}


def _excluded(customers: Collection[int], learned: Potential) -> pa.Table:
    """What stands against the items of the rules: of a category its articles and price bands too."""
    among = _articles_of_categories(learned) if learned.goods == "article" else {}
    rows = [
        {"customer_id": exclusion.customer_id, "item": item}
        for exclusion in standing(customers)
        for item in _items(exclusion.category, exclusion.product_id, learned.goods, among)
    ]
    return pa.Table.from_pylist(rows, schema=applying.EXCLUDED.to_pyarrow())


def _articles_of_categories(learned: Potential) -> dict[str, list[str]]:
    """The articles that rules suggest, by their category."""
    suggested = {int(rule.right) for kind in KINDS for rule in learned.rules(kind)}
    found: dict[str, list[str]] = {}
    for pk, category in Product.objects.filter(pk__in=suggested).values_list("pk", "category"):
        found.setdefault(category, []).append(str(pk))
    return found


def _items(category: str, product_id: int | None, goods: Goods, among: dict[str, list[str]]) -> list[str]:
    if product_id is not None:
        return [str(product_id)] if goods == "article" else []
    return among.get(category, []) if goods == "article" else [category, *(f"{category}#{band}" for band in range(3))]
