"""When clusters are learned, from whom, and what is told of them in every run."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from shuke.analytics import rfm
from shuke.analytics.clusters.applying import apply, profiles
from shuke.analytics.clusters.features import FEATURES, measures
from shuke.analytics.clusters.fitting import fit
from shuke.analytics.clusters.parameters import Clusters, Grouping, Move, Moves, Profile, Ungrouped
from shuke.analytics.clusters.policy import ClusterPolicy
from shuke.analytics.sampling import is_sampled
from shuke.analytics.tables import Tables

__all__ = ["SAMPLE", "is_due", "learn", "sample"]

SAMPLE = 20_000
Read = Callable[[ir.Table], pa.Table]


def learn(
    read: Read,
    some: Tables,
    features: ir.Table,
    policy: ClusterPolicy,
    *,
    customers: int,
    as_of: date,
    former: Grouping | None,
) -> Grouping:
    """The groups of a run: found anew in a new month, otherwise those of `former`, with the present profiles.

    `features` are those of all `customers`; moves since the fit before are counted on the facts of `some` of them.
    """
    grouping = former
    if grouping is None or is_due(grouping, policy, as_of):
        grouping = _fitted(read, some, features, policy, customers=customers, as_of=as_of, former=former)
    if isinstance(grouping, Ungrouped):
        return grouping
    return _with_profiles(grouping, read(profiles(features, grouping)).to_pylist())


def is_due(former: Grouping, policy: ClusterPolicy, as_of: date) -> bool:
    """Has a month begun, has the policy changed, or were there too few customers until now?"""
    too_few = isinstance(former, Ungrouped) and former.shortfalls[0].code == "customers"
    return too_few or former.policy != policy or (former.as_of.year, former.as_of.month) != (as_of.year, as_of.month)


def _fitted(
    read: Read,
    some: Tables,
    features: ir.Table,
    policy: ClusterPolicy,
    *,
    customers: int,
    as_of: date,
    former: Grouping | None,
) -> Grouping:
    last = former.former if isinstance(former, Ungrouped) else former
    learned = fit(read(sample(features, customers)), policy, as_of=as_of, former=last)
    if isinstance(learned, Ungrouped) or last is None or last.as_of >= as_of:
        return learned
    pairs = read(_moves(some, features, last, learned)).to_pylist()
    moves = Moves(since=last.as_of, pairs=tuple(sorted((Move(**pair) for pair in pairs), key=_from_and_to)))
    return learned.model_copy(update={"moves": moves})


def sample(features: ir.Table, customers: int) -> ir.Table:
    """What a fit reads: the measures of some of so many customers."""
    few = features.filter(is_sampled(features.customer_id, customers=customers, at_most=SAMPLE))
    return few.select("customer_id", **measures(few))


def _moves(some: Tables, features: ir.Table, last: Clusters, learned: Clusters) -> ir.Table:
    """How many were where by the groups of then, as the facts of then say, and are where by those of now."""
    then = apply(rfm.rfm_t(some, as_of=last.as_of, seen_until=last.as_of), last)
    now = apply(features.semi_join(some.identities, "customer_id"), learned).select("customer_id", present="cluster")
    both = now.left_join(then.select("customer_id", former="cluster"), "customer_id")
    return both.group_by("former", "present").agg(customers=both.count())


def _from_and_to(move: Move) -> tuple[int, int]:
    return (move.former or 0, move.present)


def _with_profiles(clusters: Clusters, rows: list[dict[str, Any]]) -> Clusters:
    sums = {name: sum(row[name] or 0 for row in rows) for name in (rows[0] if rows else {}) if name != "cluster"}
    by_number = {row["cluster"]: _profile(row) for row in rows}
    return clusters.model_copy(update={"profiles": by_number, "shop": _profile(sums) if rows else None})


def _profile(row: Mapping[str, Any]) -> Profile:
    averages = {name: row[f"sum_{name}"] / row[f"known_{name}"] if row[f"known_{name}"] else None for name in FEATURES}
    return Profile(customers=row["customers"], money=row["money"], averages=averages)
