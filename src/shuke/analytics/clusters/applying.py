"""Who is in which group, as an expression over scores; and for one customer, how well they fit and why."""

from dataclasses import dataclass
from math import dist
from typing import Any

import ibis
import ibis.expr.types as ir

from shuke.analytics.clusters.features import FEATURES, measured, measures
from shuke.analytics.clusters.parameters import Clusters, Group, Grouping
from shuke.analytics.clusters.scaling import nearness, point

__all__ = ["Place", "Reason", "apply", "place", "profiles"]


def apply(scored: ir.Table, grouping: Grouping | None) -> ir.Table:
    """Add `cluster`: the number of the group whose centre is nearest, null where there are no groups.

    `scored` has the columns of RFM-T. Of two centres equally near it is the one with the smaller number.
    """
    if not isinstance(grouping, Clusters):
        return scored.mutate(cluster=ibis.null("int16"))
    ranked = [ibis.struct({"near": near, "last": -number}) for number, near in nearness(scored, grouping).items()]
    nearest = ibis.array(ranked).maxs()
    return scored.mutate(cluster=(-nearest["last"]).cast("int16"))


def profiles(features: ir.Table, clusters: Clusters) -> ir.Table:
    """One row per group: `cluster`, `customers`, `money` of 365 days, and of each feature the sum and its count."""
    table = apply(features, clusters)
    of = measures(table)
    return table.group_by("cluster").agg(
        customers=table.count(),
        money=table.net_money_365.sum(),
        **{f"sum_{name}": of[name].cast("float64").sum() for name in FEATURES},
        **{f"known_{name}": of[name].count() for name in FEATURES},
    )


@dataclass(frozen=True, slots=True)
class Reason:
    """How much a feature speaks for the group against the next one: the part of the squared distances that it makes."""

    feature: str
    number: float | None
    towards: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where one customer stands. `fit` is 0 on the border to the `next` group and 1 in the very middle of the own.

    `reasons`, the strongest first, add up to the squared distance to the next centre less that to the own. `is_far`:
    further out than nineteen of twenty members.
    """

    group: Group
    next: Group
    fit: float
    is_far: bool
    reasons: tuple[Reason, ...]


def place(score: Any, clusters: Clusters) -> Place:
    """Where the customer of a score stands, by the columns of the score as attributes."""
    known = measured(score)
    at = point(known, clusters.scales)
    own, following, *_rest = sorted(clusters.groups, key=lambda group: (dist(at, group.centre), group.number))
    near, further = dist(at, own.centre), dist(at, following.centre)
    parts = zip(clusters.scales, at, own.centre, following.centre, strict=True)
    reasons = [Reason(scale.feature, known[scale.feature], (x - b) ** 2 - (x - a) ** 2) for scale, x, a, b in parts]
    return Place(
        group=own,
        next=following,
        fit=1 - near / further if further else 0.0,
        is_far=near > own.radius,
        reasons=tuple(sorted(reasons, key=lambda reason: -abs(reason.towards))),
    )
