"""From the numbers to the score: points of each measure by its cut points, and what they add by its weight."""

from itertools import accumulate

import ibis
import ibis.expr.types as ir

from shuke.analytics.health.measures import MEASURES
from shuke.analytics.health.policy import HealthPolicy, Measured

FINENESS = 10
"""Steps of a point: what a measure adds is told in tenths."""
COLUMNS = {"health": "float64", "health_points": "array<float32>", "health_numbers": "array<float32>"}


def apply(numbers: ir.Table, policy: HealthPolicy) -> ir.Table:
    """Add the columns of COLUMNS to a table with those of `measures.numbers`.

    `health_numbers` are the numbers of MEASURES, null where one is not known; `health_points` what each adds to the
    score, which is their sum in exact tenths. Both score and points are null where too little is known.
    """
    rated = numbers.mutate(
        {f"rated_{name}": sub_score(numbers[f"health_{name}"], measure) for name, measure in policy.measures()}
    )
    rated = rated.mutate(health_known=_known_weight(rated, policy))
    rated = rated.mutate({f"reached_{name}": value for name, value in _reached(rated, policy).items()})
    enough = rated.health_known >= policy.needed_share * policy.all_weights()
    points = _points(rated)
    return rated.mutate(
        health=enough.ifelse(rated[f"reached_{MEASURES[-1]}"] / FINENESS, None),
        health_points=enough.ifelse(ibis.array([each.cast("float32") for each in points]), None),
        health_numbers=ibis.array([rated[f"health_{name}"].cast("float32") for name in MEASURES]),
    )


def sub_score(number: ir.NumericValue, measure: Measured) -> ir.FloatingValue:
    """From 0 to 100 by the measure's cut points; null where there is no number."""
    share = (number - measure.none) / (measure.full - measure.none)
    return number.isnull().ifelse(None, ibis.least(ibis.greatest(share, 0.0), 1.0) * 100)


def _known_weight(rated: ir.Table, policy: HealthPolicy) -> ir.FloatingValue:
    known = [rated[f"rated_{name}"].notnull().ifelse(measure.weight, 0.0) for name, measure in policy.measures()]
    return sum(known[1:], start=known[0])


def _reached(rated: ir.Table, policy: HealthPolicy) -> dict[str, ir.FloatingValue]:
    """The score after each measure, in whole steps: rounding the sums and not the parts keeps their sum exact."""
    weighed = [rated[f"rated_{name}"].fill_null(0.0) * measure.weight for name, measure in policy.measures()]
    known = rated.health_known.nullif(0.0)
    return {name: (total / known * FINENESS).round() for name, total in zip(MEASURES, accumulate(weighed), strict=True)}


def _points(rated: ir.Table) -> list[ir.FloatingValue]:
    reached = [rated[f"reached_{name}"] for name in MEASURES]
    before = [ibis.literal(0.0), *reached[:-1]]
    return [
        rated[f"rated_{name}"].isnull().ifelse(None, (after - earlier) / FINENESS)
        for name, earlier, after in zip(MEASURES, before, reached, strict=True)
    ]
