"""Suggestions of an earlier day against what was then bought, beside what most customers buy."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np

from shuke.analytics.churn.measures import mean_low
from shuke.analytics.engine import Engine
from shuke.analytics.potential.applying import suggestions
from shuke.analytics.potential.landmarks import Cases, seen_at
from shuke.analytics.potential.parameters import Kind, Measured, Rule
from shuke.analytics.potential.policy import PotentialPolicy

__all__ = ["measured"]

FIRST, THREE = 1, 3


def measured(
    engine: Engine,
    purchases: ir.Table,
    kind: Kind,
    rules: Sequence[Rule],
    policy: PotentialPolicy,
    *,
    cut_on: date,
    until: date,
) -> Measured:
    """Hold rules that were learned before `cut_on` against the window from then to `until`."""
    now = seen_at(purchases, cut_on, window_days=policy.window_days, seen_until=until)
    said = engine.keep(f"potential_said_{kind}", suggestions(now, rules, at_most=THREE))
    (told,) = engine.read(said.agg(customers=said.customer_id.nunique())).to_pylist()
    hits = engine.read(_hits(said, _popular(purchases, now, kind, rules, policy, cut_on), now.new).order_by("case_id"))
    ours, first, theirs, popular = (
        hits[name].to_numpy().astype(float) for name in ("in_three", "in_first", "popular_in_three", "popular_in_first")
    )
    return Measured(
        cut_on=cut_on,
        until=until,
        customers=len(ours),
        suggested_to=told["customers"],
        hit_first=_mean(first),
        hit_three=_mean(ours),
        popular_first=_mean(popular),
        popular_three=_mean(theirs),
        low=mean_low(ours - theirs) if len(ours) > 1 else 0.0,
    )


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else 0.0


def _hits(said: ir.Table, popular: ir.Table, new: ir.Table) -> ir.Table:
    """One row per customer who had a suggestion and bought something new: was it among the first, the first three?"""
    people = new.select("case_id").distinct().semi_join(said.select(case_id="customer_id"), "case_id")
    ours = _places(said.select("item", "place", case_id="customer_id"), new, "place_of_ours")
    theirs = _places(popular, new, "place_of_theirs")
    told = people.left_join(ours, "case_id").drop("case_id_right").left_join(theirs, "case_id").drop("case_id_right")
    return told.select(
        "case_id",
        in_first=(told.place_of_ours < FIRST).fill_null(False),
        in_three=told.place_of_ours.notnull(),
        popular_in_first=(told.place_of_theirs < FIRST).fill_null(False),
        popular_in_three=told.place_of_theirs.notnull(),
    )


def _places(said: ir.Table, new: ir.Table, name: str) -> ir.Table:
    hit = said.inner_join(new, ("case_id", "item"))
    return hit.group_by("case_id").agg(hit.place.min().name(name))


def _popular(
    purchases: ir.Table, now: Cases, kind: Kind, rules: Sequence[Rule], policy: PotentialPolicy, cut_on: date
) -> ir.Table:
    """What most customers bought in the window before, without what this one had: three for everybody, no rule needed.

    A step up is held against the most frequent step among those that this customer could take.
    """
    day, start = purchases.ordered_on, cut_on - timedelta(policy.window_days)
    lately = purchases.filter(day >= start, day < cut_on)
    buyers = lately.group_by("item").agg(buyers=lately.customer_id.nunique())
    if kind == "upgrade":
        steps = ibis.memtable([{"left": rule.left, "item": rule.right} for rule in rules])
        possible = now.recent.select("case_id", left="item").inner_join(steps, "left").select("case_id", "item")
        offered = possible.inner_join(buyers, "item")
    else:
        offered = now.new.select("case_id").distinct().cross_join(buyers)
    if now.had is not None:
        offered = offered.anti_join(now.had, ("case_id", "item"))
    order = ibis.window(group_by="case_id", order_by=[offered.buyers.desc(), offered["item"]])
    ranked = offered.mutate(place=ibis.row_number().over(order))
    return ranked.filter(ranked.place < THREE).select("case_id", "item", "place")
