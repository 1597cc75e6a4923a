"""A pilot: some customers are scored by other policies than the rest.

What its policies learn they learn from everybody, so "the best 10 %" means in a pilot what it would mean for all.
"""

from collections.abc import Callable
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from shuke.analytics import scores
from shuke.analytics.parameters import Parameters
from shuke.analytics.policies import Policies

__all__ = ["Pilot", "apply", "learn"]


@dataclass(frozen=True, slots=True)
class Pilot:
    """The policies of a pilot, and a table of whom they are for, by `customer_id`."""

    policies: Policies
    customers: ir.Table


def learn(
    read: Callable[[ir.Table], pa.Table], features: ir.Table, policies: Policies, pilot: Pilot | None = None
) -> Parameters:
    """What the policies learn from everybody, and with a pilot what its own learn; `read` executes a table."""
    learned = Parameters.from_row(read(scores.fit(features, policies)).to_pylist()[0])
    return learned.model_copy(update={"pilot": learn(read, features, pilot.policies)}) if pilot else learned


def apply(features: ir.Table, policies: Policies, parameters: Parameters, pilot: Pilot | None = None) -> ir.Table:
    """As `scores.apply`, each customer by their own policies; `in_pilot` says whose, null where there is no pilot."""
    if pilot is None or parameters.pilot is None:
        return scores.apply(features, policies, parameters).mutate(in_pilot=ibis.null("boolean"))
    inside = features.semi_join(pilot.customers, "customer_id")
    outside = features.anti_join(pilot.customers, "customer_id")
    of_pilot = scores.apply(inside, pilot.policies, parameters.pilot).mutate(in_pilot=True)
    return scores.apply(outside, policies, parameters).mutate(in_pilot=False).union(of_pilot)
