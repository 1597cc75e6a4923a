"""Find groups of customers that hold, or say why there are none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from shuke.analytics.arrays import numbers
from shuke.analytics.clusters.features import FEATURES
from shuke.analytics.clusters.judging import SEED, compared, k_means
from shuke.analytics.clusters.matching import carried_on
from shuke.analytics.clusters.naming import named
from shuke.analytics.clusters.parameters import Clusters, Compared, Group, Grouping, Scale, Shortfall, Trait, Ungrouped
from shuke.analytics.clusters.policy import ClusterPolicy
from shuke.analytics.clusters.scaling import Numbers, Places, coordinates, nearest, scales

__all__ = ["fit"]

NEEDED_FEATURES = 2
JUDGED = 1_200
"""So many customers decide how many groups there are: a silhouette compares each with each."""
CLEARER = 0.03
"""So much must the silhouette be above that of the same numbers shuffled."""
MEMBERS = 0.95
"""The share of a group within its radius."""


def fit(customers: pa.Table, policy: ClusterPolicy, *, as_of: date, former: Clusters | None = None) -> Grouping:
    """Learn from the features of some customers, one row each with its `customer_id`.

    The number of groups is that of the highest silhouette among those that part more clearly than chance would, come
    back when other customers are drawn, and leave no group too small. Groups that go on keep their numbers of `former`.
    """
    import sklearn.cluster  # noqa: F401, PLC0415  80 MB that only a run needs; a limit holds for what is loaded before it

    rows = customers.sort_by("customer_id")  # in an order of their own, however an engine returns them
    values = {name: numbers(rows[name]) for name in FEATURES}
    by = scales(values, policy.weights)
    lacking = _lacking(rows.num_rows, by, policy)
    if lacking:
        return Ungrouped(as_of=as_of, policy=policy, shortfalls=(lacking,), former=former)
    points = coordinates(values, by)
    some = _some(points)
    with threadpool_limits(1):
        tried = _tried(some, policy)
        chosen = _chosen(tried, some, policy)
        if isinstance(chosen, Shortfall):
            return Ungrouped(as_of=as_of, policy=policy, shortfalls=(chosen,), compared=tried, former=former)
        model = k_means(points, chosen.groups, centres=k_means(some, chosen.groups).cluster_centers_)
    groups = _groups(_Found(values, by, points, model.labels_), former, as_of)
    return Clusters(
        as_of=as_of,
        policy=policy,
        customers=rows.num_rows,
        scales=by,
        groups=groups,
        highest=max(former.highest if former else 0, *(group.number for group in groups)),
        compared=tried,
    )


def _lacking(customers: int, by: Sequence[Scale], policy: ClusterPolicy) -> Shortfall | None:
    checks = (("customers", customers, policy.min_customers), ("features", len(by), NEEDED_FEATURES))
    return next((Shortfall(code=code, have=have, need=need) for code, have, need in checks if have < need), None)


def _some(points: Numbers) -> Numbers:
    drawn = np.random.default_rng(SEED).permutation(len(points))[:JUDGED]
    return points[np.sort(drawn)]


def _tried(points: Numbers, policy: ClusterPolicy) -> tuple[Compared, ...]:
    most = min(policy.most_groups, len(np.unique(points, axis=0)))
    return compared(points, range(policy.least_groups, most + 1))


def _chosen(tried: Sequence[Compared], points: Numbers, policy: ClusterPolicy) -> Compared | Shortfall:
    if not tried:
        return Shortfall(code="alike", have=len(np.unique(points, axis=0)), need=policy.least_groups)
    clear = [one for one in tried if one.silhouette >= one.by_chance + CLEARER]
    if not clear:
        best = max(tried, key=lambda one: one.silhouette - one.by_chance)
        return Shortfall(code="one_lump", have=best.silhouette, need=best.by_chance + CLEARER)
    stable = [one for one in clear if one.stability >= policy.min_stability]
    if not stable:
        return Shortfall(code="unstable", have=max(one.stability for one in clear), need=policy.min_stability)
    large = [one for one in stable if one.smallest_share >= policy.min_share]
    if not large:
        return Shortfall(code="too_small", have=max(one.smallest_share for one in stable), need=policy.min_share)
    return max(large, key=lambda one: one.silhouette)


@dataclass(frozen=True, slots=True)
class _Found:
    """The customers of a fit and the label of each, 0 and up."""

    values: Mapping[str, Numbers]
    by: Sequence[Scale]
    points: Numbers
    labels: Places

    def __len__(self) -> int:
        return int(self.labels.max()) + 1

    def members(self, label: int) -> Places:
        return np.flatnonzero(self.labels == label)


def _groups(found: _Found, former: Clusters | None, as_of: date) -> tuple[Group, ...]:
    """The groups by their numbers."""
    since = {group.number: group.since for group in former.groups} if former else {}
    traits = named([_apart(found, found.members(label)) for label in range(len(found))])
    groups = [
        _group(found, found.members(label), number, since.get(number, as_of), traits[label])
        for label, number in _numbered(found, former).items()
    ]
    return tuple(sorted(groups, key=lambda group: group.number))


def _numbered(found: _Found, former: Clusters | None) -> dict[int, int]:
    """The number of each label; new ones follow on the highest ever given, the group that spends most first."""
    known, highest = {}, 0
    if former:
        known = carried_on(found.labels, nearest(coordinates(found.values, former.scales), former))
        highest = former.highest
    spent = {label: float(np.mean(found.values["money"][found.members(label)])) for label in range(len(found))}
    fresh = sorted(set(spent) - set(known), key=lambda label: -spent[label])
    return known | {label: highest + place for place, label in enumerate(fresh, start=1)}


def _apart(found: _Found, members: Places) -> dict[str, float]:
    """How many spreads the mean of some customers is from that of all, by feature."""
    apart = found.points[members].mean(axis=0) - found.points.mean(axis=0)
    return {scale.feature: float(by / scale.weight) for scale, by in zip(found.by, apart, strict=True)}


def _group(found: _Found, members: Places, number: int, since: date, traits: tuple[Trait, ...]) -> Group:
    points = found.points[members]
    centre = points.mean(axis=0)
    return Group(
        number=number,
        since=since,
        centre=tuple(centre.tolist()),
        radius=float(np.quantile(np.linalg.norm(points - centre, axis=1), MEMBERS)),
        traits=traits,
        ranks={name: _rank(values, values[members]) for name, values in found.values.items()},
    )


def _rank(everybody: Numbers, members: Numbers) -> float | None:
    """The share of all customers below the median of some, half of those who equal it counted in."""
    known, of_members = (values[np.isfinite(values)] for values in (everybody, members))
    if not len(of_members):
        return None
    middle = np.median(of_members)
    return float((np.sum(known < middle) + np.sum(known <= middle)) / 2 / len(known))
