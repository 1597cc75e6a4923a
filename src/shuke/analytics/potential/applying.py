"""Suggestions for anybody: what the rules say of those who bought something lately, and have never had the other."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from shuke.analytics.potential.landmarks import Cases
from shuke.analytics.potential.parameters import Bands, Rule

__all__ = ["EXCLUDED", "PRICE_BANDS", "in_bands", "suggestions", "without_band"]

PRICE_BANDS = ("0", "1", "2")
"""The lowest prices of a category first."""

EXCLUDED = ibis.schema({"customer_id": "int64", "item": "string"})
RULES = ibis.schema(
    {"left": "string", "right": "string", "of": "int64", "came": "int64", "usual": "float64", "amount": "int64"}
)
BANDS = ibis.schema({"item": "string", "low": "float64", "high": "float64"})


def suggestions(seen: Cases, rules: Sequence[Rule], *, at_most: int, excluded: ir.Table | None = None) -> ir.Table:
    """One row per customer and suggested `item`, `place` 0 first: the rule with the highest share speaks for it.

    `because` is the item that was bought lately; `of`, `came`, `usual` and `amount` are the rule's, and `expected` is
    its share of `amount`, in minor units. Nothing of `excluded`, a table of EXCLUDED, is ever suggested.
    """
    known = ibis.memtable(pa.Table.from_pylist([_row(rule) for rule in rules], schema=RULES.to_pyarrow()), schema=RULES)
    recent = seen.recent.select(customer_id="case_id", left="item")
    told = recent.inner_join(known, "left").rename(item="right", because="left")
    told = told.mutate(rate=told.came / told.of)
    if seen.had is not None:
        told = told.anti_join(seen.had.select("item", customer_id="case_id"), ("customer_id", "item"))
    if excluded is not None:
        told = told.anti_join(excluded, ("customer_id", "item"))
    best = _first(told, ("customer_id", "item"), told.because, most=1).drop("place")
    ranked = _first(best, ("customer_id",), best["item"], most=at_most)
    return ranked.mutate(expected=(ranked.rate * ranked.amount).round().cast("int64"))


def _first(told: ir.Table, group_by: Sequence[str], name: ir.Value, *, most: int) -> ir.Table:
    """The highest shares of each group; of equal ones that with more cases behind it, then by name."""
    order = [told.rate.desc(), told.of.desc(), name]
    ranked = told.mutate(place=ibis.row_number().over(ibis.window(group_by=list(group_by), order_by=order)))
    return ranked.filter(ranked.place < most)


def without_band(item: str) -> tuple[str, str]:
    """The category of an item of `in_bands`, and its band; of another item all of it, and nothing."""
    category, _mark, band = item.rpartition("#")
    return (category, band) if category and band in PRICE_BANDS else (item, "")


def in_bands(purchases: ir.Table, bands: Sequence[Bands]) -> ir.Table:
    """The purchases of categories that have price bands, the item by category and band: "tea#0" is the lowest."""
    rows = [{"item": one.item, "low": one.cuts[0], "high": one.cuts[1]} for one in bands]
    known = ibis.memtable(pa.Table.from_pylist(rows, schema=BANDS.to_pyarrow()), schema=BANDS)
    told = purchases.filter(purchases.quantity > 0).inner_join(known, "item")
    price = told.amount / told.quantity
    low, middle, high = (f"#{band}" for band in PRICE_BANDS)
    band = ibis.cases((price < told.low, low), (price < told.high, middle), else_=high)
    return told.select("customer_id", "order_id", "ordered_on", "amount", "quantity", item=told["item"].concat(band))


def _row(rule: Rule) -> dict[str, object]:
    return {name: getattr(rule, name) for name in RULES}
