"""The quality of a relationship: trust, satisfaction and loyalty, each from 0 to 100, weighed together.

Where one of the three cannot be said there is no score: two thirds of a judgement are not a judgement.
"""

import ibis
import ibis.expr.types as ir

from shuke.analytics.bonds.policy import FULL, RelationshipPolicy

PARTS = ("trust", "satisfaction", "loyalty")
NUMBERS = (
    *(
        "orders_365",
        "went_back",
        "promises",
        "promises_kept",
        "ratings",
        "satisfaction",
        "visits",
        "shares",
        "patience",
    ),
)
"""What each part was made of, for those who ask: `patience` is 1 as long as the customer is active, and falls after."""
WORST, BEST = 1, 5
"""Ratings."""


def relationship(people: ir.Table, policy: RelationshipPolicy) -> ir.Table:
    """Add `relationship`, 0 to 100, and what it is made of.

    `relationship_parts` is what each of PARTS contributes to the score, null where it cannot be said; they add up to
    it. `relationship_numbers` are NUMBERS. `people` have the columns of `features`, `contacts` and `facts`, and
    `active_until_days`; what counts something is 0 and not null.
    """
    people = people.mutate(patience=_patience(people))
    known = {
        "trust": _trust(people, policy),
        "satisfaction": _satisfaction(people, policy),
        "loyalty": _loyalty(people, policy),
    }
    parts = people.mutate(**{f"{name}_points": known[name] * getattr(policy, name) for name in PARTS})
    points = [parts[f"{name}_points"] for name in PARTS]
    return parts.mutate(
        relationship=points[0] + points[1] + points[2],
        relationship_parts=ibis.array([each.cast("float32") for each in points]),
        relationship_numbers=ibis.array([parts[name].cast("float32") for name in NUMBERS]),
    )


def _trust(people: ir.Table, policy: RelationshipPolicy) -> ir.FloatingValue:
    """The share of what was promised that held: orders that stayed, and dates on which we called as we had said."""
    stayed = ibis.greatest(people.orders_365 - people.went_back, 0)
    promised = people.orders_365 + people.promises
    share = FULL * (stayed + people.promises_kept) / promised.nullif(0)
    return (promised >= policy.least_facts).ifelse(share, None)


def _satisfaction(people: ir.Table, policy: RelationshipPolicy) -> ir.FloatingValue:
    """The mean rating of the year, the worst being 0 and the best 100."""
    mean = FULL * (people.satisfaction - WORST) / (BEST - WORST)
    return (people.ratings >= policy.least_ratings).ifelse(mean, None)


def _loyalty(people: ir.Table, policy: RelationshipPolicy) -> ir.FloatingValue:
    """The share of visits that were a return, less the longer it is past the usual; and what speaks for us in public.

    Who has come once has not stayed away yet, as long as they are active.
    """
    returns = FULL * (people.visits - 1) / people.visits * people.patience
    shared = ibis.least(people.shares * policy.share_points, policy.most_share_points)
    had_time = (people.visits > 1) | (people.patience < 1)
    return had_time.ifelse(ibis.least(returns + shared, float(FULL)), None)


def _patience(people: ir.Table) -> ir.FloatingValue:
    days = people.days_since_last.cast("float64")
    return ibis.least(people.active_until_days / days.nullif(0), 1.0).fill_null(1.0)
