"""Counting who came to what: at a landmark we stand on an earlier day and look a window back, and as far ahead.

All functions read *purchases*: one row per order and item, with `customer_id`, `order_id`, `ordered_on`, `item` and
`amount`. A *case* is a customer at a landmark, or an order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce

import ibis
import ibis.expr.types as ir

__all__ = ["MOST_LANDMARKS", "Cases", "baskets", "cases", "counts", "landmarks", "seen_at"]

MOST_LANDMARKS = 4
CASE = ("case_id", "item")


@dataclass(frozen=True, slots=True)
class Cases:
    """Who bought what, by `case_id` and `item`: lately, ever before (none where that is no hindrance), and newly."""

    recent: ir.Table
    had: ir.Table | None
    new: ir.Table


def landmarks(first_ordered_on: date, *, as_of: date, window_days: int) -> tuple[date, ...]:
    """The latest first, a window apart; each has a whole window before and after it."""
    window = timedelta(window_days)
    days = (as_of - window * number for number in range(1, MOST_LANDMARKS + 1))
    return tuple(day for day in days if day - window >= first_ordered_on)


def seen_at(purchases: ir.Table, day: date, *, window_days: int, seen_until: date | None = None) -> Cases:
    """Customers who bought in the window before `day`; with them whatever they had and what they then came to.

    Nothing dated on or after `seen_until`, which is the end of the window ahead if left out, is seen.
    """
    window, case = timedelta(window_days), purchases.select("ordered_on", "item", case_id=purchases.customer_id)
    before = case.filter(case.ordered_on < day)
    recent = before.filter(before.ordered_on >= day - window).select(*CASE).distinct()
    until = min(day + window, seen_until or day + window)
    after = case.filter(case.ordered_on >= day, case.ordered_on < until)
    had = before.select(*CASE).distinct()
    new = after.select(*CASE).distinct().anti_join(had, CASE)
    return Cases(recent, had, new.semi_join(recent.select("case_id").distinct(), "case_id"))


def cases(purchases: ir.Table, days: Sequence[date], *, window_days: int) -> Cases:
    """The cases of several landmarks together."""
    seen = [seen_at(purchases, day, window_days=window_days) for day in days]
    return Cases(
        _joined([each.recent for each in seen]),
        _joined([each.had for each in seen if each.had is not None]),
        _joined([each.new for each in seen]),
    )


def _joined(parts: Sequence[ir.Table]) -> ir.Table:
    """A customer at two landmarks is two cases."""
    told = [part.mutate(case_id=part.case_id * MOST_LANDMARKS + place) for place, part in enumerate(parts)]
    return reduce(lambda left, right: left.union(right), told)


def baskets(purchases: ir.Table) -> Cases:
    """Orders as cases: each of the items against all others of the same order."""
    items = purchases.select("item", case_id=purchases.order_id).distinct()
    return Cases(items, None, items)


def counts(seen: Cases, *, at_least: int) -> ir.Table:
    """One row per pair `left`, `right` that at least so many cases came to; the columns of `chance.Counts` beside.

    `of` are the cases with `left` that did not have `right` before; `came` those of them that came to it; `others_…`
    the same of all cases without `left`.
    """
    pairs = _pairs(seen.recent, seen.new).rename(came="times")
    known = pairs.filter(pairs.came >= at_least, pairs.left != pairs.right)
    known = _with(known, _by_item(seen.recent, "left", "with_left"), "left")
    known = _with(known, _by_item(seen.new, "right", "all_came"), "right")
    if seen.had is None:
        known = known.mutate(pair_had=ibis.literal(0, "int64"), all_had=ibis.literal(0, "int64"))
    else:
        had = _pairs(seen.recent, seen.had).rename(pair_had="times")
        known = _with(known, had, "left", "right")
        known = _with(known, _by_item(_of_cases(seen.had, seen.recent), "right", "all_had"), "right")
    total = seen.recent.agg(cases=seen.recent.case_id.nunique())
    known = known.cross_join(total)
    of = known.with_left - known.pair_had
    return known.select(
        "left",
        "right",
        "came",
        of=of,
        others_of=known.cases - known.all_had - of,
        others_came=known.all_came - known.came,
    )


def _of_cases(items: ir.Table, recent: ir.Table) -> ir.Table:
    return items.semi_join(recent.select("case_id").distinct(), "case_id")


def _pairs(left: ir.Table, right: ir.Table) -> ir.Table:
    told = left.select("case_id", left=left["item"]).inner_join(right.select("case_id", right=right["item"]), "case_id")
    return told.group_by("left", "right").agg(times=told.count())


def _by_item(items: ir.Table, side: str, name: str) -> ir.Table:
    return items.group_by(items["item"].name(side)).agg(items.count().name(name))


def _with(known: ir.Table, more: ir.Table, *keys: str) -> ir.Table:
    """Join counts; a pair that is not among them was counted no time."""
    joined = known.left_join(more, keys)
    (name,) = set(more.columns) - set(keys)
    return joined.select(*known.columns, **{name: joined[name].fill_null(0)})
