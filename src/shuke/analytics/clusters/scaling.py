"""From features to coordinates: the same in a fit, in an engine and for one customer."""

from collections.abc import Iterable, Mapping
from functools import reduce
from math import log1p
from operator import add

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from shuke.analytics.clusters.features import GRAINS, measures
from shuke.analytics.clusters.parameters import Clusters, Scale
from shuke.analytics.clusters.policy import Weights

__all__ = ["Numbers", "Places", "coordinates", "nearest", "nearness", "point", "scales"]

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

FAR = 3.0
"""Spreads from the middle, beyond which further is not further: nobody is a group by being a giant."""
NORMAL_QUARTILES = 1.349
"""The quarter range of a normal distribution in standard deviations."""


def scales(values: Mapping[str, Numbers], weights: Weights) -> tuple[Scale, ...]:
    """The scale of each feature that counts and that differs between customers; missing values are NaN."""
    counting = {name: weight for name, weight in weights.model_dump().items() if weight > 0}
    found = (_scale(name, values[name], weight) for name, weight in counting.items())
    return tuple(scale for scale in found if scale)


def _scale(name: str, values: Numbers, weight: float) -> Scale | None:
    known = _turned(name, values[np.isfinite(values)])
    if not len(known) or not np.ptp(known):
        return None
    low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
    spread = (high - low) / NORMAL_QUARTILES or np.std(known)
    return Scale(feature=name, middle=float(middle), spread=float(spread), weight=weight)


def _turned(name: str, values: Numbers) -> Numbers:
    return np.log1p(values / GRAINS[name]) if name in GRAINS else values


def coordinates(values: Mapping[str, Numbers], by: Iterable[Scale]) -> Numbers:
    """One row per customer, one column per scale."""
    columns = []
    for scale in by:
        turned = _turned(scale.feature, values[scale.feature])
        spreads = (np.where(np.isfinite(turned), turned, scale.middle) - scale.middle) / scale.spread
        columns.append(scale.weight * np.clip(spreads, -FAR, FAR))
    return np.column_stack(columns)


def point(measured: Mapping[str, float | None], by: Iterable[Scale]) -> tuple[float, ...]:
    """The coordinates of one customer."""
    return tuple(_coordinate(measured[scale.feature], scale) for scale in by)


def _coordinate(value: float | None, scale: Scale) -> float:
    if value is None:
        return 0.0
    turned = log1p(value / GRAINS[scale.feature]) if scale.feature in GRAINS else value
    return scale.weight * min(max((turned - scale.middle) / scale.spread, -FAR), FAR)


def nearest(points: Numbers, clusters: Clusters) -> Places:
    """The number of each point's group."""
    centres = np.array([group.centre for group in clusters.groups])
    numbers = np.array([group.number for group in clusters.groups])
    near: Places = numbers[np.argmax(points @ centres.T - (centres**2).sum(axis=1) / 2, axis=1)]
    return near


def nearness(table: ir.Table, clusters: Clusters) -> dict[int, ir.FloatingValue]:
    """By number, how near each customer is to a centre: half the squared length of the customer's point less half the
    squared distance, so that the greatest is the nearest and no square is computed.
    """
    of = measures(table)
    lie = [_lies(of[scale.feature], scale) for scale in clusters.scales]
    return {
        group.number: reduce(add, (place * at for place, at in zip(lie, group.centre, strict=True)))
        - sum(at * at for at in group.centre) / 2
        for group in clusters.groups
    }


def _lies(value: ir.NumericValue, scale: Scale) -> ir.FloatingValue:
    turned = (value / GRAINS[scale.feature] + 1).ln() if scale.feature in GRAINS else value
    spreads = (turned.fill_null(scale.middle) - scale.middle) / scale.spread
    return ibis.least(ibis.greatest(spreads, -FAR), FAR) * scale.weight
