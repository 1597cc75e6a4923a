"""The way in: features of everybody, parameters learned from them, scores by those parameters.

    features = scores.features(tables, as_of=day)                # lazy, one row per customer
    row = scores.fit(features, policies)                         # lazy, one row in all
    parameters = Parameters.from_row(<the row, executed>)        # plain JSON, stored with the run
    scored = scores.apply(features, policies, parameters)        # lazy, one wide row per customer

Nothing here executes. `features` is the only pass over the facts: an engine keeps its result for the two
steps after it. In the day, give the tables of a few customers, the day after as `seen_until`, and the parameters
of the last run.
"""

from datetime import date

import ibis.expr.types as ir

from shuke.analytics.activity import activity
from shuke.analytics.bands import fifths, fit_cuts, letters
from shuke.analytics.parameters import Parameters
from shuke.analytics.policies import Policies
from shuke.analytics.rfm import rfm_t
from shuke.analytics.tables import Tables
from shuke.analytics.tiers import fit_lines, tiers
from shuke.analytics.value import fit_shop_median_gap, value_at_risk


def features(tables: Tables, *, as_of: date, seen_until: date | None = None) -> ir.Table:
    """What is known of each customer as of a day. A customer without an order has no row.

    Facts dated before `seen_until` are seen: `as_of` itself if left out, so that a run of everybody is of whole days.
    """
    return rfm_t(tables, as_of=as_of, seen_until=seen_until or as_of)


def fit(features: ir.Table, policies: Policies) -> ir.Table:
    """One row for `Parameters.from_row`, learned from the features of the whole population."""
    population = features.agg(
        customers=features.count(),
        shop_median_gap=fit_shop_median_gap(features, policies.activity),
        **fit_cuts(features),
    )
    return population.cross_join(fit_lines(features, policies.tier))


def apply(features: ir.Table, policies: Policies, parameters: Parameters) -> ir.Table:
    """The features with bands, tier, activity, value at risk, and the columns that their reasons need."""
    scored = letters(features, policies.rfm)
    scored = fifths(scored, parameters)
    scored = tiers(scored, policies.tier, parameters)
    scored = activity(scored, policies.activity)
    return value_at_risk(scored, parameters)
